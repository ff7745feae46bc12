//! Writes rows to standard output.

use std::io::{self, ErrorKind, Write};

use super::row::{Content, Record, Row, Rows};
use super::table;
use crate::failure::Failure;
use crate::options::Output;
use crate::{terminal, text};

/// Prints results to standard output in the format that the user asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    pub(crate) output: Output,
    pub(super) width: Option<u16>,
    pub(super) has_colours: bool,
}

impl Printer {
    /// The printer of this process.
    ///
    /// # Errors
    ///
    /// If the format is one of reports, and the command makes none.
    pub(crate) fn new(output: Output, allows_reports: bool) -> Result<Self, Failure> {
        if matches!(output, Output::Junit | Output::Sarif) && !allows_reports {
            return Err(Failure::usage(
                "only `behaviors audit` has a report in the formats junit and sarif",
                "use --output table, json, ndjson, yaml or csv",
            ));
        }
        Ok(Self { output, width: terminal::width(), has_colours: terminal::has_colours() })
    }

    /// Prints rows.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written. A reader that closes the pipe early is no failure.
    pub(crate) fn print<R: Record>(&self, rows: &Rows<R>) -> Result<(), Failure> {
        let text = self.format(rows).map_err(Failure::Output)?;
        print_text(&text)
    }

    pub(super) fn format<R: Record>(&self, rows: &Rows<R>) -> io::Result<String> {
        Ok(match self.output {
            Output::Json => text::json_pretty(&rows.rows)?,
            Output::Ndjson => rows.rows.iter().map(text::json_line).collect::<Result<Vec<_>, _>>()?.join("\n"),
            Output::Yaml => text::yaml(&rows.rows)?,
            Output::Csv => csv_headings::<R>()? + &csv_rows(&rows.rows)?,
            Output::Table | Output::Junit | Output::Sarif => table::table(rows, self.width, self.has_colours),
        })
    }
}

/// Prints text to standard output, with a line break at its end.
///
/// # Errors
///
/// If standard output cannot be written. A reader that closes the pipe early is no failure.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}

/// The first line of CSV. The last column has the error of an account.
pub(super) fn csv_headings<R: Record>() -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = R::COLUMNS.iter().map(|column| column.name);
    writer.write_record(["account_id", "account_label"].into_iter().chain(names).chain(["error"]))?;
    csv_text(writer)
}

/// The line of CSV of each row.
pub(super) fn csv_rows<R: Record>(rows: &[Row<R>]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let account = [row.account_id.clone(), row.account_label.clone()].map(Option::unwrap_or_default);
        let (cells, error) = match &row.content {
            Content::Record(record) => (record.cells().into_iter().map(|cell| cell.text).collect(), String::new()),
            Content::Failed { error } => (vec![String::new(); R::COLUMNS.len()], error.message.clone()),
        };
        writer.write_record(account.into_iter().chain(cells).chain([error]).map(|cell| text::spreadsheet(&cell)))?;
    }
    csv_text(writer)
}

fn csv_text(writer: csv::Writer<Vec<u8>>) -> io::Result<String> {
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
