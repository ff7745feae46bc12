//! An account id on each line, perhaps with a label behind it.

use super::{Fields, Origin, Row};

pub(super) fn rows(origin: &Origin<'_>, text: &str) -> Result<Vec<Row>, String> {
    let lines = text.lines().enumerate().map(|(index, line)| (index.saturating_add(1), without_comment(line).trim()));
    let rows = lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| {
        let (id, label) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let label = Some(label.trim().to_owned()).filter(|label| !label.is_empty());
        origin.row(format!("line {number}"), "", Fields { account_id: id.to_owned(), label, ..Fields::default() })
    });
    rows.collect()
}

/// A comment begins with a `#` at the start of the line or behind white space.
fn without_comment(line: &str) -> &str {
    let mut starts = line.match_indices('#').map(|(index, _)| line.get(..index).unwrap_or_default());
    starts.find(|before| before.chars().next_back().is_none_or(char::is_whitespace)).unwrap_or(line)
}
