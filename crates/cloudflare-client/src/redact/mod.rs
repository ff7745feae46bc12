//! Secrets, and their redaction from text.
//!
//! A server may echo a request's secrets anywhere in its response. The client redacts them from all text of a response that
//! it keeps or prints. This module depends on no other module of the crate.

mod line;
mod secret;

pub(crate) use line::one_line;
pub(crate) use secret::{Secret, Secrets};
