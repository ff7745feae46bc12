//! Accounts files: text, CSV or JSON.

mod csv;
mod json;
mod text;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use zt_risk_scoring::AccountId;

use super::problems::problem;
use super::token_source::TokenSource;
use crate::failure::Problem;
use crate::text::printable;

/// More than a list of all accounts that a token can reach has.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// An account of a file.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Row {
    /// Such as "line 3 of accounts.csv".
    pub(super) place: String,
    pub(super) account_id: AccountId,
    pub(super) label: Option<String>,
    pub(super) token: RowToken,
}

/// Where an account has its token from.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum RowToken {
    /// From where the other accounts have it.
    Shared,
    /// From the token file or the token command of a profile.
    Profile(String),
    Own(TokenSource),
}

/// The values of an account, unchecked.
#[derive(Debug, Default)]
struct Fields {
    account_id: String,
    label: Option<String>,
    profile: Option<String>,
    token_file: Option<PathBuf>,
    token_command: Option<Vec<String>>,
}

/// A file, for messages and relative paths.
struct Origin<'a> {
    name: String,
    /// `None` for the standard input.
    path: Option<&'a Path>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Text,
    Csv,
    Json,
}

/// Reads an accounts file. Its ending decides the format: `.csv`, `.json`, or else text.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, Problem> {
    let origin = Origin { name: printable(&path.to_string_lossy()), path: Some(path) };
    let unreadable = |error: io::Error| {
        let hint = match error.kind() {
            ErrorKind::NotFound => "check the path of the accounts file",
            _ => "make sure that you can read the accounts file",
        };
        problem(format!("the accounts file {} cannot be read: {error}", origin.name), hint)
    };
    let mut file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::Error::from(ErrorKind::IsADirectory)));
    }
    let extension = path.extension().unwrap_or_default();
    let format = match () {
        () if extension.eq_ignore_ascii_case("csv") => Some(Format::Csv),
        () if extension.eq_ignore_ascii_case("json") => Some(Format::Json),
        () => Some(Format::Text),
    };
    origin.rows(&mut file, format)
}

/// Reads accounts from the standard input. The format is found by the first line.
pub(super) fn read_stdin(stdin: &mut dyn Read) -> Result<Vec<Row>, Problem> {
    Origin { name: "standard input".to_owned(), path: None }.rows(stdin, None)
}

impl Origin<'_> {
    /// All rows of a file.
    fn rows(&self, reader: &mut dyn Read, format: Option<Format>) -> Result<Vec<Row>, Problem> {
        let bytes = read_bytes(reader).map_err(|reason| {
            problem(format!("the accounts of {} cannot be read: {reason}", self.name), "check the accounts file")
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|&&byte| byte == b'\n').count().saturating_add(1);
            problem(format!("line {line} of {} is not UTF-8", self.name), "save the accounts file as UTF-8")
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rows = match format.unwrap_or_else(|| Format::detect(text)) {
            Format::Text => text::rows(self, text),
            Format::Csv => csv::rows(self, text),
            Format::Json => json::rows(self, text),
        };
        let rows = rows.map_err(|message| problem(message, "correct the accounts file"))?;
        if rows.is_empty() {
            return Err(problem(format!("{} has no accounts", self.name), "add an account id to the accounts file"));
        }
        Ok(rows)
    }

    /// Checks an account. `column` is where its values are: "column", or "key".
    fn row(&self, place: String, column: &str, fields: Fields) -> Result<Row, String> {
        let place = format!("{place} of {}", self.name);
        let account_id = AccountId::new(&fields.account_id).map_err(|error| match column {
            "" => format!("{place}: {error}"),
            _ => format!("{place}, {column} `account_id`: {error}"),
        })?;
        if fields.label.as_deref().is_some_and(|label| label.contains(['\n', '\r'])) {
            return Err(format!("{place} has a label with a line break"));
        }
        if self.path.is_none() && fields.token_command.is_some() {
            return Err(format!("{place} has a token_command, which is only allowed in a file, not on standard input"));
        }
        let directory = self.path.and_then(Path::parent).unwrap_or_else(|| Path::new(""));
        let source = TokenSource::new(fields.token_file.as_deref(), fields.token_command.as_deref(), None, directory)
            .map_err(|reason| format!("{place} {reason}"))?;
        let token = match (fields.profile, source) {
            (Some(_), Some(_)) => return Err(format!("{place} has both a profile and a token source of its own")),
            (Some(profile), None) => RowToken::Profile(profile),
            (None, Some(source)) => RowToken::Own(source),
            (None, None) => RowToken::Shared,
        };
        Ok(Row { place, account_id, label: fields.label, token })
    }
}

impl Format {
    fn detect(text: &str) -> Self {
        let start = text.trim_start();
        let first_line = start.lines().next().unwrap_or_default();
        match start.chars().next() {
            Some('[' | '{') => Self::Json,
            Some('#') | None => Self::Text,
            Some(_) if first_line.split(',').any(|name| csv::column(name) == "account_id") => Self::Csv,
            Some(_)
                if first_line.contains(',') && AccountId::new(first_line.get(..32).unwrap_or_default()).is_err() =>
            {
                Self::Csv
            }
            Some(_) => Self::Text,
        }
    }
}

fn read_bytes(reader: &mut dyn Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    match u64::try_from(bytes.len()) {
        Ok(..=MAX_BYTES) => Ok(bytes),
        _ => Err("they have more than 16 MiB".to_owned()),
    }
}

#[cfg(test)]
mod tests;
