//! Bodies of responses: whole, in parts, or cut off.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// The end of a body that is cut off. It lets the server close the connection.
#[derive(Debug)]
pub(super) struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is cut off by a fault")
    }
}

impl std::error::Error for CutOff {}

/// The body of a response.
pub(super) struct ResponseBody {
    /// What is not sent yet.
    rest: Bytes,
    /// How many bytes of the rest are announced, and not sent.
    cut_off: usize,
    drip: Option<Drip>,
    /// Whether the server had the chance to send what it has, which it drops with an error.
    is_flushed: bool,
}

struct Drip {
    bytes: usize,
    interval: Duration,
    pause: Pin<Box<Sleep>>,
}

impl ResponseBody {
    pub(super) fn new(body: Bytes) -> Self {
        Self { rest: body, cut_off: 0, drip: None, is_flushed: false }
    }

    /// Sends at most a number of bytes at a time, with a pause before each.
    pub(super) fn drip(&mut self, bytes: usize, interval: Duration) {
        self.drip = Some(Drip { bytes: bytes.max(1), interval, pause: Box::pin(sleep(interval)) });
    }

    /// Sends the first bytes only.
    pub(super) fn truncate(&mut self, bytes: usize) {
        self.cut_off = self.rest.len().saturating_sub(bytes);
    }

    /// How many bytes are left to send.
    fn sendable(&self) -> usize {
        self.rest.len().saturating_sub(self.cut_off)
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let body = self.get_mut();
        let mut length = body.sendable();
        if length == 0 {
            if body.cut_off == 0 {
                return Poll::Ready(None);
            }
            if !std::mem::replace(&mut body.is_flushed, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(CutOff)));
        }
        if let Some(drip) = &mut body.drip {
            ready!(drip.pause.as_mut().poll(cx));
            drip.pause = Box::pin(sleep(drip.interval));
            length = length.min(drip.bytes);
        }
        Poll::Ready(Some(Ok(Frame::data(body.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}

/// Reads the body of a request. `None` if the client does not send all of it.
pub(super) async fn read(mut body: hyper::body::Incoming) -> Option<Bytes> {
    let mut read = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame.ok()?.into_data() {
            read.extend_from_slice(&data);
        }
    }
    Some(read.into())
}
