//! Errors of an import.

use std::error::Error as StdError;

use thiserror::Error;

use crate::settings::Slice;

/// Why a document cannot be imported, or violates the settings of its SDK.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is not an OpenAPI 3.0 document, or has a schema that consists of itself.
    #[error(transparent)]
    Document(#[from] xtask_document::Error),
    /// The revision is not a date.
    #[error("the revision {revision:?} is not a date; write it as 2026-11-22")]
    NoDate {
        /// The revision.
        revision: String,
    },
    /// The document has no operations.
    #[error("the document has no operations")]
    NoOperations,
    /// The slice selects no operation.
    #[error("the slice of {sdk} {problem}")]
    Slice {
        /// The SDK.
        sdk: String,
        /// The problem of the slice.
        problem: SliceProblem,
    },
    /// A path of the slice is not a supported path item.
    #[error("the path {path:?} {problem}")]
    Path {
        /// The path.
        path: String,
        /// The problem of the path.
        problem: String,
    },
    /// A reference has no component as its target.
    #[error("the reference {reference:?} {problem}")]
    Reference {
        /// The reference.
        reference: String,
        /// The problem of the reference.
        problem: ReferenceProblem,
    },
    /// A fixup of `sdk.toml` is not valid, or the document no longer needs it.
    #[error("the fixup {why:?} {problem}")]
    Fixup {
        /// Why the fixup exists.
        why: String,
        /// The problem of the fixup.
        problem: FixupProblem,
        /// The error of the patch.
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
        "{first} and {second} have the same operationId {id:?}; give one of them another id with a fixup in sdk.toml"
    )]
    DuplicateOperationId {
        /// The id.
        id: String,
        /// Method and path of the first operation.
        first: String,
        /// Method and path of the second operation.
        second: String,
    },
    /// Names are not Rust names, or several operations or schemas get the same name.
    #[error("{}", faults.iter().map(NameFault::to_string).collect::<Vec<_>>().join("; "))]
    Names {
        /// The faults of all names.
        faults: Vec<NameFault>,
    },
    /// `sdk.toml` lists names of operations or types that do not exist.
    #[error("names.{table} lists {table} that do not exist: {names:?}")]
    Unlisted {
        /// The table of `sdk.toml`.
        table: &'static str,
        /// The names.
        names: Vec<String>,
    },
    /// Merging `allOf` or inlining shared components would make the document many times as large.
    #[error(
        "merging or inlining shared components exceeds {limit} times the document's size (at {place}, rule {rule})"
    )]
    TooLarge {
        /// The largest growth of the document, as a multiple of its size.
        limit: usize,
        /// Where the limit is exceeded, as a JSON pointer (RFC 6901).
        place: String,
        /// The rule that exceeds it.
        rule: &'static str,
    },
    /// The document violates the settings of its SDK.
    #[error("{violation}")]
    Violation {
        /// The first violation.
        violation: String,
    },
    /// A change by a rule is lossy, and the caller does not allow that.
    #[error("{count} {changes} a part of the document; see the report", changes = if *count == 1 { "change loses" } else { "changes lose" })]
    Losses {
        /// The number of lossy changes.
        count: usize,
    },
}

/// The fault of a name of an operation or a schema.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the {problem}; write a line such as `{ours} = {vendors:?}` below [names.{table}] in sdk.toml")]
#[non_exhaustive]
pub struct NameFault {
    /// The problem of the name.
    pub problem: String,
    /// The table of `sdk.toml` that gives other names.
    pub table: &'static str,
    /// A name that could be given.
    pub ours: String,
    /// The vendor's name.
    pub vendors: String,
}

/// The problem of a slice.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SliceProblem {
    /// It has no paths, tags or operations.
    #[error("is empty; list its paths, tags or operations below [slice] in sdk.toml")]
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
        /// The reports of the dropped operations.
        dropped: Vec<String>,
    },
}

/// The problem of a reference.
#[derive(Clone, Copy, Debug, Error)]
#[non_exhaustive]
pub enum ReferenceProblem {
    /// Its target is in another document.
    #[error("has its target in another document, which is not supported")]
    Outside,
    /// Its target is not a whole component.
    #[error("has a target that is no component, which is not supported")]
    NoComponent,
    /// Its target does not exist.
    #[error("has no target")]
    Nowhere,
    /// Its target is a reference to itself.
    #[error("has itself as its target")]
    Itself,
}

/// The problem of a fixup.
#[derive(Clone, Copy, Debug, Error)]
#[non_exhaustive]
pub enum FixupProblem {
    /// Its patch is not JSON.
    #[error("has a patch that is not valid")]
    Invalid,
    /// Its patch does not apply to the document.
    #[error("does not apply, or no longer applies")]
    DoesNotApply,
    /// Its patch changes nothing.
    #[error("changes nothing, or no longer changes anything")]
    ChangesNothing,
}
