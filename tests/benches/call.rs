//! What a call costs beside its floor: the same request and the same decoding in bare reqwest and serde_json.
//!
//! `cargo bench -p zt-risk-scoring-tests`. Compare the ratio of the two within one run; the absolute times are the server's.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot be set up has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Builder;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use zt_risk_scoring_api::types::BehaviorsEnvelope;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_tests::client_of;

/// Listens to everything and keeps nothing.
struct Listener;
impl<S: tracing::Subscriber> Layer<S> for Listener {}

fn call(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start());
    let mut group = criterion.benchmark_group("get_behaviors");

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/accounts/{}/zt_risk_scoring/behaviors", simulator.base_url(), simulator.account_id());
    group.bench_function("floor", |bencher| {
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
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(Listener));
    group.bench_function("sdk with a listener", |bencher| {
        bencher.to_async(&runtime).iter(|| async { client.behaviors().get().await.unwrap() });
    });
    drop(guard);
    group.finish();
}

criterion_group!(benches, call);
criterion_main!(benches);
