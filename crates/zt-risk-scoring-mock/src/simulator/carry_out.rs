//! Carries out an operation: checks who may call it, then calls it.

use std::net::IpAddr;
use std::time::SystemTime;

use serde_json::json;
use tokio::time::Instant;

use super::accounts::Account;
use super::auth::{Caller, authenticate};
use super::response::{Headers, Response};
use super::routing::{Route, operations};
use super::state::{Ids, Received, State};
use super::tokens::Permissions;
use super::unknowns::{EmptyResult, Unknowns};
use super::{behaviors, integrations, tokens, users};

/// What an operation works with.
pub(super) struct Context<'a> {
    pub(super) account_id: &'a str,
    pub(super) account: &'a mut Account,
    pub(super) unknowns: Unknowns,
    pub(super) now: SystemTime,
    pub(super) ids: &'a mut Ids,
}

impl Context<'_> {
    /// The response of an operation that has no result.
    pub(super) fn empty_result(&self) -> Response {
        match self.unknowns.empty_result {
            EmptyResult::Null => Response::null_result(),
            EmptyResult::Object => Response::success(&json!({})),
        }
    }
}

impl State {
    /// Carries out the operation of a request, or responds with the API's error.
    pub(super) fn carry_out(&mut self, received: &Received, address: IpAddr) -> Response {
        match self.admit(received, address) {
            Ok((caller, quota)) => self.respond(received, &caller).with_headers(quota),
            Err(rejection) => rejection,
        }
    }

    /// The caller, and the headers of its quota.
    fn admit(&mut self, received: &Received, address: IpAddr) -> Result<(Caller, Headers), Response> {
        let now = Instant::now();
        self.quotas.admit_address(address, now)?;
        let verifies_tokens = received.request.route().is_some_and(Route::verifies_tokens);
        let caller = authenticate(received.request.headers(), &self.tokens)
            .map_err(|rejection| rejection.response(verifies_tokens))?;
        let headers = self.quotas.admit_token(caller.quota_key(), now)?;
        Ok((caller, headers))
    }

    fn respond(&mut self, received: &Received, caller: &Caller) -> Response {
        let (request, now) = (&received.request, self.clock.now());
        let Some(route) = request.route() else { return Response::no_route(request.path()) };
        if route.verifies_tokens() {
            return tokens::verify(caller, route.account_id.as_deref(), now);
        }
        if matches!(caller, Caller::Token(token) if !token.is_valid(now)) {
            return Response::invalid_credentials();
        }
        let account_id = route.account_id.as_deref().unwrap_or_default();
        let Some(account) = self.accounts.get_mut(account_id) else { return Response::no_route(request.path()) };
        if !is_permitted(route, caller.permissions_in(account_id)) {
            return Response::missing_permission();
        }
        if !account.has_feature() {
            return Response::plan_lacks_feature();
        }
        let mut context = Context { account_id, account, unknowns: self.unknowns, now, ids: &mut self.ids };
        dispatch(&mut context, route, received)
    }
}

/// Whether the permissions allow an operation.
fn is_permitted(route: &Route, permissions: Permissions) -> bool {
    let Permissions { read, write, pii_read } = permissions;
    match route.operation {
        operations::GET_SUMMARY | operations::GET_USER_RISK => pii_read,
        operations::GET_BEHAVIORS
        | operations::LIST_INTEGRATIONS
        | operations::GET_INTEGRATION
        | operations::GET_INTEGRATION_BY_REFERENCE_ID => read || write,
        _ => write,
    }
}

fn dispatch(context: &mut Context<'_>, route: &Route, received: &Received) -> Response {
    let body = received.request.body();
    match route.operation {
        operations::GET_BEHAVIORS => behaviors::get(context),
        operations::UPDATE_BEHAVIORS => behaviors::update(context, received.begun_with.as_ref(), body),
        operations::GET_SUMMARY => users::get_summary(context),
        operations::GET_USER_RISK => users::get(context, route.id),
        operations::RESET_USER_RISK => users::reset(context, route.id),
        operations::LIST_INTEGRATIONS => integrations::list(context),
        operations::CREATE_INTEGRATION => integrations::create(context, body),
        operations::GET_INTEGRATION => integrations::get(context, route.id),
        operations::UPDATE_INTEGRATION => integrations::update(context, route.id, body),
        operations::DELETE_INTEGRATION => integrations::delete(context, route.id),
        operations::GET_INTEGRATION_BY_REFERENCE_ID => integrations::get_by_reference_id(context, &route.reference_id),
        _ => Response::internal_error(),
    }
}
