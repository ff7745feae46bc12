//! `cargo xtask release`: whether an SDK can be released as it stands, and what the changelog says about it.
//!
//! `CHANGELOG.md` is the only record of releases: the heading of an entry says what was released, of which revision, and a
//! line below it has the hash of that revision's document, which stays as it is. What has changed in the documents since the
//! last release decides how great the next version has to be.

mod changelog;
mod check;
mod documents;
mod next;
mod notes;
mod sections;
mod version;

pub use check::{Report, check};
pub use notes::Notes;

#[cfg(test)]
pub(crate) mod tests;
