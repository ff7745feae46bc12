//! What the user can do about a failure.

use zt_risk_scoring::{
    ApplyError, ApplyErrorKind, Error, ErrorKind, Mismatch, MismatchKind, PlanError, PlanErrorKind, REVISION,
};

use super::{Failure, problem_of_token};
use crate::text;

/// The status with which a proxy asks for credentials.
const PROXY_AUTHENTICATION_REQUIRED: u16 = 407;

/// The status of a change that contradicts what exists.
const CONFLICT: u16 = 409;

/// What the user can do about a proxy.
const PROXY: &str = "check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or exclude the host with NO_PROXY";

/// What the user can do about a response that is not the API's.
const OTHER_SENDER: &str =
    "the response does not look like the API's; check the base URL, and proxies or firewalls in between";

/// What the user can do about a failure. Empty if there is nothing to say.
pub(super) fn hint(failure: &Failure) -> String {
    match failure {
        Failure::Missing(problem)
        | Failure::Incomplete(problem)
        | Failure::NotVerified(problem)
        | Failure::Usage(problem) => problem.hint.clone(),
        Failure::Output(_) => String::new(),
        Failure::Write(error) if error.may_have_been_sent() && error.status().is_none() => hint_of_lost_write(error),
        Failure::Read(error) | Failure::Write(error) => hint_of_call(error),
        Failure::Plan(error) => match (error.kind(), error.call_error()) {
            (_, Some(error)) => hint_of_call(error),
            (PlanErrorKind::MissingBehaviors, None) => missing_behaviors(error),
            _ => "correct the level, or allow it with --allow-unknown-levels".to_owned(),
        },
        Failure::Apply(error) => hint_of_apply(error),
    }
}

/// What the user can do about ids that the account does not have.
fn missing_behaviors(error: &PlanError) -> String {
    let available = || error.available().iter().map(|id| id.as_str());
    let similar = error.ids().iter().filter_map(|id| text::suggestion(id.as_str(), available()));
    match similar.map(|id| format!("`{}`", text::printable(id))).collect::<Vec<_>>().join(", ").as_str() {
        "" => "correct the ids, or skip behaviors that an account does not have with --allow-missing".to_owned(),
        similar => format!("did you mean {similar}? --allow-missing skips behaviors that an account does not have"),
    }
}

/// What the user can do about a change that may have been made.
pub(super) const UNKNOWN_EFFECT: &str = "apply the same plan again: if the change was made, nothing is written";

/// Whether a behavior changed that the plan does not change.
fn is_unrequested(mismatch: &Mismatch) -> bool {
    mismatch.kind == MismatchKind::NotRequested
}

/// What the user can do about a plan that could not be applied.
pub(super) fn hint_of_apply(error: &ApplyError) -> String {
    match (error.kind(), error.call_error()) {
        (ApplyErrorKind::Target, _) => {
            "apply the plan to the account and base URL that it was made for, or plan again".to_owned()
        }
        (ApplyErrorKind::TooOld | ApplyErrorKind::Outdated, _) => {
            "nothing was written; plan again, and review the new plan".to_owned()
        }
        (ApplyErrorKind::Unknown, _) => UNKNOWN_EFFECT.to_owned(),
        (ApplyErrorKind::Mismatch, _) if error.mismatches().iter().any(is_unrequested) => {
            "this write itself may be the cause: the API may reset behaviors that a change omits; take it back with the \
             run that --record wrote, or put all behaviors into the file, as `zt-risk behaviors export` does"
                .to_owned()
        }
        (ApplyErrorKind::Mismatch, _) => {
            "list the behaviors, and find out who else changes them before the next change".to_owned()
        }
        (_, Some(error)) => hint_of_call(error),
        _ => "list the behaviors, and plan again".to_owned(),
    }
}

/// What the user can do about a change whose response was lost.
fn hint_of_lost_write(error: &Error) -> String {
    let lookup = match error.operation().unwrap_or_default() {
        "reset_user_risk" => "`zt-risk users show` shows when the score was last reset",
        operation if operation.contains("integration") => "`zt-risk integrations list` shows the integrations",
        _ => return hint_of_call(error),
    };
    format!("the change may have been made; {lookup}, so look before you try again")
}

