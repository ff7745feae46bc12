//! The creation of an integration, which must not be sent twice.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use cloudflare_client::external::http::header::{DATE, HeaderName, HeaderValue};
use cloudflare_client::{AccountId, Request, Response, RetryConfig};

use super::{Integration, NewIntegration};
use crate::{Error, ErrorKind};

/// By how much the clock that dates integrations may be behind the one that dates responses. `Date` has whole seconds.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// A `Date` that differs more from our own clock is not believed.
const MAX_CLOCK_DIFFERENCE: TimeDelta = TimeDelta::hours(24);

/// A request to create an integration; see [`Integrations::create`](super::Integrations::create).
///
/// Awaiting it returns the integration. [`send`](Self::send) returns the metadata of the response as well.
///
/// ```
/// # use zt_risk_scoring::{Client, Credentials};
/// use std::time::Duration;
/// use zt_risk_scoring::NewIntegration;
///
/// # let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// let new = NewIntegration::okta("https://tenant.okta.com")?.reference("primary".parse()?);
/// let request = client.integrations().create(new).timeout(Duration::from_secs(10));
/// # drop(request);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
///
/// # Errors
///
/// An [`Error`] of any [`kind`](Error::kind). If [`may_have_been_sent`](Error::may_have_been_sent) is true, the integration may
/// exist all the same: it has no reference, the API did not find it yet, or it could not be looked up.
///
/// # Cancellation
///
/// Dropping the future ends the call. The request may already have been sent, and the server may have created the integration.
#[must_use = "a request does nothing until it is awaited or sent"]
#[derive(Clone)]
pub struct CreateIntegration {
    pub(super) new: NewIntegration,
    pub(super) create: Request<'static, Integration>,
    /// Gets the integration by its reference, if it has one.
    pub(super) lookup: Option<Request<'static, Integration>>,
}

impl CreateIntegration {
    /// The account, in place of the connection's. A malformed id fails the call before anything is sent.
    pub fn account_id(self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        match id.try_into() {
            Ok(id) => self.each(|request| request.account_id(&id)),
            // Nothing is looked up after a request that was not sent.
            Err(error) => Self { create: self.create.account_id(Malformed(error.into())), ..self },
        }
    }

    /// How long the creation may take, in place of the connection's setting. A lookup after it may take as long again.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.each(|request| request.timeout(timeout))
    }

    /// How long each attempt may take, in place of the connection's setting. 10 ms or less fails the call before anything is
    /// sent.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.each(|request| request.attempt_timeout(timeout))
    }

    /// How failed attempts are retried, in place of the connection's setting. A creation that may have been sent is not retried.
    pub fn retry(self, retry: RetryConfig) -> Self {
        self.each(|request| request.retry(retry.clone()))
    }

    /// A header to send, for example of a trace. The client's own headers, such as the credentials, cannot be replaced:
    /// the call then fails before anything is sent.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.each(|request| request.header(name.clone(), value.clone()))
    }

    fn each(self, change: impl Fn(Request<'static, Integration>) -> Request<'static, Integration>) -> Self {
        let Self { new, create, lookup } = self;
        Self { new, create: change(create), lookup: lookup.map(change) }
    }

    /// Makes the call, and returns the integration with the metadata of its response: that of the creation, or of the lookup.
    ///
    /// # Errors
    ///
    /// As for awaiting the request.
    ///
    /// # Cancellation
    ///
    /// As for awaiting the request.
    pub async fn send(self) -> Result<Response<Integration>, Error> {
        let Self { new, create, lookup } = self;
        let (started, clock) = (DateTime::from(SystemTime::now()), Instant::now());
        let error = match create.send().await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let Some(lookup) = lookup.filter(|_| is_outcome_unknown(&error)) else { return Err(error) };
        // Why the lookup failed says less than why the creation did.
        let Ok(found) = lookup.send().await else { return Err(error) };
        let date = found.metadata().headers().get(DATE).and_then(|date| date.to_str().ok());
        let started = start_by_server(started, clock.elapsed(), date);
        if is_created(&new, found.value(), started) { Ok(found) } else { Err(error) }
    }
}

/// Whether the server may have created the integration, although the call failed. An API that rejects a request does not act on
/// it.
fn is_outcome_unknown(error: &Error) -> bool {
    let is_rejection = matches!(
        error.kind(),
        ErrorKind::Configuration
            | ErrorKind::Authentication
            | ErrorKind::Permission
            | ErrorKind::Plan
            | ErrorKind::NotFound
            | ErrorKind::Api
    );
    error.may_have_been_sent() && (error.is_retryable() || !is_rejection)
}

