//! Decodes the response of a call, within the call's deadline and off the executor if the body is large.

mod classify;
mod envelope;
pub(super) mod failure;
mod free_form_budget;
mod plain;
mod problem;
#[cfg(any(test, feature = "test-util"))]
mod recorded;

use std::pin::Pin;
use std::sync::Arc;

use api_runtime::Envelope;
use serde::de::DeserializeOwned;
use tokio::task::JoinError;
use tokio::time::Instant;

use super::buffered_response::BufferedResponse;
use super::deadline::Deadline;
use crate::error::without_bom;
use crate::{Error, Response};

pub use plain::PlainBody;

/// The largest body that is decoded in place. A larger one is decoded on a thread for blocking work, since it would delay the
/// other tasks of the executor.
///
/// Measured in a release build, 256 KiB of behaviors or users take 1 ms, and of free-form records 2 ms. Free-form objects with
/// a digit each take some 20 ms, which no API sends.
const MAX_INLINE_BYTES: usize = 256 << 10;

/// How the response of an operation becomes its value.
pub(crate) struct Decode<T> {
    decoder: Decoder<T>,
    is_envelope: bool,
}

enum Decoder<T> {
    /// Decodes a type.
    Function(fn(BufferedResponse) -> Result<Response<T>, Error>),
    /// Decodes a type, and converts the value.
    Closure(Arc<dyn Fn(BufferedResponse) -> Result<Response<T>, Error> + Send + Sync>),
}

impl<T> Decoder<T> {
    fn decode(&self, response: BufferedResponse) -> Result<Response<T>, Error> {
        match self {
            Self::Function(decode) => decode(response),
            Self::Closure(decode) => decode(response),
        }
    }
}

impl<T: Send + 'static> Decode<T> {
    pub(crate) fn envelope<E: Envelope<Result = T>>() -> Self {
        Self { decoder: Decoder::Function(envelope::decode::<E>), is_envelope: true }
    }

    pub(crate) fn plain<B: PlainBody<K, Value = T>, K: 'static>() -> Self {
        Self { decoder: Decoder::Function(plain::decode::<B, K>), is_envelope: false }
    }

    /// Converts the value after it is decoded.
    pub(crate) fn map<U: Send + 'static>(self, convert: impl Fn(T) -> U + Send + Sync + 'static) -> Decode<U> {
        let Self { decoder, is_envelope } = self;
        let decode = move |response| Ok(decoder.decode(response)?.map(&convert));
        Decode { decoder: Decoder::Closure(Arc::new(decode)), is_envelope }
    }

    /// Whether the response is an envelope.
    pub(super) fn is_envelope(&self) -> bool {
        self.is_envelope
    }

    /// Decodes a response of a documented success status.
    pub(super) fn run(self, response: BufferedResponse, deadline: Deadline) -> Decoding<T> {
        if response.body.len() <= MAX_INLINE_BYTES {
            Decoding::Ended(self.decoder.decode(response))
        } else {
            Decoding::OnAnotherThread(Box::pin(self.run_on_another_thread(response, deadline)))
        }
    }

    /// Makes the value of a deletion whose object no longer exists, if a success of the operation may be empty.
    pub(super) fn run_without_object(self, response: BufferedResponse) -> Result<Response<T>, Error> {
        self.decoder.decode(BufferedResponse { is_deleted: true, ..response })
    }

    /// # Cancellation
    ///
    /// Decoding ends later than the call if the call is dropped or its deadline passes. The value is then dropped on the
    /// other thread.
    async fn run_on_another_thread(self, response: BufferedResponse, deadline: Deadline) -> Result<Response<T>, Error> {
        let (metadata, started) = (response.metadata.clone(), Instant::now());
        let task = tokio::task::spawn_blocking(move || self.decoder.decode(response));
        match deadline.timeout(task).await {
            Ok(result) => result.unwrap_or_else(|error| Err(lost(error))),
            Err(_) => Err(Error::timeout("the response to be decoded", started.elapsed()).with_metadata(metadata)),
        }
    }
}

/// A response that is decoded.
pub(super) enum Decoding<T> {
    Ended(Result<Response<T>, Error>),
    /// Boxed, since every call would have room for it otherwise.
    OnAnotherThread(Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send>>),
}

impl<T> Clone for Decode<T> {
    fn clone(&self) -> Self {
        let decoder = match &self.decoder {
            Decoder::Function(decode) => Decoder::Function(*decode),
            Decoder::Closure(decode) => Decoder::Closure(Arc::clone(decode)),
        };
        Self { decoder, is_envelope: self.is_envelope }
    }
}

/// The error of a decoding that did not end, because the runtime shuts down. A panic of a user's conversion is passed on.
fn lost(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Error::configuration("the tokio runtime shut down while the response was decoded"),
    }
}

/// Decodes a JSON document.
pub(super) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    free_form_budget::from_slice(without_bom(body)).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use api_runtime::{Binary, Empty, ResultOf};
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::redact::Secrets;
    use crate::{ErrorKind, Metadata};

    /// An envelope whose `result` may be missing.
    struct Optional;

    impl Envelope for Optional {
        type Result = Option<u32>;

        fn read_result<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
            serde::Deserialize::deserialize(deserializer)
        }

        fn missing_result() -> Option<Option<u32>> {
            Some(None)
        }
    }

    fn not_found() -> BufferedResponse {
        let metadata = Metadata::new(StatusCode::NOT_FOUND, HeaderMap::new(), 2, Duration::ZERO);
        let body = r#"{"success":false,"errors":[{"code":1001}]}"#.into();
        let secrets = Secrets::default();
        BufferedResponse { metadata, body, omitted: None, redirect_host: None, is_deleted: false, secrets }
    }

    #[test]
    fn deleted_object_is_a_value_where_a_success_may_be_empty() {
        let response = Decode::envelope::<Optional>().run_without_object(not_found()).unwrap();
        assert_eq!((response.value(), response.metadata().status().as_u16()), (&None, 404));
        assert_eq!(response.metadata().errors()[0].code(), Some(1001));
        let mapped = Decode::envelope::<Optional>().map(|value| value.is_none());
        assert!(mapped.run_without_object(not_found()).unwrap().into_value());
        Decode::plain::<Empty, _>().run_without_object(not_found()).unwrap();
    }

    #[test]
    fn deleted_object_is_an_error_where_a_success_has_a_value() {
        let error = Decode::envelope::<ResultOf<u32>>().run_without_object(not_found()).unwrap_err();
        assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::NotFound, Some(1001)));
        let error = Decode::plain::<Binary, _>().run_without_object(not_found()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = Decode::plain::<Vec<u32>, _>().run_without_object(not_found()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
