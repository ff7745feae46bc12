//! `-v` and `-vv`: what the client does, a line per attempt and wait.
//!
//! A call has a number, which each of its lines begins with, since calls for several accounts run at once. Of the client's
//! telemetry, the lines have only what is named here. So they contain no personal data, no secret and no body.

use std::fmt::{self, Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};
use zt_risk_scoring::external::cloudflare_client::sdk::human;
use zt_risk_scoring::external::http::StatusCode;

use crate::text;

/// What the spans and events of the client begin their target with.
const TARGET: &str = "cloudflare_client";

/// The name of the span of a call.
const CALL: &str = "cloudflare_client.call";

/// Prints lines about the calls of this process, if `-v` is given at least once.
pub(crate) fn install(verbosity: u8, print: impl Fn(&str) + Send + Sync + 'static) {
    if let Some(trace) = Trace::new(verbosity, print) {
        // It fails only if there is a subscriber already. Then that one was asked for.
        let _ = tracing::subscriber::set_global_default(Registry::default().with(trace));
    }
}

/// How much is printed.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Detail {
    /// Attempts and waits.
    Brief,
    /// Also methods, path templates, names of headers, kinds of errors, and `cf-ray`.
    Full,
}

/// A tracing layer that prints lines.
struct Trace<P> {
    detail: Detail,
    print: P,
    /// How many calls began.
    calls: AtomicU64,
}

/// The number of a call, from 1.
#[derive(Clone, Copy)]
struct CallNumber(u64);

impl<P: Fn(&str)> Trace<P> {
    fn new(verbosity: u8, print: P) -> Option<Self> {
        let detail = match verbosity {
            0 => return None,
            1 => Detail::Brief,
            _ => Detail::Full,
        };
        Some(Self { detail, print, calls: AtomicU64::new(0) })
    }

    fn max_level(&self) -> Level {
        match self.detail {
            Detail::Brief => Level::DEBUG,
            Detail::Full => Level::TRACE,
        }
    }

    fn print(&self, call: Option<CallNumber>, line: &str) {
        let line = text::printable(line);
        match call {
            Some(CallNumber(number)) => (self.print)(&format!("#{number} {line}")),
            None => (self.print)(&line),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>, P: Fn(&str) + 'static> Layer<S> for Trace<P>
where
    Self: 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target().starts_with(TARGET) && *metadata.level() <= self.max_level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.max_level().into())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id).filter(|span| span.name() == CALL) else { return };
        let number = CallNumber(self.calls.fetch_add(1, Ordering::Relaxed).saturating_add(1));
        span.extensions_mut().insert(number);
        if self.detail == Detail::Full {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            let [method, template] = [fields.method, fields.template].map(Option::unwrap_or_default);
            self.print(Some(number), &format!("{method} {template}"));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let call = context
            .event_scope(event)
            .and_then(|mut scope| scope.find_map(|span| span.extensions().get::<CallNumber>().copied()));
        self.print(call, &fields.line(self.detail));
    }
}

/// The fields of a span or an event that are printed.
#[derive(Default)]
struct Fields {
    message: String,
    method: Option<String>,
    template: Option<String>,
    attempt: Option<u64>,
    status: Option<u64>,
    error: Option<String>,
    elapsed: Option<u64>,
    wait: Option<u64>,
    reason: Option<String>,
    names: Option<String>,
    cf_ray: Option<String>,
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        let value = Some(value);
        match field.name() {
            "attempt" => self.attempt = value,
            "http.response.status_code" => self.status = value,
            "elapsed_ms" => self.elapsed = value,
            "wait_ms" => self.wait = value,
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let value = || Some(value.to_owned());
        match field.name() {
            "http.request.method" => self.method = value(),
            "url.template" => self.template = value(),
            "error.type" => self.error = value(),
            "reason" => self.reason = value(),
            "cf_ray" => self.cf_ray = value(),
            _ => {}
        }
    }

    /// The message, and what is recorded as it is displayed.
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "names" => self.names = Some(format!("{value:?}")),
            _ => {}
        }
    }
}

