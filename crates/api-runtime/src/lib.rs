//! Run-time support for the generated API clients of this workspace.
//!
//! - [`Transport`] sends a request for a generated client. It is the one hook that `cloudflare-client` implements; generated code
//!   reaches it through [`exec`] and [`transport_error`].
//! - [`ApiClient`] is implemented by every generated client: its operations, and how to make one over a transport.
//! - [`Operation`] describes an operation of the API's document.
//! - [`Envelope`] takes a response envelope apart. Generated code implements it for every model of that shape.
//! - [`path_segment`] and [`query_pairs`] encode parameters, for clients and mocks alike.
//! - [`ObjectOnly`] makes generated models reject JSON arrays.
//!
//! It is a crate of its own because generated crates name its items, and a second SDK must not copy them.

mod api_client;
mod envelope;
mod object_only;
mod operation;
mod path;
mod query;
mod transport;

pub use api_client::ApiClient;
pub use envelope::{Envelope, EnvelopeParts};
pub use object_only::ObjectOnly;
pub use operation::Operation;
pub use path::{PathParameterError, path_segment};
/// What the methods of a generated client return.
pub use progenitor_client::{ByteStream, Error, ResponseValue};
pub use query::query_pairs;
pub use transport::{Transport, TransportError, TransportFuture, exec, transport_error};
