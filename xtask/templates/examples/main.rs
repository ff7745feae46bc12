//! Decodes each example that it reads, with the type that the client's method returns, and encodes it again.

use std::io::{self, BufRead, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

// MODULES

/// An operation's id, and how its examples are decoded and encoded.
type Operation = (&'static str, fn(&str) -> Result<String, String>);

const GROUPS: &[(&str, &[Operation])] = &[
    // GROUPS
];

#[derive(Deserialize)]
struct Input {
    group: String,
    operation: String,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Output {
    Encoded(String),
    Rejected(String),
}

fn decode<T: DeserializeOwned + Serialize>(text: &str) -> Result<String, String> {
    let mut decoder = serde_json::Deserializer::from_str(text);
    let value: T = serde_path_to_error::deserialize(&mut decoder).map_err(|error| error.to_string())?;
    decoder.end().map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| format!("it cannot be encoded: {error}"))
}

fn run(input: &Input) -> Result<String, String> {
    let (_, operations) = GROUPS.iter().find(|(group, _)| *group == input.group).ok_or("no such group")?;
    let (_, decode) = operations.iter().find(|(id, _)| *id == input.operation).ok_or("no such operation")?;
    decode(&input.text)
}

fn main() -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let input: Input = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut output, &run(&input).map_or_else(Output::Rejected, Output::Encoded))?;
        writeln!(output)?;
    }
    output.flush()
}
