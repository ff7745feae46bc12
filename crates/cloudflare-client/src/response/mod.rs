//! The response of a call: a value and its metadata.

mod bounded_json;
pub(crate) mod json_memory;
mod message;
mod metadata;
mod rate_limit;
mod result_info;
mod retry_after;
mod structured_list;

use std::time::Duration;

pub(crate) use bounded_json::BoundedJson;
pub use message::ApiMessage;
pub(crate) use metadata::EnvelopeMetadata;
pub use metadata::Metadata;
pub use rate_limit::{RateLimit, RateLimitPolicy};
pub use result_info::ResultInfo;

/// A value with the metadata of its response.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// # let response = cloudflare_client::test_util::response(vec!["a", "b"]);
/// // What `send` returned, with a list as its value.
/// let (count, metadata) = response.map(|things| things.len()).into_parts();
/// assert_eq!((count, metadata.attempts()), (2, 1));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Response<T> {
    value: T,
    metadata: Metadata,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, metadata: Metadata) -> Self {
        Self { value, metadata }
    }

    pub(crate) fn with_elapsed(self, elapsed: Duration) -> Self {
        Self { metadata: self.metadata.with_elapsed(elapsed), ..self }
    }

    /// Converts the value and keeps the metadata.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: convert(self.value), metadata: self.metadata }
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value, without the metadata.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The value and the metadata.
    pub fn into_parts(self) -> (T, Metadata) {
        (self.value, self.metadata)
    }
}