/// When the creation began, by the clock of the server: `started` is by our own, and the lookup ended `elapsed` later with a
/// `date`.
fn start_by_server(started: DateTime<Utc>, elapsed: Duration, date: Option<&str>) -> DateTime<Utc> {
    let by_server = || {
        let now = DateTime::parse_from_rfc2822(date?).ok()?.to_utc();
        now.checked_sub_signed(TimeDelta::from_std(elapsed).ok()?)
    };
    by_server()
        .filter(|by_server| by_server.signed_duration_since(started).abs() <= MAX_CLOCK_DIFFERENCE)
        .unwrap_or(started)
}

/// Whether an integration that was found is the new one: it is as asked for, and no older than the call. One that existed before
/// may have the same reference.
fn is_created(new: &NewIntegration, found: &Integration, started: DateTime<Utc>) -> bool {
    let NewIntegration { integration_type, tenant_url, reference } = new;
    let created_at = found.created_at.as_ref().and_then(|time| time.value());
    let is_new = started
        .checked_sub_signed(CLOCK_TOLERANCE)
        .is_some_and(|earliest| created_at.is_some_and(|created_at| *created_at >= earliest));
    is_new
        && found.active
        && found.integration_type == *integration_type
        && found.tenant_url == *tenant_url
        && found.reference_id.as_deref() == reference.as_ref().map(AsRef::as_ref)
}

/// An account id that is malformed.
struct Malformed(Error);

impl TryFrom<Malformed> for AccountId {
    type Error = Error;

    fn try_from(malformed: Malformed) -> Result<Self, Error> {
        Err(malformed.0)
    }
}

impl IntoFuture for CreateIntegration {
    type Output = Result<Integration, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.send().await.map(Response::into_value) })
    }
}

impl fmt::Debug for CreateIntegration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateIntegration")
            .field("new", &self.new)
            .field("create", &self.create)
            .field("lookup", &self.lookup)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn start_is_computed_from_the_date_of_the_lookup_unless_it_is_far_from_our_clock() {
        let started: DateTime<Utc> = "2026-11-22T01:02:03Z".parse().unwrap();
        for (date, expected) in [
            (Some("Sun, 22 Nov 2026 01:03:10 GMT"), "2026-11-22T01:02:10Z"),
            (Some("Sun, 22 Nov 2026 05:03:03 GMT"), "2026-11-22T05:02:03Z"),
            (Some("Sat, 21 Nov 2026 01:00:00 GMT"), "2026-11-22T01:02:03Z"),
            (Some("Sun, 06 Nov 1994 08:49:37 GMT"), "2026-11-22T01:02:03Z"),
            (Some("today"), "2026-11-22T01:02:03Z"),
            (None, "2026-11-22T01:02:03Z"),
        ] {
            let by_server = start_by_server(started, Duration::from_secs(60), date);
            assert_eq!(by_server, expected.parse::<DateTime<Utc>>().unwrap(), "{date:?}");
        }
    }

    #[test]
    fn integration_is_the_new_one_only_if_it_is_as_asked_for_and_no_older_than_the_call() {
        let new = || NewIntegration::okta("https://tenant.okta.com").unwrap().reference("primary".parse().unwrap());
        let started = "2026-11-22T01:02:03Z".parse().unwrap();
        let is_created = |property: &str, value: Value| {
            let mut json = super::super::integration::tests::json();
            json[property] = value;
            super::is_created(&new(), &serde_json::from_value(json).unwrap(), started)
        };
        for (property, value, expected) in [
            ("created_at", json!("2026-11-22T01:02:03Z"), true),
            ("created_at", json!("2026-11-22T01:02:59Z"), true),
            ("created_at", json!("2026-11-22T01:01:58Z"), true),
            ("created_at", json!("2026-11-22T01:01:57.999Z"), false),
            ("created_at", json!("2025-11-22T01:02:03Z"), false),
            ("created_at", json!("today"), false),
            ("created_at", json!(null), false),
            ("created_at", json!(1_795_309_323), false),
            ("active", json!(false), false),
            ("integration_type", json!("okta"), false),
            ("tenant_url", json!("https://tenant.okta.com/"), false),
            ("reference_id", json!("Primary"), false),
            ("reference_id", json!(null), false),
        ] {
            assert_eq!(is_created(property, value.clone()), expected, "{property} {value}");
        }
    }
}
