//! What holds for every value, with random ones.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod maps;
mod plans;
mod strategies;
