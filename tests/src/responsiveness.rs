//! How long a call delays the executor, and by how much it exceeds its timeout.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;
use zt_risk_scoring::{Client, RetryConfig};

use crate::large_bodies::{behaviors, chunked, gzip, repeated};
use crate::{ScriptedServer, Step, builder};

/// A large response.
pub struct LargeResponse {
    /// What is large about it.
    pub name: &'static str,
    response: Vec<u8>,
}

/// Responses with a body of about the given length when decoded, and one that is a part of it and decodes to little.
pub fn large_responses(bytes: usize) -> Vec<LargeResponse> {
    let response = |name, header: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n");
        LargeResponse { name, response: [head.as_bytes(), body].concat() }
    };
    let plain = |name, body: &[u8]| response(name, &format!("content-length: {}", body.len()), body);
    let compressed = |name, body: &[u8]| {
        let body = gzip(body);
        response(name, &format!("content-encoding: gzip\r\ncontent-length: {}", body.len()), &body)
    };
    let end = r#"],"success":true,"result":{"behaviors":{}}}"#;
    let errors = repeated(r#"{"errors":["#, r#"{"":0},"#, "0", end)(bytes);
    let blank = repeated(r#"{"errors":["#, " ", "0", end)(bytes);
    let behaviors = behaviors(bytes);
    let last = gzip(br#"{"success":true,"result":{"behaviors":{}}}"#);
    let members = [gzip(b"").repeat(bytes / 640), last].concat();
    let members_head = format!("content-encoding: gzip\r\ncontent-length: {}", members.len());
    vec![
        plain("behaviors", &behaviors),
        compressed("behaviors, gzip", &behaviors),
        response("behaviors, small chunks", "transfer-encoding: chunked", &chunked(&behaviors, 200)),
        plain("errors", &errors),
        compressed("errors, gzip", &errors),
        compressed("white space, gzip", &blank),
        response("gzip without data", &members_head, &members),
    ]
}

/// The runtimes of a program: with one thread, and with several.
pub fn runtimes() -> [(&'static str, Runtime); 2] {
    let build = |mut builder: Builder| builder.enable_all().build().unwrap();
    let mut multi_thread = Builder::new_multi_thread();
    multi_thread.worker_threads(2);
    [("current_thread", build(Builder::new_current_thread())), ("multi_thread", build(multi_thread))]
}

/// A server with a thread of its own, so that it does not delay the client's tasks.
#[derive(Clone)]
pub struct Origin {
    base_url: String,
}

impl Origin {
    /// Starts a server that sends the same response to every request, until the process ends.
    pub fn start(response: &LargeResponse) -> Self {
        let (runtime, step) = (Builder::new_current_thread().enable_all().build().unwrap(), response.response.clone());
        let server = runtime.block_on(ScriptedServer::start(vec![Step::Close(step)]));
        let base_url = server.base_url();
        std::thread::spawn(move || {
            let _server = server;
            runtime.block_on(pending::<()>());
        });
        Self { base_url }
    }

    /// A client without retries, and without a connection.
    fn client(&self) -> Client {
        builder(&self.base_url).retry(RetryConfig::none()).build().unwrap()
    }

    /// Gets the response once. Returns whether the call succeeded, and how long it took.
    pub async fn call(&self, timeout: Duration) -> (bool, Duration) {
        Self::call_of(&self.client(), timeout).await
    }

    async fn call_of(client: &Client, timeout: Duration) -> (bool, Duration) {
        // Without retries, the one attempt gets all the time, up to this.
        let request = client.behaviors().get().timeout(timeout).attempt_timeout(Duration::from_secs(300));
        let start = Instant::now();
        let result = request.await;
        let time = start.elapsed();
        let is_ok = result.is_ok();
        assert!(is_ok || result.as_ref().unwrap_err().is_timeout(), "{result:?}");
        // The caller decides where a large value is dropped.
        tokio::task::spawn_blocking(move || drop(result));
        (is_ok, time)
    }

    /// Gets the response beside a task that sleeps for a millisecond again and again. Returns how long the call took,
    /// and how long each sleep during the call took in excess of the millisecond, in ascending order. Time in which the
    /// thread had no processor is left out.
    pub async fn call_beside_ticker(&self) -> (Duration, Vec<Duration>) {
        const TICK: Duration = Duration::from_millis(1);
        // Building a client reads certificates, and is no part of a call.
        let client = self.client();
        let is_done = Arc::new(AtomicBool::new(false));
        let ticker = tokio::spawn({
            let is_done = Arc::clone(&is_done);
            async move {
                let mut delays = Vec::new();
                while !is_done.load(Ordering::Relaxed) {
                    let (start, waited) = (Instant::now(), time_without_processor());
                    sleep(TICK).await;
                    let waited = time_without_processor().saturating_sub(waited);
                    delays.push(start.elapsed().saturating_sub(TICK).saturating_sub(waited));
                }
                delays.sort();
                delays
            }
        });
        // The call is a task as well, so that it competes with the ticker on each runtime.
        let call = tokio::spawn(async move {
            let result = Self::call_of(&client, Duration::from_secs(300)).await;
            is_done.store(true, Ordering::Relaxed);
            result
        });
        let (is_ok, time) = call.await.unwrap();
        assert!(is_ok, "the call timed out");
        let delays = ticker.await.unwrap();
        assert!(!delays.is_empty(), "no sleep was measured");
        (time, delays)
    }
}

/// For how long this thread could run and had no processor, which says nothing about the client. Other systems than
/// Linux do not report it.
fn time_without_processor() -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = statistics.split(' ').nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

/// The percentile of an ascending list: the value that the given percentage of the values does not exceed.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get(sorted.len() * percent / 100).or(sorted.last()).copied().unwrap_or_default()
}