/// What the user can do about the error of a call.
fn hint_of_call(error: &Error) -> String {
    if let Some(problem) = problem_of_token(error) {
        return problem.hint.clone();
    }
    let has_status = |code| error.status().is_some_and(|status| status.as_u16() == code);
    match error.kind() {
        ErrorKind::Configuration => "run `zt-risk check` to see where each setting comes from".to_owned(),
        _ if has_status(PROXY_AUTHENTICATION_REQUIRED) => PROXY.to_owned(),
        ErrorKind::RateLimited => match error.retry_after() {
            Some(_) => "wait for the stated time before the next call".to_owned(),
            None => "wait five minutes before the next call; the API may reject every call until then".to_owned(),
        },
        ErrorKind::Server if error.cf_ray().is_some() => {
            "try again later; if the error persists, send the cf-ray to Cloudflare's support".to_owned()
        }
        ErrorKind::Server => "try again later".to_owned(),
        _ if error.unexpected_body().is_some() => OTHER_SENDER.to_owned(),
        ErrorKind::Authentication => {
            "check that the token is valid with `zt-risk check`; it shows where the token comes from".to_owned()
        }
        ErrorKind::Permission => format!("grant the token the permission {} for this account", permission(error)),
        ErrorKind::Plan => "use an account with an Enterprise plan, which risk scoring requires".to_owned(),
        ErrorKind::NotFound => not_found(error),
        ErrorKind::UnexpectedStatus => "check the base URL".to_owned(),
        ErrorKind::UnexpectedBody => OTHER_SENDER.to_owned(),
        ErrorKind::Decode => format!("update zt-risk: this version supports revision {REVISION} of the API"),
        ErrorKind::Connection => connection(&error.to_string()).to_owned(),
        ErrorKind::Timeout => "try again, or allow more time with --timeout".to_owned(),
        _ if has_status(CONFLICT) && error.operation().is_some_and(|operation| operation.contains("integration")) => {
            "another integration may have the reference; `zt-risk integrations list` shows them".to_owned()
        }
        _ => "look up the error's code in Cloudflare's documentation".to_owned(),
    }
}

/// The permission that an operation needs.
fn permission(error: &Error) -> &'static str {
    match error.operation().unwrap_or_default() {
        "get_summary" | "get_user_risk" => "Zero Trust: PII Read",
        operation if operation.starts_with("get_") || operation.starts_with("list_") => "Zero Trust Read",
        _ => "Zero Trust Write",
    }
}

/// What the user can do about something that does not exist. Code 7003 means that the account does not.
fn not_found(error: &Error) -> String {
    const NO_ROUTE: i64 = 7003;
    let is_account = error.errors().iter().any(|message| message.code() == Some(NO_ROUTE));
    match error.operation().unwrap_or_default() {
        _ if is_account => "check the account id".to_owned(),
        "get_user_risk" | "reset_user_risk" => {
            "check the account id and the user id; `zt-risk users list` lists the users".to_owned()
        }
        operation if operation.contains("integration") && operation != "list_integrations" => {
            "check the account id and the integration id; `zt-risk integrations list` lists the integrations".to_owned()
        }
        _ => "check the account id".to_owned(),
    }
}

/// What the user can do about a connection that failed. The SDK has one kind for all causes, so its message is read;
/// tests make each cause.
///
/// A host may have any word in its name, but neither a space, an apostrophe nor a capital letter.
fn connection(message: &str) -> &'static str {
    if message.contains("the proxy") {
        PROXY
    } else if message.contains("TLS") {
        "check the scheme and the port of the base URL, and which versions of TLS the server supports"
    } else if message.contains("'s certificate") || message.contains("client certificate") {
        "check the base URL, this machine's clock, and which certificates the system trusts; SSL_CERT_FILE may name others"
    } else {
        "check the network and the base URL"
    }
}
