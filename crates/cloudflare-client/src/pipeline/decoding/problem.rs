//! Describes where and why a body does not match its schema, without the body's values.
//!
//! serde reports a problem as text, which may contain values of the body. Only texts of a form that serde, `serde_json` or this
//! workspace writes are recognized, and only the parts of them that come from the schema are kept. The text of any other error,
//! such as that of a model's own check, is never printed.

use api_runtime::DUPLICATE_KEY;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::free_form_budget::{self, Budget, Budgeted};
use crate::error::without_bom;
use crate::redact::{Secrets, one_line};

/// The first problem that keeps a body from being decoded.
#[derive(Debug)]
pub struct DecodeProblem {
    /// The path of the value with the problem. It may contain keys of the body.
    path: String,
    reason: String,
}

impl DecodeProblem {
    /// Finds the first problem that keeps a body from being decoded as a `T`. `None` if there is none.
    pub(super) fn find<T: DeserializeOwned>(body: &[u8]) -> Option<Self> {
        let body = without_bom(body);
        let budget = Budget::for_body(body.len());
        let mut json = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(Budgeted::new(&mut json, &budget)) {
            Err(error) => Some(Self { path: error.path().to_string(), reason: reason(error.inner()) }),
            Ok(_) => json.end().err().map(|error| Self { path: ".".to_owned(), reason: reason(&error) }),
        }
    }

    /// Describes the path and the reason in one line.
    pub(super) fn describe(&self, secrets: &Secrets) -> String {
        let path = one_line(&without_middle(&secrets.redact(&self.path)));
        let place = if path == "." { "the document".to_owned() } else { format!("`{path}`") };
        format!("{place}: {}", one_line(&self.reason))
    }
}

/// A path without its middle if it is long: the start says which part of the result it is, and the end which field.
fn without_middle(path: &str) -> String {
    const START: usize = 60;
    const END: usize = 40;
    let length = path.chars().count();
    if length <= START + END {
        return path.to_owned();
    }
    let start = path.chars().take(START);
    start.chain(['…']).chain(path.chars().skip(length.saturating_sub(END))).collect()
}

/// The reason of an error, without the value that serde found: the value is part of a body.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = without_position(&text);
    match error.classify() {
        Category::Data => data_reason(text).unwrap_or_else(|| "a value that cannot be decoded".to_owned()),
        Category::Syntax if text == "recursion limit exceeded" => "nested too deeply".to_owned(),
        // These texts of `serde_json` contain no values.
        Category::Syntax => format!("invalid JSON: {text}"),
        Category::Eof => "the JSON is cut off".to_owned(),
        Category::Io => "a value that cannot be decoded".to_owned(),
    }
}

/// The reason in a message about a value that does not match its schema.
fn data_reason(text: &str) -> Option<String> {
    if [DUPLICATE_KEY, free_form_budget::EXCEEDED].contains(&text) {
        return Some(text.to_owned());
    }
    for known in ["missing field `", "duplicate field `"] {
        if text.strip_prefix(known).and_then(|rest| rest.strip_suffix('`')).is_some_and(|name| !name.contains('`')) {
            return Some(text.to_owned());
        }
    }
    if let Some(name) = text.strip_prefix("data did not match any variant of untagged enum ") {
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_name.then(|| format!("matches no variant of {name}"));
    }
    // For example: "invalid type: string "…", expected a boolean". Of the value that serde found, only the type is kept.
    let (start, expected) = text.rsplit_once(", expected ")?;
    if let Some(found) = start.strip_prefix("invalid type: ") {
        let found = found.split(['"', '`']).next().unwrap_or(found);
        return Some(format!("expected {expected}, found {}", found.trim_end()));
    }
    let known = ["invalid value: ", "invalid length ", "unknown variant `", "unknown field `"];
    known.iter().any(|known| start.starts_with(known)).then(|| format!("expected {expected}"))
}

