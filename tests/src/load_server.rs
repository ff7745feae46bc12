//! A server for many requests, which keeps connections open and records when requests arrive.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the server sends in response to a request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status line, without the version.
    pub status: &'static str,
    /// A header line, or nothing.
    pub header: &'static str,
    /// How long the server takes.
    pub latency: Duration,
    /// The server waits until it has received this number of requests.
    pub after_requests: usize,
}

impl Reply {
    /// A success with no behaviors.
    pub fn success(latency: Duration) -> Self {
        Self { status: "200 OK", header: "", latency, after_requests: 0 }
    }

    /// A rejection by the rate limit for a second.
    pub fn rejection() -> Self {
        let status = "429 Too Many Requests";
        Self { status, header: "retry-after: 1\r\n", latency: Duration::ZERO, after_requests: 0 }
    }
}

/// The server. It ends when it is dropped.
pub struct LoadServer {
    address: SocketAddr,
    arrivals: Arc<Mutex<Vec<Instant>>>,
    task: JoinHandle<()>,
}

struct State<F> {
    reply: F,
    arrivals: Arc<Mutex<Vec<Instant>>>,
    count: watch::Sender<usize>,
}

impl LoadServer {
    /// Starts a server. `reply` gets the number of the request, from 0.
    pub async fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrivals = Arc::<Mutex<Vec<Instant>>>::default();
        let state = Arc::new(State { reply, arrivals: Arc::clone(&arrivals), count: watch::Sender::new(0) });
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                // A client may close its connection at any time.
                tokio::spawn(async move { serve(connection, &state).await.unwrap_or_default() });
            }
        });
        Self { address, arrivals, task }
    }

    /// The server's base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// When each request arrived, in order.
    pub fn arrivals(&self) -> Vec<Instant> {
        self.arrivals.lock().unwrap().clone()
    }

    /// The most requests that arrived within any window of a length.
    pub fn most_within(&self, window: Duration) -> usize {
        let arrivals = self.arrivals();
        let within = |first: &Instant| {
            arrivals.iter().filter(|other| other.duration_since(*first) < window && *other >= first).count()
        };
        arrivals.iter().map(within).max().unwrap_or(0)
    }
}

impl Drop for LoadServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<F: Fn(usize) -> Reply>(mut connection: TcpStream, state: &State<F>) -> std::io::Result<()> {
    const BODY: &str = r#"{"success":true,"errors":[],"messages":[],"result":{"behaviors":{}}}"#;
    let mut request = Vec::new();
    loop {
        // The requests have no body, and a client sends the next one after the response.
        request.clear();
        while !request.ends_with(b"\r\n\r\n") {
            if connection.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let number = {
            let mut arrivals = state.arrivals.lock().unwrap();
            arrivals.push(Instant::now());
            arrivals.len() - 1
        };
        state.count.send_modify(|count| *count += 1);
        let Reply { status, header, latency, after_requests } = (state.reply)(number);
        let _ = state.count.subscribe().wait_for(|count| *count >= after_requests).await;
        tokio::time::sleep(latency).await;
        let length = BODY.len();
        let response = format!("HTTP/1.1 {status}\r\n{header}content-length: {length}\r\n\r\n{BODY}");
        connection.write_all(response.as_bytes()).await?;
    }
}
