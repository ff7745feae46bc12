//! Compares a call of the SDK with the same request and decoding in bare reqwest and serde_json.
//!
//! Run `cargo bench -p zt-risk-scoring-tests`, and compare the benchmarks of one run only. Most of each time is the server's.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot be set up must fail")]

use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Builder;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use zt_risk_scoring_api::types::BehaviorsEnvelope;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_tests::client_of;

/// A tracing layer that enables every span and event, and records none.
struct NoopLayer;
impl<S: tracing::Subscriber> Layer<S> for NoopLayer {}

fn get_behaviors(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start());
    let mut group = criterion.benchmark_group("get_behaviors");

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/accounts/{}/zt_risk_scoring/behaviors", simulator.base_url(), simulator.account_id());
    group.bench_function("reqwest", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let request = http.get(&url).bearer_auth(simulator.api_token());
            let body = request.send().await.unwrap().bytes().await.unwrap();
            serde_json::from_slice::<BehaviorsEnvelope>(&body).unwrap()
        });
    });

    let client = client_of(&simulator);
    group.bench_function("sdk", |bencher| {
        bencher.to_async(&runtime).iter(|| async { client.behaviors().get().await.unwrap() });
    });
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(NoopLayer));
    group.bench_function("sdk with tracing", |bencher| {
        bencher.to_async(&runtime).iter(|| async { client.behaviors().get().await.unwrap() });
    });
    drop(guard);
    group.finish();
}

criterion_group!(benches, get_behaviors);
criterion_main!(benches);
