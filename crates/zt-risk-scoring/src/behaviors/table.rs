//! A table of behaviors.

use std::fmt;

use super::{Behavior, BehaviorId};
use cloudflare_client::sdk::one_line;

const HEADINGS: [&str; 4] = ["ID", "LEVEL", "ENABLED", "NAME"];

/// Writes a line of headings and a line for each behavior, without a final line break.
///
/// Control characters of the server's text become spaces, so that a name cannot send commands to a terminal.
pub(super) fn write<'a>(
    f: &mut fmt::Formatter<'_>,
    behaviors: impl Iterator<Item = (&'a BehaviorId, &'a Behavior)>,
) -> fmt::Result {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(behaviors.map(|(id, behavior)| {
        let enabled = if behavior.enabled { "yes" } else { "no" };
        [one_line(id.as_str()), one_line(behavior.risk_level.as_str()), enabled.to_owned(), one_line(&behavior.name)]
    }));
    let width =
        |column: fn(&[String; 4]) -> &str| rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0);
    let (ids, levels, enabled) =
        (width(|[id, ..]| id), width(|[_, level, ..]| level), width(|[_, _, enabled, _]| enabled));
    for (number, [id, level, is_enabled, name]) in rows.iter().enumerate() {
        let line_break = if number == 0 { "" } else { "\n" };
        write!(f, "{line_break}{id:ids$}  {level:levels$}  {is_enabled:enabled$}  {name}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::BehaviorMap;
    use super::super::map::tests::{behavior, map};

    #[test]
    fn behaviors_are_written_in_columns() {
        let expected = "\
ID            LEVEL   ENABLED  NAME
high_dlp      high    no       High DLP
imp_travel    medium  yes      Impossible Travel
sentinel_one  low     yes      SentinelOne Infection Detected";
        assert_eq!(map().to_string(), expected);
        assert_eq!(map().all().to_string(), expected);
    }

    #[test]
    fn empty_map_is_written_as_headings() {
        assert_eq!(BehaviorMap::default().to_string(), "ID  LEVEL  ENABLED  NAME");
    }

    #[test]
    fn control_characters_of_a_name_become_spaces() {
        let map: BehaviorMap = [("a", behavior("x\u{1b}[2J\ny", true, "low"))].into_iter().collect();
        assert!(map.to_string().ends_with("x [2J y"));
    }
}
