//! What every generated low-level client of this workspace shares.
//!
//! - [`Transport`] is how a request leaves a client: the one hook that an SDK implements. [`exec`] and [`failure`]
//!   are what generated code calls to get there.
//! - [`Operation`] is what a document says of an operation; a generated client lists its own.
//! - [`ObjectOnly`] is how generated models are read, and [`query_pairs`] how parameters are written.
//!
//! It is a crate of its own so that a second SDK does not copy it: generated crates name it, and hold nothing by hand.

mod object_only;
mod operation;
mod query;
mod transport;

pub use object_only::ObjectOnly;
pub use operation::Operation;
pub use query::query_pairs;
pub use transport::{Transport, TransportError, TransportFuture, exec, failure};
