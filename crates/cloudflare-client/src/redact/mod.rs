//! Secrets, and their redaction from text.
//!
//! A server may echo a request's secrets anywhere in its response. The client redacts them from all text of metadata
//! and errors, headers included, and from what it logs. The value of a response is the caller's data, and is not
//! changed.
//!
//! A secret is found in any ASCII case, since URL parsers lower-case hosts. It is found percent-encoded, in whole or in
//! part, since an e-mail address in a URL has `%40` for `@`. Other forms are not found: a part of a secret, or one that
//! the server hashed, encoded otherwise, or interspersed with other characters.
//!
//! This module depends on no other module of the crate.

mod line;
mod search;
mod secret;

pub(crate) use line::{is_printable, one_line};
pub(crate) use secret::{Secret, Secrets};
