//! Errors of an import.

use std::error::Error as StdError;

use thiserror::Error;

use crate::settings::Slice;

/// Why a document cannot be imported, or is not what the settings of its SDK say.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is no OpenAPI 3.0 document, or has a schema that consists of itself.
    #[error(transparent)]
    Document(#[from] xtask_document::Error),
    /// The revision is no date.
    #[error("the revision {revision:?} is no date; write it as 2026-11-22")]
    NoDate {
        /// The revision.
        revision: String,
    },
    /// The slice selects no operation.
    #[error("the slice of {sdk} {problem}")]
    Slice {
        /// The SDK.
        sdk: String,
        /// What is wrong with the slice.
        problem: SliceProblem,
    },
    /// A path of the slice is no path item.
    #[error("the path {path:?} {problem}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A reference has no component as its target.
    #[error("the reference {reference:?} {problem}")]
    Reference {
        /// The reference.
        reference: String,
        /// What is wrong with it.
        problem: ReferenceProblem,
    },
    /// A fixup of `sdk.toml` is not valid, or the document no longer needs it.
    #[error("the fixup {why:?} {problem}")]
    Fixup {
        /// Why the fixup exists.
        why: String,
        /// What is wrong with it.
        problem: FixupProblem,
        /// Where it fails.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// An operation has no id.
    #[error("{operation} has no operationId")]
    NoOperationId {
        /// Method and path.
        operation: String,
    },
    /// Two operations have one id.
    #[error(
        "{first} and {second} have the same operationId {id:?}; give one of them another id by a fixup in sdk.toml"
    )]
    DuplicateOperationId {
        /// The id.
        id: String,
        /// Method and path of the first operation.
        first: String,
        /// Method and path of the second operation.
        second: String,
    },
    /// A name is no Rust name, or two things get one name.
    #[error("the {problem}; write a line such as `{ours} = {vendors:?}` below [names.{table}] in sdk.toml")]
    Name {
        /// What is wrong with the name.
        problem: String,
        /// The table of `sdk.toml` that gives other names.
        table: &'static str,
        /// A name that could be given.
        ours: String,
        /// The vendor's name.
        vendors: String,
    },
    /// `sdk.toml` gives names to something that does not exist.
    #[error("names.{table} lists {table} that do not exist: {names:?}")]
    Unlisted {
        /// The table of `sdk.toml`.
        table: &'static str,
        /// The names.
        names: Vec<String>,
    },
    /// Merging `allOf` or inlining shared components would make the document many times as large.
    #[error("inlining shared components exceeds {limit} times the document's size (at {place}, rule {rule})")]
    TooLarge {
        /// How many times as large the document may become.
        limit: usize,
        /// Where the limit is exceeded, as a JSON pointer (RFC 6901).
        place: String,
        /// The rule that exceeds it.
        rule: &'static str,
    },
    /// The document has something that the settings of its SDK do not allow.
    #[error("{violation}")]
    Violation {
        /// The first violation.
        violation: String,
    },
    /// A rule loses something, and the caller does not allow it.
    #[error("{count} {changes} something of the document", changes = if *count == 1 { "change loses" } else { "changes lose" })]
    Losses {
        /// How many changes lose something.
        count: usize,
    },
}

/// What is wrong with a slice.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SliceProblem {
    /// It selects nothing.
    #[error("is empty: say in its sdk.toml what belongs to it")]
    Empty,
    /// It selects no operation of the document.
    #[error("matches no operation of the document: {0}")]
    NoMatch(Slice),
    /// A part of it selects no operation of the document.
    #[error("has a part that matches no operation: {0}")]
    PartWithoutMatch(Slice),
    /// The rules drop all of its operations.
    #[error("has no operation left that can be generated: {slice}; {}", dropped.join("; "))]
    NothingLeft {
        /// The slice.
        slice: Slice,
        /// What the rules say of the operations.
        dropped: Vec<String>,
    },
}

/// What is wrong with a reference.
#[derive(Clone, Copy, Debug, Error)]
#[non_exhaustive]
pub enum ReferenceProblem {
    /// Its target is in another document.
    #[error("has its target in another document, which is not supported")]
    Outside,
    /// Its target is a part of a component, or no component.
    #[error("has a target that is no component, which is not supported")]
    NoComponent,
    /// Its target does not exist.
    #[error("has no target")]
    Nowhere,
    /// Its target is a reference to itself.
    #[error("has itself as its target")]
    Itself,
}

/// What is wrong with a fixup.
#[derive(Clone, Copy, Debug, Error)]
#[non_exhaustive]
pub enum FixupProblem {
    /// Its patch is no JSON.
    #[error("has a patch that is not valid")]
    Invalid,
    /// Its patch does not apply to the document.
    #[error("does not apply (any more)")]
    DoesNotApply,
    /// Its patch changes nothing.
    #[error("changes nothing (any more)")]
    ChangesNothing,
}
