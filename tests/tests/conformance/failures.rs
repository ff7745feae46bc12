//! Every operation fails in the same way with each failure that has been seen.

use std::time::Duration;

use zt_risk_scoring::{ErrorKind, Metadata};
use zt_risk_scoring_mock::simulator::Operation;
use zt_risk_scoring_tests::sample_account::{Outcome, allows_no_result, call};
use zt_risk_scoring_tests::{Backend, Failure, Mocks, Simulated, brief_retries};

use crate::calls;

#[tokio::test]
async fn every_operation_of_the_simulator_fails_as_the_api_does() {
    fails::<Simulated>().await;
}

#[tokio::test]
async fn every_operation_of_the_generated_mocks_fails_as_the_api_does() {
    fails::<Mocks>().await;
}

/// The outcome of a failure: the kind, and the codes if they are known.
fn expected(failure: Failure) -> (ErrorKind, Option<&'static [i64]>) {
    match failure {
        Failure::MissingPermission => (ErrorKind::Permission, Some(&[10000])),
        Failure::PlanWithoutFeature => (ErrorKind::Plan, Some(&[3314])),
        Failure::MissingCredentials => (ErrorKind::Authentication, Some(&[9106])),
        Failure::MalformedAuthorization => (ErrorKind::Authentication, Some(&[6003, 6111])),
        Failure::UnknownToken => (ErrorKind::Authentication, Some(&[9109])),
        Failure::UnknownAccount => (ErrorKind::NotFound, Some(&[7003])),
        Failure::TooManyRequests => (ErrorKind::RateLimited, Some(&[971])),
        Failure::TooManyRequestsOfOld => (ErrorKind::RateLimited, Some(&[10100])),
        Failure::EdgePage(403) => (ErrorKind::Permission, Some(&[])),
        Failure::EdgePage(429) => (ErrorKind::RateLimited, Some(&[])),
        Failure::EdgePage(_) => (ErrorKind::Server, Some(&[])),
        Failure::NullResult | Failure::MissingResult => (ErrorKind::Decode, Some(&[])),
        // The codes have not been seen.
        Failure::InvalidBody | Failure::Unsuccessful => (ErrorKind::Api, None),
    }
}

/// How many requests a call sends. Nothing but a failure of the edge is worth a retry, and no POST is repeated.
fn expected_attempts(operation: Operation, failure: Failure) -> u32 {
    let is_retryable = matches!(failure, Failure::EdgePage(500..));
    if is_retryable && operation.method != "POST" { 3 } else { 1 }
}

async fn fails<B: Backend>() {
    for failure in Failure::all() {
        let backend = B::failing(failure).await;
        let mut received = 0;
        let client = backend.builder().retry(brief_retries()).build().unwrap();
        for (operation, door) in calls() {
            let outcome = call(&client, operation, door).await;
            let context = format!("{} {door:?} {failure:?}: {:?}", operation.id, outcome.as_ref().map(|_| ()));
            let attempts = check(operation, failure, outcome, &context);
            received += usize::try_from(attempts).unwrap();
            assert_eq!(backend.received().await, received, "{context}");
            if failure.retry_after().is_some() {
                pass(Failure::BLOCK).await;
            }
        }
    }
}

/// Lets time pass at once, so that the client sends again after a 429.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Checks an outcome, and returns how many requests it took.
fn check(operation: Operation, failure: Failure, outcome: Outcome, context: &str) -> u32 {
    let has_no_result = matches!(failure, Failure::NullResult | Failure::MissingResult);
    let error = match outcome {
        Ok((value, metadata)) => {
            assert!(has_no_result && allows_no_result(operation), "{context}");
            // The list is empty.
            assert!(value.is_null() || value == serde_json::json!([]), "{context} {value}");
            check_metadata(failure, &metadata, context);
            return metadata.attempts();
        }
        Err(error) => error,
    };
    assert!(!(has_no_result && allows_no_result(operation)), "{context}");
    let (kind, codes) = expected(failure);
    assert_eq!((error.kind(), error.operation()), (kind, Some(operation.id)), "{context}");
    assert_eq!(error.attempts(), expected_attempts(operation, failure), "{context}");
    assert_eq!(error.unexpected_body().is_some(), matches!(failure, Failure::EdgePage(_)), "{context}");
    assert_eq!(error.is_retryable(), matches!(kind, ErrorKind::RateLimited | ErrorKind::Server), "{context}");
    assert!(error.may_have_been_sent(), "{context}");
    match failure.retry_after() {
        // The gate has been closed for a moment.
        Some(wait) => assert!(error.retry_after().is_some_and(|left| left <= wait && left > wait / 2), "{context}"),
        None => assert_eq!(error.retry_after(), None, "{context}"),
    }
    let metadata = error.metadata().unwrap();
    check_metadata(failure, metadata, context);
    if let Some(codes) = codes {
        let chain = error.errors().iter().flat_map(|error| std::iter::once(error).chain(error.error_chain()));
        assert_eq!(chain.filter_map(|error| error.code()).collect::<Vec<_>>(), codes, "{context}");
    }
    if failure == Failure::InvalidBody {
        assert_eq!(error.errors()[0].source_pointer(), Some("/behaviors/x"), "{context}");
    }
    let line = error.to_string();
    assert!(line.contains(error.cf_ray().unwrap()) && line.starts_with(operation.id), "{context}");
    error.attempts()
}

fn check_metadata(failure: Failure, metadata: &Metadata, context: &str) {
    assert_eq!(metadata.status().as_u16(), failure.status(), "{context}");
    assert!(metadata.cf_ray().is_some(), "{context}");
    assert!(metadata.messages().is_empty() && metadata.result_info().is_none(), "{context}");
}
