//! Generates the low-level client, the typed mocks and the SDK's methods from a document.
//!
//! A document is generated from in three steps. [Policies](policies) change the document, the generator makes code of
//! it in a [process] of its own, and passes change the syntax of that code.

mod client;
mod duplicates;
pub mod markdown;
mod mocks;
pub mod packages;
mod passes;
pub mod policies;
pub mod process;
mod samples;
mod sdk;
mod supported;

pub use packages::Packages;
pub use process::{Code, GeneratorProcess, run_worker};
pub use sdk::success_types;

use anyhow::Result;
use xtask_document::Document;

/// The syntax of a document's client, generated in this process: for comparisons of surfaces.
///
/// # Errors
///
/// If no code can be generated from it.
pub fn client(mut document: Document) -> Result<syn::File> {
    policies::envelope_unions::apply(&mut document.value);
    client::generate(&document, "things")
}