/// A message of `serde_json` without its end " at line 1 column 2".
fn without_position(text: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.rsplit_once(" at line ")
        .filter(|(_, position)| {
            position.split_once(" column ").is_some_and(|(line, column)| is_number(line) && is_number(column))
        })
        .map_or(text, |(message, _)| message)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::{Error as _, IgnoredAny};

    use super::*;

    /// A model with one property of every kind that has a reason of its own.
    #[derive(Debug, Deserialize)]
    struct Model {
        #[serde(rename = "flag")]
        _flag: bool,
        #[serde(rename = "name")]
        _name: String,
        #[serde(default, rename = "date", deserialize_with = "never")]
        _date: (),
        #[serde(default, rename = "map", deserialize_with = "duplicate")]
        _map: (),
        #[serde(default, rename = "echo", deserialize_with = "echo")]
        _echo: (),
        #[serde(default, rename = "number")]
        _number: u8,
        #[serde(default, rename = "untagged")]
        _untagged: Option<Untagged>,
    }

    fn never<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(D::Error::custom(format!("input contains invalid characters: {text}")))
    }

    fn duplicate<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Err(D::Error::custom("duplicate key"))
    }

    fn echo<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        Err(D::Error::custom(String::deserialize(deserializer)?))
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        _Number {},
    }

    fn describe<T: DeserializeOwned>(body: &str) -> String {
        let description = DecodeProblem::find::<T>(body.as_bytes()).unwrap().describe(&Secrets::from("cfut_secret"));
        assert!(!description.contains("secret"), "{description}");
        description
    }

    #[test]
    fn problem_is_described_by_path_and_reason_without_the_value() {
        for (model, expected) in [
            (r#"{"flag":"secret, expected x","name":"n"}"#, "`things.foo.flag`: expected a boolean, found string"),
            (r#"{"flag":true}"#, "`things.foo`: missing field `name`"),
            (r#"{"flag":true,"flag":true}"#, "`things.foo`: duplicate field `flag`"),
            ("null", "`things.foo`: expected struct Model, found null"),
            (r#"{"date":"secret"}"#, "`things.foo.date`: a value that cannot be decoded"),
            (r#"{"map":{}}"#, "`things.foo.map`: duplicate key"),
            (r#"{"flag":"duplicate key"}"#, "`things.foo.flag`: expected a boolean, found string"),
            (r#"{"flag":"secret at line 1 column 2"}"#, "`things.foo.flag`: expected a boolean, found string"),
            (r#"{"flag":1.5}"#, "`things.foo.flag`: expected a boolean, found floating point"),
            (r#"{"number":300}"#, "`things.foo.number`: expected u8"),
            (r#"{"number":1e999}"#, "`things.foo.number`: invalid JSON: number out of range"),
            (r#"{"untagged":[]}"#, "`things.foo.untagged`: matches no variant of Untagged"),
        ] {
            let body = format!(r#"{{"things":{{"foo":{model}}}}}"#);
            assert_eq!(describe::<BTreeMap<String, BTreeMap<String, Model>>>(&body), expected);
        }
        assert_eq!(describe::<bool>("[]"), "the document: expected a boolean, found sequence");
    }

    #[test]
    fn text_of_a_model_is_not_printed() {
        for text in [
            "a duplicate key secret",
            "secret, expected secret",
            "missing field `a` secret `b`",
            "data did not match any variant of untagged enum secret!",
            "recursion limit exceeded",
        ] {
            let body = format!(r#"{{"flag":true,"name":"n","echo":"{text}"}}"#);
            assert_eq!(describe::<Model>(&body), "`echo`: a value that cannot be decoded", "{text}");
        }
    }

    #[test]
    fn text_of_a_map_with_unique_keys_is_a_duplicate_key() {
        assert_eq!(describe::<Model>(r#"{"flag":true,"name":"n","echo":"duplicate key"}"#), "`echo`: duplicate key");
    }

    #[test]
    fn nesting_that_is_too_deep_has_its_own_reason_and_a_short_path() {
        #[derive(Debug, Deserialize)]
        struct Envelope {
            #[serde(rename = "result")]
            _result: serde_json::Value,
        }
        let body = format!(r#"{{"result":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        let description = describe::<Envelope>(&body);
        assert!(description.starts_with("`result[0][0]"), "{description}");
        assert!(description.ends_with("[0]`: nested too deeply"), "{description}");
        assert!(description.contains('…') && description.len() < 140, "{description}");
    }

    #[test]
    fn exceeded_budget_for_free_form_json_is_named() {
        let body = format!(r#"[[{}0]]"#, r#"{"":0},"#.repeat(100_000));
        let description = describe::<Vec<serde_json::Value>>(&body);
        assert!(description.starts_with("`[0]"), "{description}");
        assert!(description.ends_with("`: free-form JSON takes more memory than allowed"), "{description}");
    }

    #[test]
    fn byte_order_mark_is_ignored_and_trailing_text_is_a_problem() {
        assert!(DecodeProblem::find::<bool>("\u{feff}true".as_bytes()).is_none());
        assert_eq!(describe::<bool>("true x"), "the document: invalid JSON: trailing characters");
        assert_eq!(describe::<Vec<bool>>("[true"), "the document: the JSON is cut off");
    }

    #[test]
    fn decodable_body_has_no_problem() {
        assert!(DecodeProblem::find::<bool>(b"true").is_none());
    }

    #[test]
    fn long_path_loses_its_middle() {
        let whole = "a".repeat(60) + &"b".repeat(40);
        assert_eq!(without_middle(&whole), whole);
        let longer = "a".repeat(60) + "é" + &"b".repeat(40);
        assert_eq!(without_middle(&longer), "a".repeat(60) + "…" + &"b".repeat(40));
    }

    #[test]
    fn key_of_the_body_is_redacted_and_shortened() {
        let body = format!(r#"{{"cfut_secret{}":"x"}}"#, "x".repeat(1000));
        assert!(describe::<BTreeMap<String, bool>>(&body).len() < 400);
    }
}
