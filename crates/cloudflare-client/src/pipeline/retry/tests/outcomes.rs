//! Which outcome a call returns, and what it says.

use super::*;

#[tokio::test(start_paused = true)]
async fn outcome_has_the_wait_for_the_gate_that_does_not_fit_the_deadline() {
    let config = config();
    let flow = flow_control(&config);
    let rejection = Step { retry_after: None, ..rate_limited(10) };
    let (outcome, made, _) = run_script(&flow, &config, call_limits(true, 8), &[rejection]).await;
    assert_eq!(made, 1);
    assert_about(outcome.wait.unwrap(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn failed_credentials_do_not_hide_the_last_response() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [step(Retryability::Transient)];
    let script = Script { credentials: Credentials::FailBeforeRetries, ..Script::new(&flow, &steps) };
    let outcome = run(&flow, &config, &call_limits(true, 60), &script).await;
    assert_eq!(outcome.result.unwrap(), 1);
    assert_eq!(flow.budget.tokens(), config.budget.capacity);
}

#[tokio::test(start_paused = true)]
async fn timeout_does_not_hide_the_response_to_an_earlier_attempt() {
    let config = config();
    let hang = Step { duration: 100 * SECOND, ..step(Retryability::Final) };
    for script in [&[step(Retryability::Transient), hang, hang][..], &[hang, step(Retryability::Transient), hang]] {
        let flow = flow_control(&config);
        let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 9), script).await;
        assert_eq!((made, outcome.sent), (3, 3));
        assert!(outcome.result.is_ok() && outcome.is_retryable && outcome.may_have_been_sent);
        assert!(time <= 9 * SECOND + SECOND / 100, "{time:?}");
    }
    let flow = flow_control(&config);
    let (outcome, ..) = run_script(&flow, &config, call_limits(true, 9), &[hang; 3]).await;
    assert!(outcome.result.unwrap_err().is_timeout());
}

#[test]
fn timeout_does_not_hide_the_head_of_an_earlier_response() {
    let outcome = |kind, status: Option<u16>| {
        let metadata = |code| {
            let status = http::StatusCode::from_u16(code).unwrap();
            crate::Metadata::new(status, http::HeaderMap::new(), 1, Duration::ZERO)
        };
        let error = Error::new(kind, "scripted");
        let error = match status {
            Some(code) => error.with_metadata(metadata(code)),
            None => error,
        };
        AttemptOutcome::<()> { result: Err(error), retryability: Retryability::Interrupted, retry_after: None }
    };
    let kind = |last, earlier| prefer(last, Some(earlier), true).result.unwrap_err().kind();
    let timeout = || outcome(ErrorKind::Timeout, None);
    assert_eq!(kind(timeout(), outcome(ErrorKind::Server, Some(503))), ErrorKind::Server);
    assert_eq!(kind(timeout(), outcome(ErrorKind::Connection, None)), ErrorKind::Timeout);
    assert_eq!(
        kind(outcome(ErrorKind::Connection, None), outcome(ErrorKind::Server, Some(503))),
        ErrorKind::Connection
    );
}

#[tokio::test(start_paused = true)]
async fn rejection_by_the_rate_limit_that_is_not_retried_says_how_long_the_gate_is_closed() {
    let config = config();
    let guess = Step { cooldown: Some(10 * SECOND), guess: true, ..step(Retryability::RateLimited) };
    for (idempotent, attempts) in [(false, 3), (true, 1)] {
        let flow = flow_control(&config);
        let config = RetryConfig { max_attempts: attempts, ..config.clone() };
        let (outcome, made, _) = run_script(&flow, &config, call_limits(idempotent, 60), &[guess]).await;
        assert_eq!((outcome.wait, made), (Some(10 * SECOND), 1), "{idempotent}");
    }
    let flow = flow_control(&config);
    let (outcome, ..) = run_script(&flow, &config, call_limits(false, 60), &[step(Retryability::Transient)]).await;
    assert_eq!(outcome.wait, None);
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_do_not_hide_what_became_of_the_next_attempt() {
    let config = config();
    let hang = Step { duration: 100 * SECOND, ..step(Retryability::Final) };
    for idempotent in [true, false] {
        let flow = flow_control(&config);
        let steps = [step(Retryability::Unauthorized), hang, hang, hang];
        let (outcome, ..) = run_script(&flow, &config, call_limits(idempotent, 9), &steps).await;
        assert!(outcome.result.unwrap_err().is_timeout());
        assert!(outcome.may_have_been_sent && outcome.is_retryable);
    }
}

#[tokio::test(start_paused = true)]
async fn request_may_have_been_sent_if_any_attempt_may_have_sent_it() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [step(Retryability::Interrupted), step(Retryability::NotSent), step(Retryability::NotSent)];
    let (outcome, made, _) = run_script(&flow, &config, call_limits(true, 60), &steps).await;
    assert_eq!((made, outcome.may_have_been_sent), (3, true));
    let (outcome, ..) = run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::NotSent); 3]).await;
    assert!(!outcome.may_have_been_sent);
}

#[tokio::test(start_paused = true)]
async fn last_request_is_a_repeat_if_the_server_may_have_acted_on_an_earlier_one() {
    use Retryability::{Final, Interrupted, NotSent, RateLimited, Transient, Unauthorized};
    for (script, expected) in [
        (&[Final][..], false),
        (&[NotSent, Final], false),
        (&[Unauthorized, Final], false),
        (&[Interrupted, Final], true),
        (&[Transient, Final], true),
        (&[RateLimited, Final], true),
        (&[Interrupted, NotSent, Final], true),
        (&[Transient, Unauthorized, Final], true),
    ] {
        let config = config();
        let flow = flow_control(&config);
        let steps: Vec<_> = script.iter().copied().map(step).collect();
        let (outcome, ..) = run_script(&flow, &config, call_limits(true, 60), &steps).await;
        assert_eq!(outcome.is_repeat, expected, "{script:?}");
    }
}