impl Fields {
    fn line(&self, detail: Detail) -> String {
        match self.message.as_str() {
            "attempt" => self.attempt_line(detail),
            "retrying" => {
                self.wait.map_or_else(|| self.message.clone(), |wait| format!("retrying in {}", milliseconds(wait)))
            }
            "waiting" => {
                let wait = self.wait.map_or_else(String::new, |wait| format!(" {}", milliseconds(wait)));
                let reason = self.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
                format!("waiting{wait}{reason}")
            }
            message => match &self.names {
                Some(names) => format!("{message}: {names}"),
                None => message.to_owned(),
            },
        }
    }

    fn attempt_line(&self, detail: Detail) -> String {
        let mut line = format!("attempt {}: ", self.attempt.unwrap_or_default());
        // Writing to a string cannot fail.
        let _ = match self.status {
            Some(status) => write!(line, "{}", Status(status)),
            None => write!(line, "no response ({})", self.error.as_deref().unwrap_or("unknown")),
        };
        if let Some(elapsed) = self.elapsed {
            let _ = write!(line, " after {}", milliseconds(elapsed));
        }
        if detail == Detail::Full {
            if let (Some(error), Some(_)) = (&self.error, self.status) {
                let _ = write!(line, ", error {error}");
            }
            if let Some(cf_ray) = &self.cf_ray {
                let _ = write!(line, ", cf-ray {cf_ray}");
            }
        }
        line
    }
}

