//! Text that is safe to print on a terminal.

use std::fmt::Write as _;
use std::io;

use chrono::SecondsFormat;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zt_risk_scoring::{Timestamp, is_printable};

/// Serializes a value on several lines.
pub(crate) fn json_pretty(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(|json| escape(json, json_escape))
}

/// Serializes a value on one line.
pub(crate) fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(|json| escape(json, json_escape))
}

/// Serializes a value as YAML. Its plain strings cannot escape characters that a terminal executes, so a value with such a
/// character is written in the flow style, which has JSON's strings.
pub(crate) fn yaml(value: &impl Serialize) -> io::Result<String> {
    let yaml = serde_yaml_ng::to_string(value).map_err(io::Error::other)?;
    if !yaml.contains(is_unsafe) {
        return Ok(yaml);
    }
    let json = serde_json::to_string_pretty(value)?;
    Ok(escape(json, |char, escaped| {
        // Writing to a string cannot fail. YAML combines no surrogates.
        let _ = write!(escaped, "\\U{:08x}", u32::from(char));
    }))
}

/// Serializes a value as TOML. Its strings in double quotes have escapes for characters that a terminal executes.
///
/// # Errors
///
/// If a text with such a character is also one that TOML's writer puts into single quotes, where nothing can be escaped.
pub(crate) fn toml<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> io::Result<String> {
    let text = toml::to_string(value).map_err(io::Error::other)?;
    let escaped = escape(text, |char, escaped| {
        // Writing to a string cannot fail.
        let _ = write!(escaped, "\\U{:08x}", u32::from(char));
    });
    match toml::from_str::<T>(&escaped) {
        Ok(read) if read == *value => Ok(escaped),
        _ => Err(io::Error::other("TOML cannot escape a control character of the text; use --output json")),
    }
}

/// JSON's escape of a character.
fn json_escape(char: char, escaped: &mut String) {
    for unit in char.encode_utf16(&mut [0; 2]) {
        let _ = write!(escaped, "\\u{unit:04x}");
    }
}

/// Writes escapes for characters that a terminal may execute or that hide text. serde_json escapes only those below U+0020. All
/// others appear in strings alone, where an escape means the same.
fn escape(json: String, escape: impl Fn(char, &mut String)) -> String {
    if !json.contains(is_unsafe) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    for char in json.chars() {
        if is_unsafe(char) { escape(char, &mut escaped) } else { escaped.push(char) }
    }
    escaped
}

/// A cell of CSV: printable, and no formula if a spreadsheet opens the file. An apostrophe marks it as text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
pub(crate) fn spreadsheet(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r']);
    let text = printable(cell);
    if is_formula { format!("'{text}") } else { text }
}

/// Text on one line: a space in place of each character that a terminal may execute or that hides text.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if is_printable(char) { char } else { ' ' }).collect()
}

/// As [`printable`], but line breaks stay.
pub(crate) fn printable_lines(text: &str) -> String {
    text.chars().map(|char| if is_unsafe(char) { ' ' } else { char }).collect()
}

/// The candidate that a misspelt name may mean.
pub(crate) fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// How similar clap's own suggestions are at least.
    const LEAST_SIMILARITY: f64 = 0.7;
    let similar = candidates.into_iter().map(|candidate| (strsim::jaro(name, candidate), candidate));
    similar
        .filter(|(similarity, _)| *similarity > LEAST_SIMILARITY)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// A message of a parser with plain words in place of types of Rust. `object` is what the format calls an object: "a table".
pub(crate) fn plain_words(message: &str, object: &str) -> String {
    let Some((before, expected)) = message.rsplit_once("expected ") else { return message.to_owned() };
    let (_, noun) = object.split_once(' ').unwrap_or_default();
    let before = match before.strip_prefix("invalid type: ") {
        Some("sequence, ") => "invalid type: list, ".to_owned(),
        Some("map, ") => format!("invalid type: {noun}, "),
        _ => before.to_owned(),
    };
    let (type_name, rest) = expected.split_at(expected.find([' ', ',', '\n']).unwrap_or(expected.len()));
    let after = |words: &str| expected.strip_prefix(words).map(str::to_owned);
    let expected = match type_name {
        "struct" => {
            let rest = rest.trim_start();
            format!("{object}{}", rest.split_at(rest.find([' ', ',', '\n']).unwrap_or(rest.len())).1)
        }
        "u8" | "u16" | "u32" | "u64" | "usize" => format!("a whole number, not below 0{rest}"),
        "i8" | "i16" | "i32" | "i64" | "isize" => format!("a whole number{rest}"),
        "f32" | "f64" => format!("a number{rest}"),
        _ => match (after("a map"), after("a sequence")) {
            (Some(rest), _) => format!("{object}{rest}"),
            (_, Some(rest)) => format!("a list{rest}"),
            _ => expected.to_owned(),
        },
    };
    format!("{before}expected {expected}")
}

