//! Rows as a table that fits the terminal.

use comfy_table::{Attribute, Cell as TableCell, Color, ColumnConstraint, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use super::row::{Cell, Content, Record, Row, Rows, Tone};
use crate::text;

/// The spaces between two columns.
pub(super) const GAP: u16 = 2;

/// The most rows whose columns are fitted to the terminal. It takes seconds and hundreds of megabytes for some hundred thousand.
const MAX_FITTED: usize = 10_000;

/// The table of rows. It is as wide as its content needs, and at most as wide as the terminal.
pub(super) fn table<R: Record>(rows: &Rows<R>, width: Option<u16>, has_colours: bool) -> String {
    let has_failures = rows.rows.iter().any(|row| matches!(row.content, Content::Failed { .. }));
    let mut headings: Vec<&str> = R::COLUMNS.iter().filter_map(|column| column.heading).collect();
    if rows.of_several_accounts {
        headings.insert(0, "ACCOUNT");
    }
    if has_failures {
        headings.push("ERROR");
    }
    if rows.rows.len() > MAX_FITTED {
        return aligned(rows, &headings);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    if has_colours {
        table.enforce_styling();
    }
    let columns = headings.len();
    table.set_header(headings);
    for row in &rows.rows {
        table.add_row(shown(row, rows.of_several_accounts, columns).iter().map(styled));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    keep_ids_whole(&mut table, if rows.of_several_accounts { 2 } else { 1 });
    table.trim_fmt()
}

/// A table without colours, whose lines may be wider than the terminal.
fn aligned<R: Record>(rows: &Rows<R>, headings: &[&str]) -> String {
    let lines = || rows.rows.iter().map(|row| texts(row, rows.of_several_accounts, headings.len()));
    let mut widths: Vec<_> = headings.iter().map(|heading| heading.width()).collect();
    for line in lines() {
        widths.iter_mut().zip(&line).for_each(|(widest, cell)| *widest = cell.width().max(*widest));
    }
    let mut table = align(headings.iter().copied(), &widths);
    for line in lines() {
        table.push('\n');
        table.push_str(&align(line.iter().map(String::as_str), &widths));
    }
    table
}

/// Cells on one line, each as wide as its column.
pub(super) fn align<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, column) in cells.zip(widths) {
        line.push_str(cell);
        let blanks = column.saturating_sub(cell.width()).saturating_add(GAP.into());
        line.extend(std::iter::repeat_n(' ', blanks));
    }
    line.truncate(line.trim_end().len());
    line
}

/// The text of each cell of a row.
fn texts<R: Record>(row: &Row<R>, with_account: bool, columns: usize) -> Vec<String> {
    shown(row, with_account, columns).iter().map(|cell| text::printable(&cell.text)).collect()
}

/// Keeps the first columns from being wrapped: they have ids, which people copy. A terminal without room for them wraps them after all.
fn keep_ids_whole(table: &mut Table, columns: usize) {
    let Some(width) = table.width() else { return };
    let ids: u16 = table
        .column_max_content_widths()
        .iter()
        .take(columns)
        .fold(0, |sum, width| sum.saturating_add(*width).saturating_add(GAP));
    // The other columns need some room as well.
    if ids <= width.saturating_sub(width / 3) {
        for column in table.column_iter_mut().take(columns) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// The cells of the columns with a heading.
fn shown<R: Record>(row: &Row<R>, with_account: bool, columns: usize) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(columns);
    if with_account {
        cells.push(account(row).into());
    }
    match &row.content {
        Content::Record(record) => {
            let shown = R::COLUMNS.iter().zip(record.cells()).filter(|(column, _)| column.heading.is_some());
            cells.extend(shown.map(|(_, cell)| cell));
        }
        Content::Failed { error } => {
            cells.resize(columns.saturating_sub(1), Cell::new(""));
            cells.push(Cell::new(error.message.as_str()).tone(Tone::Bad));
        }
    }
    cells
}

pub(super) fn account<R>(row: &Row<R>) -> String {
    let id = row.account_id.as_deref().unwrap_or_default();
    match &row.account_label {
        Some(label) => format!("{id} ({})", text::printable(label)),
        None => id.to_owned(),
    }
}

fn styled(cell: &Cell) -> TableCell {
    let text = TableCell::new(text::printable(&cell.text));
    match cell.tone {
        Tone::Plain => text,
        Tone::Good => text.fg(Color::Green),
        Tone::Caution => text.fg(Color::Yellow),
        Tone::Bad => text.fg(Color::Red).add_attribute(Attribute::Bold),
    }
}
