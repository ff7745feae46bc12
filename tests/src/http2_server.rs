//! A scripted HTTP/2 server over TLS. It writes frames by hand: a server library sends no GOAWAY for a request that it
//! has read, and responds to pings whatever a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use zt_risk_scoring::ClientBuilder;

use crate::{CertificateAuthority, builder};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Http2Step {
    /// Sends a response.
    Respond(Http2Response),
    /// Sends a response. From then on the connection is dead: it stays open, and the server reads and sends nothing.
    RespondThenDie(Http2Response),
    /// The connection is dead from then on, without a response.
    Die,
    /// Sends a response without its end, then resets the stream with a code.
    RespondThenReset(Http2Response, u32),
    /// Resets the stream with a code, such as [`REFUSED_STREAM`](Self::REFUSED_STREAM).
    ResetStream(u32),
    /// Sends GOAWAY with the code NO_ERROR and a last stream before the request's, then closes the connection. The
    /// request was not processed.
    GoAway,
    /// The same with another code, and with a text for people.
    GoAwayWith(u32, &'static str),
    /// Sends GOAWAY with the code NO_ERROR and the request's stream as the last one, then closes the connection. The
    /// request may have been processed.
    GoAwayAfter,
    /// Closes the connection.
    Close,
}

impl Http2Step {
    /// The code of a stream that the server has not processed.
    pub const REFUSED_STREAM: u32 = 7;
    /// The code of an internal error.
    pub const INTERNAL_ERROR: u32 = 2;

    /// Sends a response with a status and a body, and no other headers.
    pub fn respond(status: u16, body: &str) -> Self {
        Self::Respond(Http2Response::new(status, body))
    }
}

/// A response. Its body is sent without regard to flow control, so it must be less than 64 KiB.
#[derive(Clone, Debug)]
pub struct Http2Response {
    /// The status.
    pub status: u16,
    /// The headers. Names are in lower case. Names and values are shorter than 127 bytes.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Http2Response {
    /// A response without headers.
    pub fn new(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// The fields of the head, as HPACK literals that are not indexed.
    fn head(&self) -> Vec<u8> {
        // 8 is the index of `:status` in the static table.
        let mut block = vec![0x08];
        put_string(&mut block, &self.status.to_string());
        for (name, value) in &self.headers {
            block.push(0);
            put_string(&mut block, name);
            put_string(&mut block, value);
        }
        block
    }
}

fn put_string(block: &mut Vec<u8>, text: &str) {
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 127).expect("the text is short");
    block.push(length);
    block.extend_from_slice(text.as_bytes());
}

/// A request that the server received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Http2Request {
    /// When its last byte arrived.
    pub received_at: Instant,
    /// The number of its connection, from 0.
    pub connection: usize,
    /// The method: GET, POST, or `?` for any other.
    pub method: &'static str,
}

/// What the server has seen.
#[derive(Default)]
struct Record {
    accepted: usize,
    connections: usize,
    pings: usize,
    requests: Vec<Http2Request>,
}

/// A server on a free loopback port. It takes one step per request, and repeats the last one.
pub struct Http2Server {
    address: SocketAddr,
    authority: CertificateAuthority,
    record: Arc<Mutex<Record>>,
    task: JoinHandle<()>,
}

impl Http2Server {
    /// Starts a server with a certificate for `localhost` and `api.cloudflare.com`.
    pub async fn start(script: Vec<Http2Step>) -> Self {
        Self::start_with(script, CertificateAuthority::default(), None).await
    }

    /// Starts a server that requires a client certificate of an authority.
    pub async fn requiring_certificate(script: Vec<Http2Step>, clients: &CertificateAuthority) -> Self {
        Self::start_with(script, CertificateAuthority::default(), Some(clients)).await
    }

    /// Starts a server whose certificate has expired.
    pub async fn with_expired_certificate(script: Vec<Http2Step>) -> Self {
        Self::start_with(script, CertificateAuthority::of_expired_certificates(), None).await
    }

    /// Starts a server that uses an authority's own certificate.
    pub async fn with_self_signed_certificate(script: Vec<Http2Step>, is_ca: bool) -> Self {
        Self::start_with(script, CertificateAuthority::self_signed(is_ca), None).await
    }

    async fn start_with(
        script: Vec<Http2Step>,
        authority: CertificateAuthority,
        clients: Option<&CertificateAuthority>,
    ) -> Self {
        let acceptor =
            TlsAcceptor::from(authority.server_config(&["localhost", "api.cloudflare.com"], &["h2"], clients));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::<Mutex<Record>>::default();
        let script = Arc::new(Mutex::new(Script { step: None, rest: script.into_iter() }));
        let recorded = Arc::clone(&record);
        let task = tokio::spawn(async move {
            // Dropping the set with the task closes the connections.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                recorded.lock().unwrap().accepted += 1;
                let (acceptor, record, script) = (acceptor.clone(), Arc::clone(&recorded), Arc::clone(&script));
                // A client that breaks the connection off fails it, which no test looks at.
                connections.spawn(async move {
                    let stream = acceptor.accept(stream).await?;
                    let number = {
                        let mut record = record.lock().unwrap();
                        record.connections += 1;
                        record.connections - 1
                    };
                    Http2Connection { stream, number, record, script }.run().await
                });
            }
        });
        Self { address, authority, record, task }
    }

    /// The configuration of a client that trusts the server, without retries.
    pub fn builder(&self) -> ClientBuilder {
        builder(self.base_url()).root_certificate_pem(self.authority.pem())
    }

    /// The server's base URL.
    pub fn base_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The server's address, for a client that calls it by another name.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that a client has to trust.
    pub fn root_certificate_pem(&self) -> String {
        self.authority.pem()
    }

    /// The requests that the server received, in order.
    pub fn requests(&self) -> Vec<Http2Request> {
        self.record.lock().unwrap().requests.clone()
    }

    /// How many connections clients have made, whether or not their TLS handshake succeeded.
    pub fn accepted(&self) -> usize {
        self.record.lock().unwrap().accepted
    }

    /// How many connections have finished their TLS handshake.
    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }

    /// How many pings the server received.
    pub fn pings(&self) -> usize {
        self.record.lock().unwrap().pings
    }
}

