//! How the attempts of a call share its time.

use super::*;

#[tokio::test(start_paused = true)]
async fn time_of_an_attempt_shortens_the_time_for_waits() {
    let config = config();
    let flow = flow_control(&config);
    let slow = Step { duration: 8 * SECOND, ..retry_after(3) };
    let limits = CallLimits { attempt_timeout: Some(9 * SECOND), ..call_limits(true, 10) };
    let (_, made, time) = run_script(&flow, &config, limits, &[slow]).await;
    assert_eq!((made, time), (1, 8 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn attempts_share_the_time_of_the_call_unless_their_timeout_is_set() {
    const MILLIS: Duration = Duration::from_millis(1);
    let hang = Step { duration: 1_000 * SECOND, ..step(Retryability::Final) };
    for (idempotent, timeout, attempt_timeout, expected) in [
        (true, 9, None, &[3, 3, 3][..]),
        (true, 600, None, &[20, 20, 20]),
        (false, 9, None, &[9]),
        (false, 600, None, &[20]),
        (true, 9, Some(1), &[1, 1, 1]),
        (true, 9, Some(5), &[5, 4]),
        (true, 9, Some(600), &[9]),
    ] {
        let config = config();
        let flow = flow_control(&config);
        let limits = CallLimits {
            attempt_timeout: attempt_timeout.map(Duration::from_secs),
            ..call_limits(idempotent, timeout)
        };
        let steps = [hang; 3];
        let script = Script::new(&flow, &steps);
        run(&flow, &config, &limits, &script).await;
        let times = script.attempt_times.into_inner().unwrap();
        let times: Vec<_> = times.iter().map(|time| (*time + 5 * MILLIS).as_secs()).collect();
        assert_eq!(times, expected, "{idempotent} {timeout} {attempt_timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn hung_token_provider_leaves_time_for_another_attempt() {
    let steps = [step(Retryability::Final)];
    let config = config();
    let flow = flow_control(&config);
    let script = Script { credentials: Credentials::HangOnce, ..Script::new(&flow, &steps) };
    let start = Instant::now();
    let outcome = run(&flow, &config, &call_limits(false, 9), &script).await;
    // A request that is not safe to repeat has the whole time, so there is none for another attempt.
    assert_eq!((outcome.sent, outcome.may_have_been_sent), (0, false));
    assert_about(start.elapsed(), 9 * SECOND);
    let script = Script { credentials: Credentials::HangOnce, ..Script::new(&flow, &steps) };
    let start = Instant::now();
    let outcome = run(&flow, &config, &call_limits(true, 9), &script).await;
    assert_eq!((outcome.result.unwrap(), outcome.sent), (1, 1));
    assert_about(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn retry_without_time_for_a_typical_response_is_not_sent() {
    let config = config();
    let flow = flow_control(&config);
    for _ in 0..50 {
        flow.times.record_response("get", Measured::Ended(SECOND));
    }
    let slow = Step { duration: 9 * SECOND, ..step(Retryability::Transient) };
    let limits = |timeout| CallLimits { attempt_timeout: Some(60 * SECOND), ..limits_of(true, timeout) };
    let (outcome, made, _) = run_script(&flow, &config, limits(9 * SECOND + SECOND / 2), &[slow; 3]).await;
    assert_eq!((outcome.result.unwrap(), made), (1, 1));
    let (_, made, _) = run_script(&flow, &config, limits(19 * SECOND), &[slow; 3]).await;
    assert_eq!(made, 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_if_the_credentials_took_the_time() {
    let config = RetryConfig { max_attempts: 1, ..config() };
    let flow = flow_control(&config);
    let steps = [step(Retryability::Final)];
    let slow = Script { credentials: Credentials::Take(SECOND - SECOND / 200), ..Script::new(&flow, &steps) };
    let outcome = run(&flow, &config, &limits_of(true, SECOND), &slow).await;
    let error = outcome.result.unwrap_err();
    assert!(error.is_timeout());
    assert!(error.to_string().contains("the token provider took 995 ms, which left 5 ms"), "{error}");
    assert_eq!((outcome.sent, outcome.may_have_been_sent), (0, false));
}

#[tokio::test(start_paused = true)]
async fn slow_operation_does_not_fail_a_call_of_a_fast_one() {
    let config = config();
    let flow = FlowControl::new(&config, Some(Quota { requests: 2, window: 5 * SECOND, burst: 1 })).unwrap();
    let steps = [Step { duration: SECOND / 10, ..step(Retryability::Final) }];
    let slow = Step { duration: 20 * SECOND, ..step(Retryability::Final) };
    let limits = |operation, seconds| CallLimits { operation, ..call_limits(true, seconds) };
    let slow_limits = CallLimits { attempt_timeout: Some(60 * SECOND), ..limits("slow", 60) };
    run_script(&flow, &config, slow_limits, &[slow]).await.0.result.unwrap();
    run_script(&flow, &config, limits("fast", 60), &steps).await.0.result.unwrap();
    // Each call waits 5 s for its turn.
    let (outcome, _, time) = run_script(&flow, &config, limits("fast", 6), &steps).await;
    outcome.result.unwrap();
    assert!(time > 4 * SECOND, "{time:?}");
    let (outcome, made, _) = run_script(&flow, &config, limits("slow", 6), &steps).await;
    assert_eq!((outcome.result.unwrap_err().kind(), made), (ErrorKind::RateLimited, 0));
}

#[tokio::test(start_paused = true)]
async fn attempt_without_credentials_does_not_use_up_the_quota() {
    let config = RetryConfig { max_attempts: 1, ..config() };
    let flow = FlowControl::new(&config, Some(Quota { requests: 2, window: 60 * SECOND, burst: 1 })).unwrap();
    let steps = [step(Retryability::Final)];
    let hung = Script { credentials: Credentials::HangOnce, ..Script::new(&flow, &steps) };
    assert_eq!(run(&flow, &config, &call_limits(true, 5), &hung).await.sent, 0);
    let (outcome, _, time) = run_script(&flow, &config, call_limits(true, 5), &steps).await;
    assert_eq!((outcome.result.unwrap(), time), (1, Duration::ZERO));
    let (outcome, ..) = run_script(&flow, &config, call_limits(true, 5), &steps).await;
    assert_eq!(outcome.result.unwrap_err().kind(), ErrorKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn failure_other_than_a_timeout_says_nothing_about_the_response_time() {
    let config = RetryConfig { max_attempts: 1, ..config() };
    let flow = flow_control(&config);
    let time = async |step| {
        let limits = CallLimits { attempt_timeout: Some(SECOND), ..call_limits(true, 60) };
        run_script(&flow, &config, limits, &[step]).await;
        flow.times.attempt_time("get").upper_bound
    };
    assert_eq!(time(Step { duration: SECOND / 2, ..step(Retryability::Interrupted) }).await, MIN_ATTEMPT_TIME);
    // A first timeout counts as the least time for an attempt.
    let after_timeout = time(Step { duration: 60 * SECOND, ..step(Retryability::Final) }).await;
    assert_eq!(after_timeout, 3 * MIN_ATTEMPT_TIME);
    assert_eq!(time(Step { duration: SECOND / 2, ..step(Retryability::Interrupted) }).await, after_timeout);
    let after_response = time(Step { duration: SECOND / 2, ..step(Retryability::Final) }).await;
    assert!(after_response > 5 * MIN_ATTEMPT_TIME, "{after_response:?}");
}

#[tokio::test(start_paused = true)]
async fn hang_is_retried_although_some_other_requests_hang() {
    let config = RetryConfig { budget: RetryBudget { capacity: 1_000_000, cost: 0 }, ..config() };
    let (flow, mut random) = (flow_control(&config), fastrand::Rng::with_seed(1));
    let hang = Step { duration: 1_000 * SECOND, ..step(Retryability::Final) };
    let response = Step { duration: SECOND / 10, ..step(Retryability::Final) };
    let mut succeeded = 0;
    for _ in 0..1_000 {
        let steps = [(); 3].map(|()| if random.u32(..100) < 20 { hang } else { response });
        let (outcome, ..) = run_script(&flow, &config, call_limits(true, 9), &steps).await;
        succeeded += u32::from(outcome.result.is_ok());
    }
    // All three attempts hang in 0.8 % of the calls.
    assert!(succeeded > 980, "{succeeded}");
}

#[tokio::test(start_paused = true)]
async fn slow_server_gets_the_whole_time_of_a_call_in_the_end() {
    let config = RetryConfig { budget: RetryBudget { capacity: 1_000_000, cost: 0 }, ..config() };
    let flow = flow_control(&config);
    let slow = Step { duration: 8 * SECOND, ..step(Retryability::Final) };
    let mut succeeded = Vec::new();
    for _ in 0..60 {
        let (outcome, ..) = run_script(&flow, &config, call_limits(true, 9), &[slow; 3]).await;
        succeeded.push(outcome.result.is_ok());
    }
    assert!(!succeeded[0] && succeeded[30..].iter().all(|succeeded| *succeeded), "{succeeded:?}");
}

#[tokio::test(start_paused = true)]
async fn many_quick_failures_do_not_make_a_slow_operation_look_fast() {
    let config = RetryConfig { max_attempts: 1, ..config() };
    let flow = flow_control(&config);
    let slow = Step { duration: 2 * SECOND, ..step(Retryability::Final) };
    for _ in 0..20 {
        run_script(&flow, &config, call_limits(true, 60), &[slow]).await;
    }
    for retryability in [Retryability::Transient, Retryability::RateLimited, Retryability::NotSent] {
        for _ in 0..100 {
            run_script(&flow, &config, call_limits(true, 60), &[step(retryability)]).await;
        }
    }
    assert!(flow.times.attempt_time("get").typical >= 2 * SECOND);
}
