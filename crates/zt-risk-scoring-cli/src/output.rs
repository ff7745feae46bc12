//! Results: what is printed to standard output.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use crate::failure::Failure;
use crate::options::Output;
use crate::text;

/// Prints a result. A reader that closes the pipe early is no failure.
pub(crate) fn print<T: Display + Serialize>(result: &T, output: Output) -> Result<(), Failure> {
    let text = match output {
        Output::Json => text::json_pretty(result).map_err(io::Error::from)?,
        _ => result.to_string(),
    };
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