impl Drop for Http2Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The steps of all connections.
struct Script {
    step: Option<Http2Step>,
    rest: std::vec::IntoIter<Http2Step>,
}

impl Script {
    fn next(&mut self) -> Http2Step {
        self.step = self.rest.next().or_else(|| self.step.take());
        self.step.clone().expect("the script has at least one step")
    }
}

/// The types and flags of frames (RFC 9113, section 6).
mod frame {
    pub(super) const DATA: u8 = 0;
    pub(super) const HEADERS: u8 = 1;
    pub(super) const RST_STREAM: u8 = 3;
    pub(super) const SETTINGS: u8 = 4;
    pub(super) const PING: u8 = 6;
    pub(super) const GOAWAY: u8 = 7;

    pub(super) const ACK: u8 = 1;
    pub(super) const END_STREAM: u8 = 1;
    pub(super) const END_HEADERS: u8 = 4;

    /// The largest payload that a receiver must accept.
    pub(super) const MAX_PAYLOAD: usize = 1 << 14;
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Http2Connection {
    stream: TlsStream<TcpStream>,
    number: usize,
    record: Arc<Mutex<Record>>,
    script: Arc<Mutex<Script>>,
}

impl Http2Connection {
    async fn run(mut self) -> std::io::Result<()> {
        let mut preface = [0; PREFACE.len()];
        self.stream.read_exact(&mut preface).await?;
        self.send(frame::SETTINGS, 0, 0, &[]).await?;
        let mut method = "?";
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await?;
            let [a, b, c, kind, flags, id @ ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            self.stream.read_exact(&mut payload).await?;
            match kind {
                frame::SETTINGS if flags & frame::ACK == 0 => self.send(frame::SETTINGS, frame::ACK, 0, &[]).await?,
                frame::PING if flags & frame::ACK == 0 => {
                    self.record.lock().unwrap().pings += 1;
                    self.send(frame::PING, frame::ACK, 0, &payload).await?;
                }
                frame::HEADERS | frame::DATA => {
                    if kind == frame::HEADERS {
                        // The first field is `:method`, which has an index in the static table.
                        method = match payload.first() {
                            Some(0x82) => "GET",
                            Some(0x83) => "POST",
                            _ => "?",
                        };
                    }
                    if flags & frame::END_STREAM != 0 && !self.handle(u32::from_be_bytes(id), method).await? {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes a step. Returns whether the connection stays open.
    async fn handle(&mut self, id: u32, method: &'static str) -> std::io::Result<bool> {
        let request = Http2Request { received_at: Instant::now(), connection: self.number, method };
        self.record.lock().unwrap().requests.push(request);
        let step = self.script.lock().unwrap().next();
        match step {
            Http2Step::Respond(response) => self.respond(id, &response).await?,
            Http2Step::RespondThenDie(response) => {
                self.respond(id, &response).await?;
                std::future::pending().await
            }
            Http2Step::Die => std::future::pending().await,
            Http2Step::ResetStream(code) => self.send(frame::RST_STREAM, 0, id, &code.to_be_bytes()).await?,
            Http2Step::RespondThenReset(response, code) => {
                self.send_start(id, &response).await?;
                self.send(frame::RST_STREAM, 0, id, &code.to_be_bytes()).await?;
            }
            Http2Step::GoAway => return self.go_away(id.saturating_sub(2), 0, "").await,
            Http2Step::GoAwayWith(code, text) => return self.go_away(id.saturating_sub(2), code, text).await,
            Http2Step::GoAwayAfter => return self.go_away(id, 0, "").await,
            Http2Step::Close => return Ok(false),
        }
        Ok(true)
    }

    async fn go_away(&mut self, last_stream: u32, code: u32, text: &str) -> std::io::Result<bool> {
        self.send(
            frame::GOAWAY,
            0,
            0,
            &[&last_stream.to_be_bytes()[..], &code.to_be_bytes(), text.as_bytes()].concat(),
        )
        .await?;
        self.stream.shutdown().await?;
        Ok(false)
    }

    async fn respond(&mut self, id: u32, response: &Http2Response) -> std::io::Result<()> {
        self.send_start(id, response).await?;
        self.send(frame::DATA, frame::END_STREAM, id, &[]).await
    }

    /// Sends a response without its end.
    async fn send_start(&mut self, id: u32, response: &Http2Response) -> std::io::Result<()> {
        self.send(frame::HEADERS, frame::END_HEADERS, id, &response.head()).await?;
        for chunk in response.body.chunks(frame::MAX_PAYLOAD) {
            self.send(frame::DATA, 0, id, chunk).await?;
        }
        Ok(())
    }

    async fn send(&mut self, kind: u8, flags: u8, id: u32, payload: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], &id.to_be_bytes()].concat();
        self.stream.write_all(&[&head, payload].concat()).await?;
        self.stream.flush().await
    }
}
