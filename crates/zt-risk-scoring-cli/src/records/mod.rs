//! Results: how a command prints what it found, in every format.
//!
//! A result is a list of rows, each of an account or of none. All formats but the table have all properties of a row.

mod row;
#[cfg(test)]
mod schema;
mod stream;
mod table;
mod write;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use schema::Schemas;

pub(crate) use row::{Cell, Column, Record, Rows, Tone};
pub(crate) use stream::RowStream;
pub(crate) use write::{Printer, print_text};
