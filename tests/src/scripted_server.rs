//! A server that does what it is told, byte by byte, since a mock server cannot misbehave enough.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::{Compress, Compression, FlushCompress};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const MIB: usize = 1 << 20;

/// What the server does with one request. Each has a connection of its own.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends bytes, and closes the connection.
    Close(Vec<u8>),
    /// Sends bytes, and stays silent.
    Silence(Vec<u8>),
    /// Sends bytes, and resets the connection.
    Reset(Vec<u8>),
    /// Sends bytes, and then one byte after another, without end.
    Drip(Vec<u8>),
    /// Sends bytes, and then the second piece again and again, up to so many times.
    Repeat(Vec<u8>, Vec<u8>, usize),
}

impl Step {
    /// Answers with a status line, headers and a body, and closes the connection.
    pub fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        Self::Close(format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into())
    }
}

impl Step {
    /// 256 MiB in chunks of one.
    pub fn endless_chunks() -> Self {
        let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB], b"\r\n".to_vec()].concat();
        Self::Repeat(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(), chunk, 256)
    }

    /// A gigabyte of zeros in about a megabyte of gzip.
    pub fn gzip_bomb() -> Self {
        // Compressed with nothing that came before, a piece can be repeated.
        let (mut compress, mut zeros) = (Compress::new(Compression::best(), false), Vec::with_capacity(MIB));
        compress.compress_vec(&vec![0; MIB], &mut zeros, FlushCompress::Full).unwrap();
        assert!(zeros.len() < 2_000 && compress.total_in() == 1 << 20);
        let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03";
        Self::Repeat(head.to_vec(), zeros, 1024)
    }
}

/// A request that has arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When.
    pub at: Instant,
    /// Its head, up to the empty line.
    pub head: String,
}

/// A server on a free loopback port that takes one step per request; the last one again and again.
pub struct ScriptedServer {
    address: SocketAddr,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    task: JoinHandle<()>,
}

impl ScriptedServer {
    /// Starts a server.
    pub async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrivals = Arc::<Mutex<Vec<Arrival>>>::default();
        let seen = Arc::clone(&arrivals);
        let task = tokio::spawn(async move {
            let mut script = script.into_iter();
            let mut step = script.next();
            while let Ok((mut connection, _)) = listener.accept().await {
                let head = read_request(&mut connection).await;
                seen.lock().unwrap().push(Arrival { at: Instant::now(), head });
                if let Some(now) = step.clone() {
                    // A client that goes away is its own business.
                    tokio::spawn(async move {
                        let _ = take(now, connection).await;
                    });
                }
                step = script.next().or(step);
            }
        });
        Self { address, arrivals, task }
    }

    /// Starts a server that answers every request with the same bytes, and closes the connection.
    pub async fn closing(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Step::Close(answer.into())]).await
    }

    /// Starts a server that answers every request with the same bytes, and stays silent.
    pub async fn silent(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Step::Silence(answer.into())]).await
    }

    /// Where it is.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that have arrived.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.lock().unwrap().clone()
    }

    /// The heads of the requests that have arrived.
    pub fn heads(&self) -> Vec<String> {
        self.arrivals().into_iter().map(|arrival| arrival.head).collect()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(step: Step, mut connection: TcpStream) -> std::io::Result<()> {
    match step {
        Step::Close(bytes) => connection.write_all(&bytes).await,
        Step::Silence(bytes) => {
            connection.write_all(&bytes).await?;
            // Until the client closes.
            connection.read_u8().await.map(|_| ())
        }
        Step::Reset(bytes) => {
            connection.write_all(&bytes).await?;
            connection.flush().await?;
            // What was sent has to arrive before the reset wipes it.
            tokio::time::sleep(Duration::from_millis(20)).await;
            connection.set_zero_linger()
        }
        Step::Drip(bytes) => {
            connection.write_all(&bytes).await?;
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                connection.write_u8(b' ').await?;
            }
        }
        Step::Repeat(bytes, piece, times) => {
            connection.write_all(&bytes).await?;
            for _ in 0..times {
                connection.write_all(&piece).await?;
            }
            Ok(())
        }
    }
}

/// Reads a request with its body, and gives back its head.
async fn read_request(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length =
        head.lines().filter_map(|line| line.strip_prefix("content-length: ")).find_map(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = connection.read_exact(&mut body).await;
    head
}
