//! Generates the low-level client, the typed mocks and the SDK's methods from a document.
//!
//! Generation has three steps. [Policies](policies) change the document, the generator writes code for it in a separate
//! [process], and passes change the syntax of that code.
//!
//! # Examples
//!
//! ```
//! use serde_json::json;
//! use xtask_codegen::client;
//! use xtask_document::Document;
//!
//! let value = json!({
//!     "openapi": "3.0.3",
//!     "info": {"title": "Things", "version": "2026-01-02"},
//!     "paths": {"/things": {"get": {"operationId": "list_things", "responses": {"204": {"description": "Nothing."}}}}},
//! });
//! let document = Document { path: "things.json".into(), revision: "2026-01-02".into(), sha256: String::new(), value };
//! let code = client(document)?;
//! assert!(!code.items.is_empty());
//! # Ok::<(), xtask_codegen::Error>(())
//! ```

mod client;
mod duplicates;
mod error;
pub mod markdown;
mod mocks;
pub mod packages;
mod passes;
pub mod policies;
pub mod process;
mod samples;
mod sdk;
mod supported;
mod syntax;

pub use error::Error;
pub use packages::Packages;
pub use process::{Code, GeneratorProcess, run_worker};
pub use sdk::success_types;
pub use supported::check as check_support;

use xtask_document::Document;

/// The syntax of a document's client, generated in this process, for comparisons of public surfaces.
///
/// # Errors
///
/// If no code can be generated for the document.
pub fn client(mut document: Document) -> Result<syn::File, Error> {
    xtask_document::open_api::check(&document.value)?;
    supported::check(&document.value)?;
    policies::envelope_unions::apply(&mut document.value);
    Ok(client::generate(&document, "things")?)
}
