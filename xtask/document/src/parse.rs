//! Parses JSON and YAML, with limits, and drops no input silently.
//!
//! A duplicate key is rejected. Parsers keep only its last value, which would drop a path silently.
//!
//! A YAML alias expands to the content of its anchor, which may contain other aliases. A short text can therefore
//! expand to more than fits into memory. The parser limits the number of aliases, but not their size. It also rejects
//! deep nesting, but only after it has read the whole text, which is quadratic for nested braces.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::error::SyntaxError;

/// The largest ratio of a document's size to that of its text. Without aliases the ratio is below two.
const MOST_GROWTH: usize = 4;

/// The size, in values and bytes of text, that every document may have, even if its text is short.
const SMALL: usize = 1 << 20;

/// The most braces that may be open at once. The limit also counts braces in strings, so it is higher than the
/// parser's.
const DEEPEST: usize = 1000;

/// Reads a JSON document.
///
/// # Errors
///
/// If the text is not JSON, or an object has a duplicate key.
pub(crate) fn json(text: &[u8]) -> Result<Value, SyntaxError> {
    // JSON has no aliases.
    let mut room = usize::MAX;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Reader { room: &mut room, is_yaml: false }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a YAML document with the values of JSON.
///
/// # Errors
///
/// If the text is not YAML, has a value that JSON cannot express, has a duplicate key, or is too large once its
/// aliases are expanded.
pub(crate) fn yaml(text: &[u8]) -> Result<Value, SyntaxError> {
    let mut open: usize = 0;
    for byte in text {
        match byte {
            b'{' => open = open.saturating_add(1),
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > DEEPEST {
            return Err(SyntaxError::TooDeep { limit: DEEPEST });
        }
    }
    let mut room = text.len().saturating_mul(MOST_GROWTH).max(SMALL);
    let reader = Reader { room: &mut room, is_yaml: true };
    Ok(reader.deserialize(serde_yaml_ng::Deserializer::from_slice(text))?)
}

/// Builds one value from the events of a parser.
struct Reader<'r> {
    /// The remaining size, in values and bytes of text.
    room: &'r mut usize,
    is_yaml: bool,
}

impl Reader<'_> {
    /// A reader for a part of this value.
    fn part(&mut self) -> Reader<'_> {
        Reader { room: self.room, is_yaml: self.is_yaml }
    }

    fn reserve<E: Error>(&mut self, size: usize) -> Result<(), E> {
        *self.room = self.room.checked_sub(size).ok_or_else(|| {
            E::custom(format_args!("its aliases expand to more than {MOST_GROWTH} times the size of its text"))
        })?;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Value, D::Error> {
        self.reserve(1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON can express")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<Value, E> {
        self.reserve(value.len())?;
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(self.part())? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            self.reserve(key.len())?;
            if self.is_yaml && key == "<<" {
                return Err(A::Error::custom(
                    "the merge key \"<<\" is not supported; write out the fields that it merges",
                ));
            }
            match fields.entry(key) {
                Entry::Vacant(vacant) => vacant.insert(map.next_value_seed(self.part())?),
                Entry::Occupied(present) => {
                    return Err(A::Error::custom(format_args!("duplicate key {:?}", present.key())));
                }
            };
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_is_read_as_by_serde_yaml() {
        let text = "a: &a [1, -1, 1.5, true, null, ~, .nan, 'x', 2024-01-01]\nb: *a\n200: {}\n\"q\": ''\n? c\n";
        let expected: Value = serde_yaml_ng::from_str(text).unwrap();
        assert_eq!(yaml(text.as_bytes()).unwrap(), expected);
        assert_eq!(expected["b"], json!([1, -1, 1.5, true, null, null, null, "x", "2024-01-01"]));
        assert_eq!(expected["200"], json!({}));
    }

    #[test]
    fn json_is_read_as_by_serde_json() {
        let text =
            r#"{"a": [1, -1, 1.5, 1e3, 18446744073709551616, true, null, "x\u00e9\n"], "<<": {}, "b": {"a": {}}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(json(text.as_bytes()).unwrap(), expected);
        for broken in ["{", "{} {}", "{\"a\": 1,}", &"[".repeat(10_000)] {
            assert!(json(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn duplicate_key_is_rejected_and_named() {
        let text = r#"{"paths": {"/a": {"get": {}}, "/b": {}, "/a": {"put": {}}}}"#;
        for error in [json(text.as_bytes()).unwrap_err(), yaml(text.as_bytes()).unwrap_err()] {
            assert!(error.to_string().contains(r#"duplicate key "/a""#), "{error}");
        }
        yaml("200: a\n'2000': b\n".as_bytes()).unwrap();
        assert!(yaml("200: a\n'200': b\n".as_bytes()).unwrap_err().to_string().contains(r#"duplicate key "200""#));
    }

    #[test]
    fn merge_key_is_rejected() {
        let error = yaml(b"a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n").unwrap_err();
        assert!(error.to_string().contains("merge key"), "{error}");
    }

    #[test]
    fn exponential_aliases_are_rejected() {
        let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
        for number in 1..40 {
            let before = format!("*a{}", number - 1);
            laughs += &format!("a{number}: &a{number} [{}]\n", [before.as_str(); 8].join(", "));
        }
        yaml(laughs.as_bytes()).unwrap_err();
    }

    #[test]
    fn long_text_with_many_aliases_is_rejected() {
        let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(10_000));
        assert!(yaml(text.as_bytes()).unwrap_err().to_string().contains("times the size of its text"));
    }

    #[test]
    fn deep_nesting_is_rejected() {
        for open in ["[", "- ", "{a: ", "? ", "!t "] {
            assert!(yaml(open.repeat(10_000).as_bytes()).is_err(), "{open}");
        }
        let indented: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(yaml(indented.as_bytes()).unwrap_err().to_string().contains("recursion limit"));
    }
}
