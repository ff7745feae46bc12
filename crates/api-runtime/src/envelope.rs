//! The envelope around the result of a call.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer};

/// A response envelope: an object with a boolean `success`, and optional `errors`, `messages`, `result` and
/// `result_info`.
///
/// Generated code implements this for every model of that shape. The client reads an envelope by itself, and asks the
/// implementation only for the `result`.
pub trait Envelope: 'static {
    /// The type of `result`: `()` where the document has none, and `Option<T>` where it allows null.
    type Result: Send + 'static;

    /// Reads the value of `result`.
    ///
    /// # Errors
    ///
    /// If the value does not match the type.
    fn read_result<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Result, D::Error>;

    /// The value for a response without `result`. `None`, as by default, if the document requires one.
    fn missing_result() -> Option<Self::Result> {
        None
    }
}

/// An envelope whose `result` is required and read as a `T`: for a type that is not generated.
#[derive(Debug)]
pub struct ResultOf<T>(PhantomData<fn() -> T>);

impl<T: DeserializeOwned + Send + 'static> Envelope for ResultOf<T> {
    type Result = T;

    fn read_result<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}
