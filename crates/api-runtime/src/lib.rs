//! Run-time support for the generated API clients of this workspace.
//!
//! - [`ApiClient`] is implemented by every generated client: its operations, and how to make one.
//! - [`ApiRequest`] is what the methods of a generated client return: a request that `cloudflare-client` sends.
//! - [`Operation`] describes an operation of the API's document.
//! - [`Envelope`] reads the result of a response envelope. Generated code implements it for every model of that shape.
//! - [`Formatted`] reads a string with a format, such as a date-time, also if it does not match the format.
//! - [`Number`] is a JSON number that is written as it was read.
//! - [`path_segment`], [`path_parameter`], [`path_part`], [`header_parameter`], [`query_pairs`] and [`form_body`] encode
//!   parameters, for
//!   clients and mocks alike.
//! - [`QueryNames`] and [`sendable`] compare them in mocks.
//! - [`ObjectOnly`] makes generated models reject JSON arrays, and [`reject_declared`] members that would be written twice.
//! - [`deserialize_as`] reads the fields of models: [`UniqueKeys`] rejects duplicate keys of maps, [`Integer`] reads `1.0` as
//!   1, and [`Present`] distinguishes null from absence.
//!
//! It is a crate of its own because generated crates name its items, and a second SDK must not copy them.

mod api_client;
mod api_request;
mod deserialize_as;
mod envelope;
mod extra;
mod formatted;
mod header;
mod number;
mod object_only;
mod operation;
mod parameter;
mod path;
mod query;
mod query_names;

pub use api_client::ApiClient;
pub use api_request::{ApiRequest, Binary, Empty, RequestError};
pub use deserialize_as::{DUPLICATE_KEY, DeserializeAs, Integer, Present, Same, UniqueKeys, deserialize_as};
pub use envelope::{Envelope, ResultOf};
pub use extra::reject_declared;
pub use formatted::{Format, Formatted};
pub use header::header_parameter;
pub use number::{NotFiniteError, Number};
pub use object_only::ObjectOnly;
pub use operation::Operation;
pub use parameter::{ParameterError, sendable};
pub use path::{path_parameter, path_part, path_segment};
pub use query::{form_body, query_pairs};
pub use query_names::QueryNames;
