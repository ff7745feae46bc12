//! A row of the table: its server, its call, and what is checked.

use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::time::Instant;
use zt_risk_scoring::operations::types::UpdateBehaviorsBody;
use zt_risk_scoring::{Client, ClientBuilder, Error, Request};
use zt_risk_scoring_tests::{Http2Server, Http2Step, RawServer, ScriptedServer, Step, brief_retries, builder};

/// How long an attempt may take, unless a row says otherwise. A busy machine must not let an attempt time out that would end
/// otherwise.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// The limit of a body in these tests.
pub(crate) const MAX_BODY_BYTES: usize = 8 << 20;

/// The body of a response that succeeds.
pub(crate) const SUCCESS: &str = r#"{"success":true,"result":{"behaviors":{}}}"#;

/// A title, what the first column names, and rows.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) faults: Vec<Fault>,
}

impl Section {
    /// Whether the table says if a request may have been sent: only for rows of requests that are not safe to repeat.
    pub(crate) fn has_sent_column(&self) -> bool {
        self.faults.iter().all(|fault| fault.method == Method::Post)
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Method {
    Get,
    Put,
    Delete,
    Post,
}

/// What a client connects to.
pub(crate) enum Peer {
    Http1(Vec<Step>),
    /// HTTP/2 over TLS.
    Http2(Vec<Http2Step>),
    /// The same, with a certificate that the client does not trust.
    Untrusted(Vec<Http2Step>),
    /// A proxy in front of `https://api.example.com`.
    Proxy(Vec<Step>),
    /// Bytes in response to the first message of a TLS handshake.
    Handshake(&'static [u8]),
    /// The same, of an https proxy in front of `https://api.example.com`.
    ProxyHandshake(&'static [u8]),
    /// Connections over TLS, on which no byte comes from the server.
    Silent,
    /// Nothing responds at this base URL.
    Nothing(&'static str),
}

pub(crate) type Configure = fn(ClientBuilder) -> ClientBuilder;

/// One row of the table.
pub(crate) struct Fault {
    /// What happens.
    pub(crate) text: &'static str,
    pub(crate) method: Method,
    peer: Peer,
    configure: Configure,
    /// The call's own timeout.
    timeout: Option<Duration>,
    /// Whether a GET that succeeds comes before the call.
    is_warmed_up: bool,
    /// The kind of the error, or `None` for the value.
    pub(crate) error: Option<&'static str>,
    /// How many requests the call sends.
    pub(crate) requests: usize,
    /// A part of the error's line.
    line: &'static str,
    /// Whether the error says that a request may have been sent.
    pub(crate) may_have_been_sent: bool,
    /// The least time between two requests.
    min_gap: Duration,
    /// The call ends after this time.
    not_before: SystemTime,
    /// Slow rows run first, so that their waits overlap.
    pub(crate) is_slow: bool,
}

/// A GET to a server with HTTP/1.
pub(crate) fn fault(text: &'static str, script: impl Into<Vec<Step>>) -> Fault {
    Fault::new(text, Peer::Http1(script.into()))
}

/// A GET to a server with HTTP/2 over TLS.
pub(crate) fn http2_fault(text: &'static str, script: impl Into<Vec<Http2Step>>) -> Fault {
    Fault::new(text, Peer::Http2(script.into()))
}

impl Fault {
    pub(crate) fn new(text: &'static str, peer: Peer) -> Self {
        Self {
            text,
            method: Method::Get,
            peer,
            configure: |builder| builder,
            timeout: None,
            is_warmed_up: false,
            error: None,
            requests: 1,
            line: "",
            may_have_been_sent: true,
            min_gap: Duration::ZERO,
            not_before: SystemTime::UNIX_EPOCH,
            is_slow: false,
        }
    }

    /// The call returns the value after a number of requests.
    pub(crate) fn returns_value(self, requests: usize) -> Self {
        Self { error: None, requests, ..self }
    }

    /// The call fails with a kind after a number of requests. The error's line has a part.
    pub(crate) fn fails(self, kind: &'static str, requests: usize, line: &'static str) -> Self {
        Self { error: Some(kind), requests, line, ..self }
    }

    pub(crate) fn put(self) -> Self {
        Self { method: Method::Put, ..self }
    }

    pub(crate) fn delete(self) -> Self {
        Self { method: Method::Delete, ..self }
    }

    pub(crate) fn post(self) -> Self {
        Self { method: Method::Post, ..self }
    }

    /// Certainly, no request reached the server.
    pub(crate) fn unsent(self) -> Self {
        Self { may_have_been_sent: false, ..self }
    }

    pub(crate) fn warmed_up(self) -> Self {
        Self { is_warmed_up: true, ..self }
    }

    pub(crate) fn with(self, configure: Configure) -> Self {
        Self { configure, ..self }
    }

    /// The timeout of the call, in place of the client's.
    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    pub(crate) fn min_gap(self, min_gap: Duration) -> Self {
        Self { min_gap, ..self }
    }

    pub(crate) fn not_before(self, not_before: SystemTime) -> Self {
        Self { not_before, is_slow: true, ..self }
    }

    pub(crate) fn slow(self) -> Self {
        Self { is_slow: true, ..self }
    }

    /// Makes the call, and checks everything that the row says.
    pub(crate) async fn check(self) {
        let server = Server::start(&self.peer).await;
        let client = (self.configure)(
            server
                .builder(&self.peer)
                .retry(brief_retries())
                .timeout(Duration::from_secs(12))
                .attempt_timeout(ATTEMPT_TIMEOUT)
                .max_body_bytes(MAX_BODY_BYTES),
        );
        let client = client.build();
        if self.is_warmed_up {
            client.as_ref().unwrap().behaviors().get().await.unwrap();
        }
        let earlier = server.received().len();
        let result = match client {
            Ok(client) => call(&client, self.method, self.timeout).await,
            Err(error) => Err(error),
        };
        assert!(SystemTime::now() >= self.not_before, "{}", self.text);
        let received = server.received().split_off(earlier);
        match (&result, self.error) {
            (Ok(attempts), None) => assert_eq!(*attempts, self.requests, "{}", self.text),
            (Err(error), Some(kind)) => self.check_error(error, kind),
            (Ok(_), Some(kind)) => panic!("{}: the value in place of `{kind}`", self.text),
            (Err(error), None) => panic!("{}: {error} {error:?}", self.text),
        }
        if server.counts(&self.peer) {
            assert_eq!(received.len(), self.requests, "{}", self.text);
        }
        // The backoff is negligible, so the gap is an attempt's time and the wait that the server asked for.
        for (first, second) in received.iter().zip(received.iter().skip(1)) {
            let gap = *second - *first;
            let max_gap = self.min_gap + Duration::from_secs(3) + ATTEMPT_TIMEOUT;
            assert!(gap >= self.min_gap && gap < max_gap, "{}: {gap:?}", self.text);
        }
    }

    fn check_error(&self, error: &Error, kind: &str) {
        let text = self.text;
        assert_eq!(error.kind().as_str(), kind, "{text}: {error:?}");
        assert_eq!(usize::try_from(error.attempts()).unwrap(), self.requests, "{text}: {error}");
        assert_eq!(error.may_have_been_sent(), self.may_have_been_sent, "{text}: {error}");
        let line = error.to_string();
        assert!(line.contains(self.line) && line.len() <= 1_024, "{text}: {line:?} has no {:?}", self.line);
        if kind == "rate_limited" {
            assert!(error.retry_after().is_some(), "{text}: {error}");
        }
    }
}

/// The peer while it runs.
enum Server {
    Http1(ScriptedServer),
    Http2(Box<Http2Server>),
    Raw(RawServer),
    Silent(TcpListener),
    Nothing,
}

impl Server {
    async fn start(peer: &Peer) -> Self {
        match peer {
            Peer::Http1(script) | Peer::Proxy(script) => Self::Http1(ScriptedServer::start(script.clone()).await),
            Peer::Http2(script) | Peer::Untrusted(script) => {
                Self::Http2(Http2Server::start(script.clone()).await.into())
            }
            Peer::Handshake(bytes) | Peer::ProxyHandshake(bytes) => Self::Raw(RawServer::start(bytes).await),
            Peer::Silent => Self::Silent(TcpListener::bind("127.0.0.1:0").await.unwrap()),
            Peer::Nothing(_) => Self::Nothing,
        }
    }

    fn builder(&self, peer: &Peer) -> ClientBuilder {
        match (self, peer) {
            (Self::Http1(server), Peer::Proxy(_)) => builder("https://api.example.com").proxy(server.base_url()),
            (Self::Http1(server), _) => builder(server.base_url()),
            (Self::Http2(server), Peer::Untrusted(_)) => builder(server.base_url()),
            (Self::Http2(server), _) => server.builder(),
            (Self::Raw(server), Peer::ProxyHandshake(_)) => {
                builder("https://api.example.com").proxy(server.https_url())
            }
            (Self::Raw(server), _) => builder(server.https_url()),
            (Self::Silent(listener), _) => builder(format!("https://{}", listener.local_addr().unwrap())),
            (Self::Nothing, Peer::Nothing(url)) => builder(*url).allow_plain_http(true).no_proxy(),
            (Self::Nothing, _) => panic!("a server was not started"),
        }
    }

    /// When the requests arrived, or the connections if none carries a request.
    fn received(&self) -> Vec<Instant> {
        match self {
            Self::Http1(server) => server.requests().into_iter().map(|request| request.received_at).collect(),
            Self::Http2(server) => server.requests().into_iter().map(|request| request.received_at).collect(),
            Self::Raw(server) => server.accepted(),
            Self::Silent(_) | Self::Nothing => Vec::new(),
        }
    }

    /// Whether the server sees every request. Checks the number of connections if it sees none.
    fn counts(&self, peer: &Peer) -> bool {
        match (self, peer) {
            (Self::Http2(server), Peer::Untrusted(_)) => {
                assert_eq!(server.accepted(), 1, "handshakes");
                false
            }
            (Self::Silent(_) | Self::Nothing, _) => false,
            _ => true,
        }
    }
}

/// Calls an operation that sends its request with the given method. Returns the number of requests.
async fn call(client: &Client, method: Method, timeout: Option<Duration>) -> Result<usize, Error> {
    match method {
        Method::Get => send(client.behaviors().get(), timeout).await,
        Method::Put => {
            let body = UpdateBehaviorsBody::new([].into());
            send(client.operations().update_behaviors(&body), timeout).await
        }
        Method::Delete => send(client.operations().delete_integration(&uuid::Uuid::nil()), timeout).await,
        Method::Post => send(client.operations().reset_user_risk(&uuid::Uuid::nil()), timeout).await,
    }
}

async fn send<T: Send + 'static>(request: Request<'_, T>, timeout: Option<Duration>) -> Result<usize, Error> {
    let request = match timeout {
        Some(timeout) => request.timeout(timeout),
        None => request,
    };
    Ok(usize::try_from(request.send().await?.metadata().attempts()).unwrap())
}
