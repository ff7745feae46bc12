//! The spans and events that a call emits.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use zt_risk_scoring::{Client, RetryBudget, RetryConfig};
use zt_risk_scoring_tests::{ACCOUNT_ID, ScriptedServer, Step, TOKEN, brief_retries, builder};

type Fields = BTreeMap<String, String>;

/// A tracing layer that records the fields of the client's span, and of each of its events.
#[derive(Clone, Default)]
struct Recorder {
    span: Arc<Mutex<Fields>>,
    events: Arc<Mutex<Vec<Fields>>>,
}

struct FieldReader<'a>(&'a mut Fields);

impl Visit for FieldReader<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        if attributes.metadata().target().starts_with("cloudflare_client") {
            attributes.record(&mut FieldReader(&mut self.span.lock().unwrap()));
        }
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut FieldReader(&mut self.span.lock().unwrap()));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target().starts_with("cloudflare_client") {
            let mut fields = Fields::new();
            event.record(&mut FieldReader(&mut fields));
            fields.insert("level".to_owned(), event.metadata().level().to_string());
            let span = context.event_span(event).map(|span| span.name().to_owned());
            fields.extend(span.map(|name| ("span".to_owned(), name)));
            self.events.lock().unwrap().push(fields);
        }
    }
}

/// The fields of the span and the events of a call to a scripted server, except those with names of headers. Checks that they
/// have no secret.
async fn record_call(script: Vec<Step>) -> (Fields, Vec<Fields>) {
    record_call_with(script, brief_retries()).await
}

async fn record_call_with(script: Vec<Step>, retry: RetryConfig) -> (Fields, Vec<Fields>) {
    let (span, events) = record(script, retry, async |client| drop(client.behaviors().get().await)).await;
    (span, events.into_iter().filter(|event| event["level"] != "TRACE").collect())
}

async fn record(script: Vec<Step>, retry: RetryConfig, call: impl AsyncFnOnce(Client)) -> (Fields, Vec<Fields>) {
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let server = ScriptedServer::start(script).await;
    call(builder(server.base_url()).retry(retry).build().unwrap()).await;
    drop(guard);
    let (span, events) = (recorder.span.lock().unwrap().clone(), recorder.events.lock().unwrap().clone());
    let recorded = format!("{span:?} {events:?}");
    for secret in [TOKEN, ACCOUNT_ID, "hunter2"] {
        assert!(!recorded.contains(secret), "{recorded}");
    }
    (span, events)
}

