//! Reads, walks, resolves and validates OpenAPI 3.0 documents. It knows no SDK.
//!
//! A document is a [`serde_json::Value`], which keeps all of its content. [`operation`] is a typed view of its
//! operations, [`Fields`] reads the fields of other objects, [`schemas`] finds its named schemas, [`resolved`] merges
//! their parts, and [`walk`] visits every object with its place. [`keywords`], [`naming`], [`media_types`] and
//! [`sendable`] define facts that several tools use.
//!
//! # Examples
//!
//! ```
//! use serde_json::json;
//! use xtask_document::operation::operations;
//!
//! let document = json!({"openapi": "3.0.3", "paths": {"/things/{id}": {
//!     "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
//!     "get": {"operationId": "get_thing"},
//! }}});
//! let operation = operations(&document).next().ok_or("no operation")?;
//! assert_eq!(operation.route(), "GET /things/{id}");
//! assert!(operation.parameters().iter().all(|parameter| parameter.is_required()));
//! # Ok::<(), &str>(())
//! ```

pub mod cycles;
pub mod envelope;
mod error;
mod fields;
pub mod keywords;
pub mod media_types;
pub mod naming;
pub mod open_api;
pub mod operation;
mod parse;
pub mod pointer;
pub mod read;
pub mod resolved;
pub mod schemas;
pub mod sendable;
pub mod walk;

pub use error::{Error, Format, SyntaxError};
pub use fields::Fields;
pub use read::Document;
