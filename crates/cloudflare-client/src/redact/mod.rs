//! Secrets, and how they are kept out of text.
//!
//! A server may repeat what it was sent, anywhere in a response. Whatever text of a response is printed or kept has the
//! request's secrets redacted first. This module depends on no other of the crate.

mod line;
mod secret;

pub(crate) use line::one_line;
pub(crate) use secret::{Secret, Secrets};
