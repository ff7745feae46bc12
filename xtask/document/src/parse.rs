//! Reads JSON and YAML, with limits, and drops nothing silently.
//!
//! A duplicate key is rejected: parsers keep the last of its values, and a path would be dropped silently.
//!
//! A YAML alias stands for everything that its anchor contains, which may be aliases again. So a short text can expand
//! to more than fits into memory. The parser counts how often aliases are followed, but not how much they contain. It
//! rejects deep nesting, too, but only after reading all of the text, which is quadratic for nested braces.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::error::SyntaxError;

/// How many times larger than its text a document may be. Without aliases it is never even twice as large.
const MOST_GROWTH: usize = 4;

/// How much any document may hold, however short it is.
const SMALL: usize = 1 << 20;

/// How many braces may be open at once. The parser rejects fewer; this is a rough limit, which counts those in texts as
/// well.
const DEEPEST: usize = 1000;

/// Reads a JSON document.
///
/// # Errors
///
/// If it is no JSON, or an object has a duplicate key.
pub(crate) fn json(text: &[u8]) -> Result<Value, SyntaxError> {
    // There are no aliases in JSON.
    let mut room = usize::MAX;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Reader { room: &mut room, is_yaml: false }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a document, as far as JSON has what it says.
///
/// # Errors
///
/// If it is no YAML, has a value that JSON cannot express, has a duplicate key, or is too large once its aliases are
/// expanded.
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

/// What makes one value of what the parser finds.
struct Reader<'r> {
    /// The room that is left, in values and bytes of text.
    room: &'r mut usize,
    is_yaml: bool,
}

impl Reader<'_> {
    /// What makes the values that this one consists of.
    fn part(&mut self) -> Reader<'_> {
        Reader { room: self.room, is_yaml: self.is_yaml }
    }

    fn take<E: Error>(&mut self, size: usize) -> Result<(), E> {
        let left = self.room.checked_sub(size);
        *self.room = left.ok_or_else(|| E::custom("its aliases make it many times as large as its text"))?;
        Ok(())
    }

    fn text<E: Error>(&mut self, text: &str) -> Result<String, E> {
        self.take(text.len())?;
        Ok(text.to_owned())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Value, D::Error> {
        self.take(1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("what JSON has, too")
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
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<Value, E> {
        self.text(value).map(Value::String)
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
            self.take(key.len())?;
            if self.is_yaml && key == "<<" {
                return Err(A::Error::custom("the merge key \"<<\" is not supported; write out what it stands for"));
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
    fn it_is_read_as_json_would_be() {
        let text = "a: &a [1, -1, 1.5, true, null, ~, .nan, 'x', 2024-01-01]\nb: *a\n200: {}\n\"q\": ''\n? c\n";
        let expected: Value = serde_yaml_ng::from_str(text).unwrap();
        assert_eq!(yaml(text.as_bytes()).unwrap(), expected);
        assert_eq!(expected["b"], json!([1, -1, 1.5, true, null, null, null, "x", "2024-01-01"]));
        assert_eq!(expected["200"], json!({}));
    }

    #[test]
    fn json_is_read_as_its_own_parser_does() {
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
    fn a_merge_key_is_rejected() {
        let error = yaml(b"a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n").unwrap_err();
        assert!(error.to_string().contains("merge key"), "{error}");
    }

    #[test]
    fn aliases_of_aliases_come_to_an_end() {
        let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
        for number in 1..40 {
            let before = format!("*a{}", number - 1);
            laughs += &format!("a{number}: &a{number} [{}]\n", [before.as_str(); 8].join(", "));
        }
        yaml(laughs.as_bytes()).unwrap_err();
    }

    #[test]
    fn a_long_text_is_not_meant_in_a_thousand_places() {
        let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(10_000));
        assert!(yaml(text.as_bytes()).unwrap_err().to_string().contains("many times as large"));
    }

    #[test]
    fn what_is_nested_too_deep_is_rejected() {
        for open in ["[", "- ", "{a: ", "? ", "!t "] {
            assert!(yaml(open.repeat(10_000).as_bytes()).is_err(), "{open}");
        }
        let indented: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(yaml(indented.as_bytes()).unwrap_err().to_string().contains("recursion limit"));
    }
}
