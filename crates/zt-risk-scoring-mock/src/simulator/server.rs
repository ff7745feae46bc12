//! The server: accepts connections, and exchanges requests and responses.

use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::body::{self, ResponseBody};
use super::faults::{Effect, Stage, Writer};
use super::request::RecordedRequest;
use super::response::Response;
use super::state::{Received, State};

/// What the simulator shares with its server.
pub(super) struct Shared {
    state: Mutex<State>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State::new()) }
    }

    /// Ignores poisoning: only code of the test can panic. The test sees the panic of an edit, and the client of a
    /// writer loses its connection.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a connection without a response.
#[derive(Debug)]
struct ConnectionReset;

impl fmt::Display for ConnectionReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is reset by a fault")
    }
}

impl std::error::Error for ConnectionReset {}

/// Accepts connections until the task is aborted, which ends the connections as well.
pub(super) async fn serve(listener: TcpListener, shared: Weak<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                connections.spawn(serve_connection(stream, peer.ip(), Weak::clone(&shared)));
            }
            // The process has too many open files, or the client gave up.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve_connection(stream: TcpStream, peer: IpAddr, shared: Weak<Shared>) {
    // Without it a response in several parts waits for the client's acknowledgements.
    let _is_set = stream.set_nodelay(true);
    let service = service_fn(|request| exchange(Weak::clone(&shared), peer, request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let Err(error) = (&mut connection).await else { return };
    if error.source().is_some_and(|source| source.is::<ConnectionReset>()) {
        // A socket that is closed without lingering resets its connection.
        let _is_set = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

/// Responds to a request, or resets the connection.
async fn exchange(
    shared: Weak<Shared>,
    peer: IpAddr,
    request: http::Request<Incoming>,
) -> Result<http::Response<ResponseBody>, ConnectionReset> {
    let (head, body) = request.into_parts();
    let body = body::read(body).await.ok_or(ConnectionReset)?;
    // A simulator that was dropped has no state to respond from.
    let shared = shared.upgrade().ok_or(ConnectionReset)?;
    let received = shared.lock().receive(RecordedRequest::new(head, body));
    let response = match before(&shared, &received).await? {
        Some(response) => Faulty::from(response),
        None => {
            let response = shared.lock().carry_out(&received, peer);
            after(&shared, &received, response).await?
        }
    };
    Ok(response.into_http(received.number))
}

/// A response, and the faults of its body.
struct Faulty {
    response: Response,
    drip: Option<(usize, Duration)>,
    truncated_to: Option<usize>,
}

impl From<Response> for Faulty {
    fn from(response: Response) -> Self {
        Self { response, drip: None, truncated_to: None }
    }
}

impl Faulty {
    fn into_http(self, number: u64) -> http::Response<ResponseBody> {
        let (status, headers, body) = self.response.into_parts();
        let mut body = ResponseBody::new(body);
        if let Some((bytes, interval)) = self.drip {
            body.drip(bytes, interval);
        }
        if let Some(bytes) = self.truncated_to {
            body.truncate(bytes);
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        if let Ok(ray) = HeaderValue::try_from(format!("{number:016x}-SIM")) {
            response.headers_mut().entry(HeaderName::from_static("cf-ray")).or_insert(ray);
        }
        response
    }
}

/// The faults before the operation is carried out. `Some` is a response in its place.
async fn before(shared: &Shared, received: &Received) -> Result<Option<Response>, ConnectionReset> {
    for effect in due(shared, Stage::Before, received) {
        match effect {
            Effect::Delay(duration) => tokio::time::sleep(duration).await,
            Effect::Respond(response) => return Ok(Some(response)),
            Effect::Reset => return Err(ConnectionReset),
            Effect::Write(writer) => write(&mut shared.lock(), received, &writer),
            // A body has its faults after the operation.
            Effect::Drip { .. } | Effect::Truncate { .. } => {}
        }
    }
    Ok(None)
}

/// The faults after the operation was carried out.
async fn after(shared: &Shared, received: &Received, response: Response) -> Result<Faulty, ConnectionReset> {
    let mut faulty = Faulty::from(response);
    for effect in due(shared, Stage::After, received) {
        match effect {
            Effect::Delay(duration) => tokio::time::sleep(duration).await,
            Effect::Respond(response) => faulty.response = response,
            Effect::Reset => return Err(ConnectionReset),
            Effect::Write(writer) => write(&mut shared.lock(), received, &writer),
            Effect::Drip { bytes, interval } => faulty.drip = Some((bytes, interval)),
            Effect::Truncate { bytes } => faulty.truncated_to = Some(bytes),
        }
    }
    Ok(faulty)
}

fn due(shared: &Shared, stage: Stage, received: &Received) -> Vec<Effect> {
    let mut state = shared.lock();
    let account_exists = received.request.account_id().is_some_and(|id| state.accounts.contains_key(id));
    state.faults.due(stage, &received.request, account_exists)
}

/// Lets another writer change the account of a request.
fn write(state: &mut State, received: &Received, writer: &Writer) {
    let account = received.request.account_id().and_then(|account_id| state.accounts.get_mut(account_id));
    if let Some(account) = account {
        let mut edit = writer.lock().unwrap_or_else(PoisonError::into_inner);
        edit(account);
    }
}
