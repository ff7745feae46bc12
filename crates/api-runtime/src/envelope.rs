//! The envelope around the result of a call.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A response envelope: an object with a boolean `success`, and optional `errors`, `messages`, `result` and `result_info`.
///
/// Generated code implements this for every model of that shape.
pub trait Envelope: DeserializeOwned {
    /// The type of `result`: `()` where the document has none, and `Option<T>` where it allows null.
    type Result;

    /// Takes the envelope apart.
    fn into_parts(self) -> EnvelopeParts<Self::Result>;
}

/// The fields of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvelopeParts<T> {
    /// Whether the call succeeded.
    pub success: bool,
    /// `errors`, as the server sent it.
    pub errors: Option<Value>,
    /// `messages`, as the server sent it.
    pub messages: Option<Value>,
    /// `result`. It is `None` if the document requires a result and the response has none.
    pub result: Option<T>,
    /// `result_info`, as the server sent it.
    pub result_info: Option<Value>,
}