#[tokio::test]
async fn personal_data_is_in_no_span_event_or_error() {
    const USER: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    const SECRETS: [&str; 4] = ["hunter2", "jane", USER, "hunter%202"];
    let user = r#"{"email":"jane@hunter2","name":"jane","events":[{"event_details":{"jane":"hunter2"}}]}"#;
    let odd_user = user.replace('[', "{").replace(']', "}").replace(r#"{"event_details""#, r#""jane":"hunter2","a""#);
    let bodies = [
        format!(r#"{{"success":true,"result":{user}}}"#),
        format!(r#"{{"success":true,"result":{{"users":[{user}]}}}}"#),
        r#"{"success":true,"result":{"users":["jane@hunter2"]}}"#.to_owned(),
        r#"{"success":true,"result":{"users":"jane@hunter2","events":"jane@hunter2"}}"#.to_owned(),
        format!(r#"{{"success":true,"result":{odd_user}}}"#),
        r#"{"success":true,"result":"jane@hunter2"}"#.to_owned(),
        r#"{"success":true,"result":{"id":"jane hunter2","active":"hunter2"}}"#.to_owned(),
    ];
    for body in bodies {
        let script = || vec![Step::respond("503 Oh", &[], ""), Step::respond("200 OK", &[], &body)];
        let check = |text: String| {
            let found: Vec<_> = SECRETS.iter().filter(|secret| text.contains(**secret)).collect();
            // The path of a field may have a key of the body, but no value.
            assert!(found.is_empty(), "{found:?} in {text}");
        };
        let user = USER.parse().unwrap();
        let calls = [
            record(script(), brief_retries(), async |client| {
                check(format!("{:?}", client.users().summary().send().await))
            })
            .await,
            record(script(), brief_retries(), async |client| {
                check(format!("{:?}", client.users().get(user).send().await))
            })
            .await,
            record(script(), brief_retries(), async |client| {
                let reference = "hunter 2".parse().unwrap();
                check(format!("{:?}", client.integrations().by_reference(reference).await.map(|found| found.active)));
            })
            .await,
            record(script(), brief_retries(), async |client| check(format!("{:?}", client.users().reset(user).await)))
                .await,
        ];
        calls.into_iter().for_each(|call| check(format!("{call:?}")));
    }
}

#[tokio::test]
async fn call_emits_a_span_with_an_event_per_attempt_and_retry() {
    let failure = Step::respond("503 Oh", &[("cf-ray", "first-FRA")], r#"{"errors":[{"message":"hunter2"}]}"#);
    let good = r#"{"success":true,"result":{"behaviors":{}}}"#;
    let (span, events) = record_call(vec![failure, Step::respond("200 OK", &[("cf-ray", "second-FRA")], good)]).await;

    let template = "/accounts/{account_id}/zt_risk_scoring/behaviors";
    for (name, value) in [
        ("otel.kind", "client"),
        ("otel.name", &format!("GET {template}")),
        ("http.request.method", "GET"),
        ("server.address", "127.0.0.1"),
        ("url.template", template),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "1"),
        ("cf_ray", "second-FRA"),
    ] {
        assert_eq!(span.get(name).map(String::as_str), Some(value), "{name} {span:?}");
    }
    assert_ne!(span["server.port"].parse::<u16>().unwrap(), 0);
    assert!(!span.contains_key("error.type"), "{span:?}");

    assert!(events.iter().all(|event| event["span"] == "cloudflare_client.call"), "{events:?}");
    let messages: Vec<_> = events.iter().map(|event| event["message"].as_str()).collect();
    assert_eq!(messages, ["attempt", "retrying", "attempt"]);
    assert_eq!(events[0]["http.response.status_code"], "503");
    assert_eq!(events[0]["cf_ray"], "first-FRA");
    assert!(events[1].contains_key("wait_ms"));
    assert_eq!(events[2]["attempt"], "2");
}

#[tokio::test]
async fn attempt_records_how_long_it_took() {
    let attempt_timeout = Duration::from_millis(120);
    let (_, events) = record(vec![Step::Stall(Vec::new())], RetryConfig::none(), async |client| {
        drop(client.behaviors().get().attempt_timeout(attempt_timeout).await);
    })
    .await;
    let events: Vec<_> = events.iter().filter(|event| event["message"] == "attempt").collect();
    assert_eq!((events.len(), &*events[0]["error.type"]), (1, "timeout"));
    let elapsed: u64 = events[0]["elapsed_ms"].parse().unwrap();
    assert!((120..1_000).contains(&elapsed), "{elapsed}");
}

#[tokio::test]
async fn attempt_records_the_names_of_headers_and_no_value() {
    let echo = format!("x-{}", TOKEN.to_lowercase());
    let headers = [("cf-ray", "only-FRA"), ("x-b", "hunter2"), ("x-a", "hunter2"), ("x-a", "hunter2"), (&*echo, "1")];
    let script = vec![Step::respond("200 OK", &headers, "{}")];
    let (_, events) = record(script, RetryConfig::none(), async |client| drop(client.behaviors().get().await)).await;
    let messages: Vec<_> = events.iter().map(|event| event["message"].as_str()).collect();
    assert_eq!(messages, ["request headers", "response headers", "attempt"]);
    let names = |message: &str| {
        let event = events.iter().find(|event| event["message"] == message).unwrap();
        assert_eq!((&*event["level"], &*event["attempt"]), ("TRACE", "1"));
        event["names"].split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let request = names("request headers");
    for name in ["accept-encoding", "api-version", "authorization", "user-agent"] {
        assert!(request.iter().any(|sent| sent == name), "{name} {request:?}");
    }
    let response = names("response headers");
    assert!(response.is_sorted() && response.contains(&"cf-ray".to_owned()), "{response:?}");
    assert_eq!(response.iter().filter(|name| name.starts_with("x-")).collect::<Vec<_>>(), ["x-a", "x-b"]);
    assert!(!format!("{events:?}").to_lowercase().contains(&TOKEN.to_lowercase()), "{events:?}");
}

#[tokio::test]
async fn failed_call_records_the_kind_of_its_error() {
    let echo = format!("\"{TOKEN}\";r=1");
    let failure = Step::respond("403 Oh", &[("ratelimit", &echo), ("cf-ray", TOKEN)], "hunter2");
    let (span, events) = record_call(vec![failure]).await;
    assert_eq!(span["error.type"], "permission");
    assert_eq!(span["http.response.status_code"], "403");
    assert!(!span.contains_key("http.request.resend_count"));
    assert_eq!(events[0]["error.type"], "permission");
}

#[tokio::test]
async fn attempt_and_call_record_the_kind_that_the_code_of_a_failure_determines() {
    let body = r#"{"success":false,"errors":[{"code":971}]}"#;
    let (span, events) = record_call_with(vec![Step::respond("403 Oh", &[], body)], RetryConfig::none()).await;
    assert_eq!((&*span["error.type"], &*events[0]["error.type"]), ("rate_limited", "rate_limited"));
}

#[tokio::test]
async fn envelope_of_a_failure_with_status_200_records_status_and_kind() {
    let body = r#"{"success":false,"errors":[{"code":3314}]}"#;
    let (span, _) = record_call(vec![Step::respond("200 OK", &[("cf-ray", "only-FRA")], body)]).await;
    assert_eq!((&*span["http.response.status_code"], &*span["error.type"]), ("200", "plan"));
    assert_eq!(span["cf_ray"], "only-FRA");
}

#[tokio::test]
async fn retry_records_its_wait_in_milliseconds() {
    let failure = Step::respond("503 Oh", &[("retry-after", "1")], "");
    let (_, events) = record_call(vec![failure, Step::respond("200 OK", &[], "{}")]).await;
    let wait = events[1]["wait_ms"].parse::<u64>().unwrap();
    assert!((1_000..1_100).contains(&wait), "{wait}");
}

#[tokio::test]
async fn call_that_waits_emits_for_how_long_and_why() {
    let rejection = Step::respond("429 Oh", &[("ratelimit", "\"default\";r=0;t=1"), ("retry-after", "0")], "");
    let (_, events) = record_call(vec![rejection, Step::respond("200 OK", &[], "{}")]).await;
    let messages: Vec<_> = events.iter().map(|event| event["message"].as_str()).collect();
    assert_eq!(messages, ["attempt", "retrying", "waiting", "attempt"]);
    let wait: u64 = events[2]["wait_ms"].parse().unwrap();
    assert!((500..1_100).contains(&wait), "{wait}");
    assert_eq!(events[2]["reason"], "the API rejects every call for now");
    assert_eq!(events[2]["span"], "cloudflare_client.call");
}

#[tokio::test]
async fn call_without_budget_for_a_retry_records_that() {
    let retry = |capacity| {
        let mut retry = brief_retries();
        retry.budget = RetryBudget::new(capacity, 5);
        retry
    };
    let failure = || vec![Step::respond("503 Oh", &[], "")];
    let (span, events) = record_call_with(failure(), retry(5)).await;
    assert_eq!(span["retry_budget_exhausted"], "true");
    let messages: Vec<_> = events.iter().map(|event| event["message"].as_str()).collect();
    let exhausted = "the retry budget is exhausted, so the call is not retried";
    assert_eq!(messages, ["attempt", "retrying", "attempt", exhausted]);
    assert_eq!((events[3]["level"].as_str(), events[3]["span"].as_str()), ("WARN", "cloudflare_client.call"));

    let (span, events) = record_call_with(failure(), retry(10)).await;
    assert!(!span.contains_key("retry_budget_exhausted"), "{span:?}");
    assert!(events.iter().all(|event| event["message"] != exhausted), "{events:?}");
}
