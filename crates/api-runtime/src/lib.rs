//! Run-time support for the generated API clients of this workspace.
//!
//! - [`ApiClient`] is implemented by every generated client: its operations, and how to make one.
//! - [`ApiRequest`] is what the methods of a generated client return: a request that `cloudflare-client` sends.
//! - [`Operation`] describes an operation of the API's document.
//! - [`Envelope`] reads the result of a response envelope. Generated code implements it for every model of that shape.
//! - [`Formatted`] reads a string with a format, such as a date-time, also if it does not match the format.
//! - [`path_segment`], [`QueryParam`] and [`query_pairs`] encode parameters, for clients and mocks alike.
//! - [`ObjectOnly`] makes generated models reject JSON arrays, and [`unique_keys`] makes them reject duplicate keys of
//!   maps.
//!
//! It is a crate of its own because generated crates name its items, and a second SDK must not copy them.

mod api_client;
mod api_request;
mod envelope;
mod formatted;
mod object_only;
mod operation;
mod path;
mod query;
mod unique_keys;

pub use api_client::ApiClient;
pub use api_request::{ApiRequest, Binary, Empty, RequestError};
pub use envelope::{Envelope, ResultOf};
pub use formatted::{Format, Formatted};
pub use object_only::ObjectOnly;
pub use operation::Operation;
pub use path::{PathParameterError, path_segment};
pub use query::{QueryParam, query_pairs};
pub use unique_keys::{DUPLICATE_KEY, UniqueKeys, unique_keys};
