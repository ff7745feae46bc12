//! A server that sends scripted bytes. Mock servers cannot send malformed responses, or stall and reset connections.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::{Compress, Compression, FlushCompress};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const MIB: usize = 1 << 20;

/// What the server does with one request. Each request has a connection of its own, except after
/// [`RespondThenReset`](Step::RespondThenReset).
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends bytes, then closes the connection.
    Close(Vec<u8>),
    /// Sends bytes, then nothing more, and keeps the connection open.
    Stall(Vec<u8>),
    /// Sends bytes, then resets the connection.
    Reset(Vec<u8>),
    /// Sends a response that keeps the connection open. When the next request arrives on it, resets the connection.
    RespondThenReset(Vec<u8>),
    /// Sends bytes, then one byte at a time without end.
    Drip(Vec<u8>),
    /// Sends a head, then the same chunk again and again.
    Repeat {
        /// The bytes that are sent first.
        head: Vec<u8>,
        /// The bytes that are repeated.
        chunk: Vec<u8>,
        /// How often the chunk is sent.
        times: usize,
    },
}

impl Step {
    /// Sends a response with a status line, headers and a body, then closes the connection.
    pub fn respond(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
        Self::Close([head.as_bytes(), body].concat())
    }

    /// Sends a body of 256 MiB in chunks of 1 MiB.
    pub fn large_chunked_body() -> Self {
        let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB], b"\r\n".to_vec()].concat();
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        Self::Repeat { head, chunk, times: 256 }
    }

    /// Sends a gigabyte of zeros, compressed to about a megabyte of gzip.
    pub fn gzip_bomb() -> Self {
        // A full flush makes the compressed chunk independent of earlier data, so it can be repeated.
        let (mut compress, mut zeros) = (Compress::new(Compression::best(), false), Vec::with_capacity(MIB));
        compress.compress_vec(&vec![0; MIB], &mut zeros, FlushCompress::Full).unwrap();
        assert!(zeros.len() < 2_000 && compress.total_in() == 1 << 20);
        let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03";
        Self::Repeat { head: head.to_vec(), chunk: zeros, times: 1024 }
    }

    /// Sends what the step says. Records a further request on the same connection.
    async fn run(self, mut connection: TcpStream, recorded: &Mutex<Vec<ReceivedRequest>>) -> std::io::Result<()> {
        match self {
            Self::Close(bytes) => connection.write_all(&bytes).await,
            Self::Stall(bytes) => {
                connection.write_all(&bytes).await?;
                // The read returns when the client closes the connection.
                connection.read_u8().await.map(|_| ())
            }
            Self::Reset(bytes) => {
                connection.write_all(&bytes).await?;
                connection.flush().await?;
                // A reset discards bytes that the client has not read yet.
                tokio::time::sleep(Duration::from_millis(20)).await;
                connection.set_zero_linger()
            }
            Self::RespondThenReset(bytes) => {
                connection.write_all(&bytes).await?;
                let request = read_request(&mut connection).await;
                if !request.head.is_empty() {
                    recorded.lock().unwrap().push(request);
                }
                connection.set_zero_linger()
            }
            Self::Drip(bytes) => {
                connection.write_all(&bytes).await?;
                loop {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    connection.write_u8(b' ').await?;
                }
            }
            Self::Repeat { head, chunk, times } => {
                connection.write_all(&head).await?;
                for _ in 0..times {
                    connection.write_all(&chunk).await?;
                }
                Ok(())
            }
        }
    }
}

/// A request that the server received.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// When the server had read its head.
    pub received_at: Instant,
    /// The request line and the headers, up to the empty line.
    pub head: String,
    /// The body.
    pub body: String,
}

/// A server on a free loopback port. It takes one step per request, and repeats the last one.
pub struct ScriptedServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    task: JoinHandle<()>,
}

impl ScriptedServer {
    /// Starts a server.
    pub async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<ReceivedRequest>>>::default();
        let recorded = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut script = script.into_iter();
            let mut step = script.next();
            while let Ok((mut connection, _)) = listener.accept().await {
                let request = read_request(&mut connection).await;
                recorded.lock().unwrap().push(request);
                if let Some(step) = step.clone() {
                    let recorded = Arc::clone(&recorded);
                    // A client that closes the connection early fails the write, which no test looks at.
                    tokio::spawn(async move {
                        let _ = step.run(connection, &recorded).await;
                    });
                }
                step = script.next().or(step);
            }
        });
        Self { address, requests, task }
    }

    /// Starts a server that sends the same response to every request, then closes the connection.
    pub async fn closing(response: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Step::Close(response.into())]).await
    }

    /// Starts a server that sends the same bytes to every request, then nothing more.
    pub async fn stalling(bytes: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Step::Stall(bytes.into())]).await
    }

    /// The server's base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The server's address, for a client that calls it by another name.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that the server received, in order.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// The methods and paths of the requests that the server received, in order, without the version of HTTP.
    pub fn request_lines(&self) -> Vec<String> {
        let line = |head: &str| head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        self.requests().iter().map(|request| line(&request.head)).collect()
    }

    /// The heads of the requests that the server received, in order.
    pub fn heads(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.head).collect()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads a request with its body.
async fn read_request(connection: &mut TcpStream) -> ReceivedRequest {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    let received_at = Instant::now();
    let head = String::from_utf8_lossy(&head).into_owned();
    let length =
        head.lines().filter_map(|line| line.strip_prefix("content-length: ")).find_map(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = connection.read_exact(&mut body).await;
    ReceivedRequest { received_at, head, body: String::from_utf8_lossy(&body).into_owned() }
}
