//! Rows as a table that fits the terminal.

use comfy_table::{Attribute, Cell as TableCell, Color, ColumnConstraint, ContentArrangement, Table, presets};

use super::row::{Cell, Content, Record, Row, Rows, Tone};
use crate::text;

/// The spaces between two columns.
pub(super) const GAP: u16 = 2;

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
        table.add_row(cells(row, rows.of_several_accounts, columns));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    keep_ids_whole(&mut table, if rows.of_several_accounts { 2 } else { 1 });
    table.trim_fmt()
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

fn cells<R: Record>(row: &Row<R>, with_account: bool, columns: usize) -> Vec<TableCell> {
    let mut cells = Vec::with_capacity(columns);
    if with_account {
        cells.push(TableCell::new(account(row)));
    }
    match &row.content {
        Content::Record(record) => {
            let shown = R::COLUMNS.iter().zip(record.cells()).filter(|(column, _)| column.heading.is_some());
            cells.extend(shown.map(|(_, cell)| styled(&cell)));
        }
        Content::Failed { error } => {
            let blanks = columns.saturating_sub(cells.len()).saturating_sub(1);
            cells.extend((0..blanks).map(|_| TableCell::new("")));
            cells.push(styled(&Cell::new(error.message.as_str()).tone(Tone::Bad)));
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
