//! Rows that are printed one by one, as they come.

use std::io::{self, ErrorKind, Stdout, Write};
use std::marker::PhantomData;
use std::ops::ControlFlow;

use unicode_width::UnicodeWidthStr;

use super::row::{Content, Record, Row};
use super::table;
use super::write::{self, Printer};
use crate::failure::Failure;
use crate::options::Output;
use crate::text;

/// How wide the id of an account is.
const ACCOUNT_ID_WIDTH: usize = 32;

/// Prints rows as they come, and flushes each. JSON has a line per row, as NDJSON has, since the end of an array may never come.
/// YAML has a document per row. A column of the table is as wide as the widest cell so far.
pub(crate) struct RowStream<R, W = Stdout> {
    output: Output,
    out: W,
    of_several_accounts: bool,
    /// How wide each column of the table is.
    widths: Vec<usize>,
    record: PhantomData<fn(R)>,
}

impl Printer {
    /// Rows that are printed as they come. `of_several_accounts` says whether a table names the account of each.
    pub(crate) fn stream<R: Record>(&self, of_several_accounts: bool) -> RowStream<R> {
        RowStream::new(self.output, of_several_accounts, io::stdout())
    }
}

impl<R: Record, W: Write> RowStream<R, W> {
    pub(crate) fn new(output: Output, of_several_accounts: bool, out: W) -> Self {
        let account = of_several_accounts.then_some(ACCOUNT_ID_WIDTH);
        let columns = R::COLUMNS.iter().filter(|column| column.heading.is_some()).map(|column| column.width);
        let widths = account.into_iter().chain(columns).collect();
        Self { output, out, of_several_accounts, widths, record: PhantomData }
    }

    /// Prints headings, if the format has some. It breaks if nobody reads what is printed.
    ///
    /// # Errors
    ///
    /// If the output cannot be written. A reader that closes the pipe early is no failure.
    pub(crate) fn print_headings(&mut self) -> Result<ControlFlow<()>, Failure> {
        let text = match self.output {
            Output::Csv => write::csv_headings::<R>()?,
            Output::Table | Output::Junit | Output::Sarif => {
                let headings = R::COLUMNS.iter().filter_map(|column| column.heading).map(str::to_owned);
                let account = self.of_several_accounts.then(|| "ACCOUNT".to_owned());
                self.table_line(account.into_iter().chain(headings).collect())
            }
            Output::Json | Output::Ndjson | Output::Yaml => return Ok(ControlFlow::Continue(())),
        };
        self.write(&text)
    }

    /// Prints a record of an account. It breaks if nobody reads what is printed.
    ///
    /// # Errors
    ///
    /// If the output cannot be written. A reader that closes the pipe early is no failure.
    pub(crate) fn print(
        &mut self,
        account_id: &str,
        label: Option<&str>,
        record: R,
    ) -> Result<ControlFlow<()>, Failure> {
        let row = Row {
            account_id: Some(account_id.to_owned()),
            account_label: label.map(str::to_owned),
            content: Content::Record(record),
        };
        let text = match self.output {
            Output::Json | Output::Ndjson => text::json_line(&row).map_err(io::Error::from)?,
            Output::Yaml => format!("---\n{}", text::yaml(&row)?),
            Output::Csv => write::csv_rows(&[row])?,
            Output::Table | Output::Junit | Output::Sarif => self.table_row(&row),
        };
        self.write(&text)
    }

    fn table_row(&mut self, row: &Row<R>) -> String {
        let account = self.of_several_accounts.then(|| table::account(row));
        let Content::Record(record) = &row.content else { return String::new() };
        let shown = R::COLUMNS.iter().zip(record.cells()).filter(|(column, _)| column.heading.is_some());
        let cells = shown.map(|(_, cell)| text::printable(&cell.text));
        self.table_line(account.into_iter().chain(cells).collect())
    }

    fn table_line(&mut self, cells: Vec<String>) -> String {
        for (cell, widest) in cells.iter().zip(&mut self.widths) {
            *widest = cell.width().max(*widest);
        }
        table::align(cells.iter().map(String::as_str), &self.widths)
    }

    fn write(&mut self, text: &str) -> Result<ControlFlow<()>, Failure> {
        let written = writeln!(self.out, "{}", text.trim_end_matches('\n')).and_then(|()| self.out.flush());
        match written {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
            Err(error) => Err(Failure::Output(error)),
        }
    }
}
