//! `cargo xtask release`: checks that an SDK can be released, and writes its changelog entry.
//!
//! A release leaves two records. Its entry in `CHANGELOG.md` names version and revision, with the SHA-256 of the
//! revision's document, which is never edited afterwards. `spec/NAME/surfaces/VERSION.txt` lists the public surface of
//! its generated code.
//!
//! The last release is the newest entry below the crates' version that is not a pre-release. The next version depends
//! on the worst change since then, of the document or of the surface, by cargo's rules for versions. A higher version
//! than required is accepted: hand-written code can break users in ways that neither shows.
//!
//! The repository does not know whether the crates' own version is published. Its record may be written again until
//! then; from then on, a change of the surface requires another version. `release check` reports a record that is not
//! that of the code. For a released SDK, `release check` is also a test.
//!
//! `api-runtime` and `cloudflare-client` have no releases, since they belong to every SDK. The SDK's crates depend on
//! them by path, in the checkout of the release. A break in them breaks users of the SDKs, so it needs a higher version
//! of those.

mod changelog;
mod check;
mod documents;
mod next;
mod notes;
mod sections;
mod surfaces;
mod version;

pub use check::{Report, check};
pub use notes::Notes;

#[cfg(test)]
pub(crate) mod tests;
