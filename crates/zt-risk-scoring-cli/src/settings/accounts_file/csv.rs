//! CSV with a header.

use ::csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};

use super::{Fields, Origin, Row};
use crate::text::printable;

const COLUMNS: [&str; 4] = ["account_id", "label", "profile", "token_file"];

pub(super) fn rows(origin: &Origin<'_>, text: &str) -> Result<Vec<Row>, String> {
    check_quotes(text).map_err(|(line, reason)| format!("line {line} of {} has {reason}", origin.name))?;
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| problem(origin, text, &error))?;
    let names = columns(header).map_err(|reason| format!("the header of {} {reason}", origin.name))?;
    let rows = reader.records().map(|record| {
        let record = record.map_err(|error| problem(origin, text, &error))?;
        let line = record.position().map_or(0, |position| line(text, position));
        let value = |name: &str| {
            let index = names.iter().position(|known| known == name)?;
            record.get(index).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let fields = Fields {
            account_id: value("account_id").unwrap_or_default(),
            label: value("label"),
            profile: value("profile"),
            token_file: value("token_file").map(Into::into),
            token_command: None,
        };
        origin.row(format!("line {line}"), "column", fields)
    });
    rows.collect()
}

const UNCLOSED: &str = "a quote that is not closed on the same line";

/// Where a character of CSV is.
#[derive(Clone, Copy)]
enum Place {
    FieldStart,
    Unquoted,
    Quoted,
    /// Behind a quote that ends a value, or is the first of two that mean one.
    ClosingQuote,
}

/// Checks that each quote is closed on its line, and that a value ends there. The parser would take all lines up to the next quote
/// for one value, and lose their accounts. Returns the line of the first problem.
fn check_quotes(text: &str) -> Result<(), (usize, &'static str)> {
    let mut place = Place::FieldStart;
    let mut line = 1_usize;
    for char in text.chars() {
        place = match (place, char) {
            (Place::Quoted, '\n' | '\r') => return Err((line, UNCLOSED)),
            (Place::Quoted, '"') => Place::ClosingQuote,
            (Place::FieldStart | Place::ClosingQuote, '"') | (Place::Quoted, _) => Place::Quoted,
            (_, ',' | '\n' | '\r') => Place::FieldStart,
            (Place::ClosingQuote, ' ' | '\t') => place,
            (Place::ClosingQuote, _) => return Err((line, "text behind a closing quote")),
            (Place::FieldStart | Place::Unquoted, _) => Place::Unquoted,
        };
        line = line.saturating_add((char == '\n').into());
    }
    if let Place::Quoted = place { Err((line, UNCLOSED)) } else { Ok(()) }
}

/// The name of a column.
pub(super) fn column(name: &str) -> String {
    name.trim().trim_matches('"').to_ascii_lowercase()
}

fn columns(header: &StringRecord) -> Result<Vec<String>, String> {
    let names: Vec<String> = header.iter().map(column).collect();
    let allowed = COLUMNS.join(", ");
    for (index, name) in names.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            return Err(format!("has the column `{}`; it may have {allowed}", printable(name)));
        }
        if names.iter().take(index).any(|other| other == name) {
            return Err(format!("has the column `{name}` twice"));
        }
    }
    if names.iter().all(|name| name != "account_id") {
        return Err(format!("has no column `account_id`; it may have {allowed}"));
    }
    Ok(names)
}

/// The line of a record. Its position is that of the blank lines before it.
fn line(text: &str, position: &Position) -> u64 {
    let start = usize::try_from(position.byte()).ok().and_then(|start| text.get(start..)).unwrap_or_default();
    let blank = start.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|&byte| byte == b'\n').count();
    position.line().saturating_add(u64::try_from(blank).unwrap_or_default())
}

fn problem(origin: &Origin<'_>, text: &str, error: &::csv::Error) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { pos: Some(position), expected_len, len } => {
            let line = line(text, position);
            format!("line {line} of {} has {len} values, but the header has {expected_len}", origin.name)
        }
        _ => format!("{} is not valid CSV: {error}", origin.name),
    }
}