/// A time of the API, in the form of all times: RFC 3339 with seconds, in UTC. `None` if the text is no time.
pub(crate) fn time(time: &Timestamp) -> Option<String> {
    time.value().map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// A number of things: "1 account", "2 accounts".
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Line breaks are JSON's own, between values.
fn is_unsafe(char: char) -> bool {
    char != '\n' && !is_printable(char)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn unsafe_characters_are_escaped_and_keep_their_meaning() {
        let hidden = "\u{34f}\u{115f}\u{180e}\u{3164}\u{fe0f}\u{1d173}\u{e01ef}";
        let value = json!({"a\u{9b}31m": "\u{7f}\u{1b}[31m\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\n", "b": hidden});
        for text in [json_line(&value).unwrap(), json_pretty(&value).unwrap()] {
            assert!(text.chars().all(|char| char == '\n' || (' '..='~').contains(&char)), "{text:?}");
            assert!(text.contains(r#""a\u009b31m""#) && text.contains(r"\udb40\udc41"), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn toml_escapes_unsafe_characters_or_says_that_it_cannot() {
        let value = |key: &str| std::collections::BTreeMap::from([(key.to_owned(), "x".to_owned())]);
        let text = toml(&value("a\u{9b}\u{202e}\u{e0041}")).unwrap();
        assert!(text.is_ascii() && text.contains(r"\U0000009b\U0000202e\U000e0041"), "{text}");
        assert_eq!(toml(&value("a b")).unwrap(), "\"a b\" = \"x\"\n");
        assert!(toml(&value("a\"\u{202e}")).is_err_and(|error| error.to_string().contains("--output json")));
    }

    #[test]
    fn messages_of_parsers_are_in_plain_words() {
        for (message, expected) in [
            (
                "invalid type: string \"x\", expected usize",
                "invalid type: string \"x\", expected a whole number, not below 0",
            ),
            ("invalid value: integer `300`, expected i8", "invalid value: integer `300`, expected a whole number"),
            (
                "invalid type: sequence, expected struct DesiredState at line 1 column 0",
                "invalid type: list, expected a table at line 1 column 0",
            ),
            ("invalid type: map, expected a sequence\nin `a`", "invalid type: table, expected a list\nin `a`"),
            ("invalid type: null, expected a map", "invalid type: null, expected a table"),
            (
                "invalid type: string \"a map\", expected a boolean",
                "invalid type: string \"a map\", expected a boolean",
            ),
            ("unknown field `u8`, expected `a` or `b`", "unknown field `u8`, expected `a` or `b`"),
            ("EOF while parsing a value", "EOF while parsing a value"),
        ] {
            assert_eq!(plain_words(message, "a table"), expected);
        }
    }

    #[test]
    fn times_have_one_form() {
        for text in ["2026-11-22T08:00:00Z", "2026-11-22T08:00:00.987654Z", "2026-11-22T09:00:00+01:00"] {
            let time: Timestamp = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(super::time(&time).as_deref(), Some("2026-11-22T08:00:00Z"), "{text}");
        }
        assert_eq!(time(&serde_json::from_value(json!("yesterday")).unwrap()), None);
    }

    #[test]
    fn suggestion_is_the_most_similar_name() {
        let names = ["imp_travel", "high_dlp", "sentinel_one"];
        assert_eq!(suggestion("imp_travl", names), Some("imp_travel"));
        assert_eq!(suggestion("sentinelone", names), Some("sentinel_one"));
        assert_eq!(suggestion("zzz", names), None);
    }

    #[test]
    fn cell_of_a_spreadsheet_is_no_formula() {
        assert_eq!(spreadsheet("=1"), "'=1");
        assert_eq!(spreadsheet(" \t@x"), "'  @x");
        assert_eq!(spreadsheet("a-1"), "a-1");
    }

    #[test]
    fn other_text_stays_readable() {
        assert_eq!(json_line(&json!("äöü 漢字 العربية 😀")).unwrap(), r#""äöü 漢字 العربية 😀""#);
    }
}
