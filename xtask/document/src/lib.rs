//! Reads, walks, resolves and validates OpenAPI 3.0 documents. It knows no SDK.
//!
//! A document is a [`serde_json::Value`], so that nothing of it is lost. [`operation`] is a typed view of its
//! operations, [`schemas`] finds its named schemas, [`resolved`] merges their parts, and [`walk`] visits every object with its place. [`keywords`],
//! [`naming`], [`media_types`] and [`sendable`] have the facts that more than one tool needs.
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
pub use read::Document;
