//! Describes where and why a body does not match its schema, without the body's values.

use serde::de::DeserializeOwned;

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
        let mut json = serde_json::Deserializer::from_slice(body);
        let error = serde_path_to_error::deserialize::<_, T>(&mut json).err()?;
        Some(Self { path: error.path().to_string(), reason: reason(&error.inner().to_string()) })
    }

    /// Describes the path and the reason in one line.
    pub(super) fn describe(&self, secrets: &Secrets) -> String {
        let path = one_line(&secrets.redact(&self.path));
        let place = if path == "." { "the document".to_owned() } else { format!("`{path}`") };
        format!("{place}: {}", self.reason)
    }
}

/// The reason in a message of serde, without the value that serde found: the value is part of a body.
fn reason(text: &str) -> String {
    for known in ["missing field `", "duplicate field `"] {
        if let Some((name, _)) = text.strip_prefix(known).and_then(|rest| rest.split_once('`')) {
            return format!("{known}{name}`");
        }
    }
    if text.contains("duplicate key") {
        return "duplicate key".to_owned();
    }
    // For example: "invalid type: string "…", expected a boolean at line 1 column 2". Of the value that serde found, only the
    // type is kept.
    let expected = text.rsplit_once(", expected ").map(|(_, rest)| rest.split(" at line ").next().unwrap_or(rest));
    let found = text.strip_prefix("invalid type: ").and_then(|rest| rest.split(['"', '`', ',']).next());
    match (expected, found) {
        (Some(expected), Some(found)) => format!("expected {expected}, found {}", found.trim_end()),
        (Some(expected), None) => format!("expected {expected}"),
        (None, _) => "a value that cannot be decoded".to_owned(),
    }
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
    }

    fn never<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(D::Error::custom(format!("input contains invalid characters: {text}")))
    }

    fn duplicate<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Err(D::Error::custom("invalid entry: found duplicate key"))
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
        ] {
            let body = format!(r#"{{"things":{{"foo":{model}}}}}"#);
            assert_eq!(describe::<BTreeMap<String, BTreeMap<String, Model>>>(&body), expected);
        }
        assert_eq!(describe::<bool>("[]"), "the document: expected a boolean, found sequence");
    }

    #[test]
    fn decodable_body_has_no_problem() {
        assert!(DecodeProblem::find::<bool>(b"true").is_none());
    }

    #[test]
    fn key_of_the_body_is_redacted_and_shortened() {
        let body = format!(r#"{{"cfut_secret{}":"x"}}"#, "x".repeat(1000));
        assert!(describe::<BTreeMap<String, bool>>(&body).len() < 400);
    }
}