/// A status with its usual reason.
struct Status(u64);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = u16::try_from(self.0).ok().and_then(|status| StatusCode::from_u16(status).ok());
        match status.and_then(|status| status.canonical_reason()) {
            Some(reason) => write!(f, "{} {reason}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// A duration of telemetry, which has whole milliseconds.
fn milliseconds(milliseconds: u64) -> String {
    match milliseconds {
        0 => "under 1 ms".to_owned(),
        _ => human(Duration::from_millis(milliseconds)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use zt_risk_scoring::{Client, Credentials, RetryConfig};
    use zt_risk_scoring_mock::Simulator;
    use zt_risk_scoring_mock::simulator::{Fault, Response};

    use super::*;

    const TEMPLATE: &str = "/accounts/{account_id}/zt_risk_scoring/behaviors";

    /// The lines of what a client does, with `N ms` in place of milliseconds.
    async fn lines(verbosity: u8, simulator: &Simulator, calls: impl AsyncFnOnce(Client)) -> Vec<String> {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let printed = Arc::clone(&lines);
        let trace = Trace::new(verbosity, move |line: &str| printed.lock().unwrap().push(line.to_owned()));
        let guard = tracing::subscriber::set_default(Registry::default().with(trace));
        let mut retry = RetryConfig::default();
        retry.backoff = zt_risk_scoring::Backoff::new(Duration::from_millis(1), Duration::from_millis(2));
        let client = Client::builder()
            .credentials(Credentials::api_token(simulator.api_token()).unwrap())
            .account_id(simulator.account_id())
            .base_url(simulator.base_url())
            .retry(retry)
            .build()
            .unwrap();
        calls(client).await;
        drop(guard);
        let lines = lines.lock().unwrap();
        let all = lines.join("\n");
        assert!(!all.contains(simulator.api_token()) && !all.contains(simulator.account_id()), "{all}");
        lines.iter().map(|line| without_time(line)).collect()
    }

    /// A line with `N` in place of a time in milliseconds.
    fn without_time(line: &str) -> String {
        let line = line.replace("under 1 ms", "0 ms");
        let Some((before, after)) = line.split_once(" ms") else { return line };
        let (before, time) = before.rsplit_once(' ').unwrap();
        assert!(time.parse::<u32>().is_ok(), "{line}");
        format!("{before} N ms{after}")
    }

    fn rejection(status: u16) -> Response {
        Response::of_status(status).header("cf-ray", "8f2b-FRA").unwrap().header("x-name", "hunter2").unwrap()
    }

    #[tokio::test]
    async fn nothing_is_printed_without_the_option() {
        let simulator = Simulator::start().await;
        assert!(lines(0, &simulator, async |client| drop(client.behaviors().get().await)).await.is_empty());
    }

    #[tokio::test]
    async fn attempts_and_waits_are_printed() {
        let simulator = Simulator::start().await;
        simulator.inject(Fault::respond(rejection(503)).once());
        let lines = lines(1, &simulator, async |client| {
            client.behaviors().get().await.unwrap();
            client.users().summary().await.unwrap();
        })
        .await;
        let expected = [
            "#1 attempt 1: 503 Service Unavailable after N ms",
            "#1 retrying in N ms",
            "#1 attempt 2: 200 OK after N ms",
            "#2 attempt 1: 200 OK after N ms",
        ];
        assert_eq!(lines, expected);
    }

    #[tokio::test]
    async fn wait_for_the_gate_is_printed_with_its_reason() {
        let simulator = Simulator::start().await;
        let blocked = Response::too_many_requests(Duration::from_secs(1));
        simulator.inject(Fault::respond(blocked).once());
        let lines = lines(1, &simulator, async |client| {
            let (first, second) = tokio::join!(client.behaviors().get(), async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                client.behaviors().get().await
            });
            first.unwrap();
            second.unwrap();
        })
        .await;
        assert!(lines.contains(&"#1 attempt 1: 429 Too Many Requests after N ms".to_owned()), "{lines:?}");
        let waits = lines.iter().filter(|line| line.starts_with("#2 waiting "));
        assert!(waits.clone().all(|line| line.ends_with(": the API rejects every call for now")), "{lines:?}");
        assert_eq!(waits.count(), 1, "{lines:?}");
    }

    #[tokio::test]
    async fn attempt_without_a_response_is_printed_with_its_error() {
        let simulator = Simulator::start().await;
        simulator.inject(Fault::delay(Duration::from_secs(5)));
        let lines = lines(1, &simulator, async |client| {
            let timeout = Duration::from_millis(100);
            client.behaviors().get().retry(RetryConfig::none()).timeout(timeout).await.unwrap_err();
        })
        .await;
        assert_eq!(lines, ["#1 attempt 1: no response (timeout) after N ms"]);
    }

    #[tokio::test]
    async fn path_template_status_ray_and_names_of_headers_are_printed_if_asked_for_twice() {
        let simulator = Simulator::start().await;
        simulator.inject(Fault::respond(rejection(403)));
        for verbosity in [2, 3] {
            let lines = lines(verbosity, &simulator, async |client| drop(client.behaviors().get().await)).await;
            assert_eq!(lines[0], format!("#1 GET {TEMPLATE}"));
            let request = lines[1].strip_prefix("#1 request headers: ").unwrap().split(", ").collect::<Vec<_>>();
            assert!(request.contains(&"authorization") && request.contains(&"api-version"), "{request:?}");
            let response = lines[2].strip_prefix("#1 response headers: ").unwrap().split(", ").collect::<Vec<_>>();
            assert!(response.contains(&"x-name") && response.contains(&"cf-ray"), "{response:?}");
            let attempt = "#1 attempt 1: 403 Forbidden after N ms, error permission, cf-ray 8f2b-FRA";
            assert_eq!(lines[3..], [attempt]);
        }
    }

    #[tokio::test]
    async fn personal_data_and_ids_are_not_printed() {
        let simulator = Simulator::start().await;
        simulator.edit(simulator.account_id(), |account| account.generate_users(3));
        let mut hidden = Vec::new();
        let lines = lines(2, &simulator, async |client| {
            let users = client.users().summary().await.unwrap();
            for user in users.iter() {
                hidden.push(user.id().unwrap().to_string());
                hidden.extend(user.email.as_deref().map(str::to_owned));
                client.users().get(user.id().unwrap()).await.unwrap();
            }
        })
        .await;
        assert!(hidden.len() == 6 && lines.len() == 16, "{hidden:?} {lines:?}");
        let all = lines.join("\n");
        assert!(hidden.iter().all(|hidden| !all.contains(hidden)), "{all}");
        assert!(all.contains("#4 GET /accounts/{account_id}/zt_risk_scoring/{user_id}"), "{all}");
    }

    #[tokio::test]
    async fn line_has_only_printable_characters_and_unknown_events_only_their_message() {
        let simulator = Simulator::start().await;
        let lines = lines(2, &simulator, async |_| {
            tracing::info!(target: "cloudflare_client::new", secret = "hunter2", "a\u{1b}[31m\u{202e}b");
            tracing::error!(target: "hyper", "not the client's");
        })
        .await;
        assert_eq!(lines, ["a [31m b"]);
    }
}
