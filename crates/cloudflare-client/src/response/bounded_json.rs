//! JSON of any size, read within bounds.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::json_memory;

/// Any JSON, of which only so much is kept as fits into about 2 MiB of memory and 16 levels.
///
/// It is for what decorates the result of an envelope: it accepts any value, so it fails no response. An element or a
/// member that does not fit is left out, and smaller ones after it are kept. Of duplicate keys the last one counts.
/// What is left out is skipped without recursion, so no depth of it is an error; malformed JSON is one.
///
/// `serde_json` itself takes a byte for each level that it skips, and the length of a string with escapes. Only the
/// length of the body bounds these.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BoundedJson(Option<Value>);

impl BoundedJson {
    const MAX_MEMORY: usize = 2 << 20;
    /// Deeper lists and objects are left out. A decoder that counts levels has a limit of 128.
    const MAX_DEPTH: usize = 16;

    /// What was kept, or `None` if the whole value was left out.
    pub(crate) fn value(&self) -> Option<&Value> {
        self.0.as_ref()
    }
}

impl<'de> Deserialize<'de> for BoundedJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let memory_left = Cell::new(Self::MAX_MEMORY);
        Bounds { memory_left: &memory_left, depth_left: Self::MAX_DEPTH }.deserialize(deserializer).map(Self)
    }
}

/// Reads a value within what is left. The result is `None` if it does not fit.
#[derive(Clone, Copy)]
struct Bounds<'a> {
    memory_left: &'a Cell<usize>,
    depth_left: usize,
}

impl Bounds<'_> {
    /// Takes memory if that much is left.
    fn take(self, bytes: usize) -> Option<()> {
        self.memory_left.set(self.memory_left.get().checked_sub(bytes)?);
        Some(())
    }

    fn string(self, text: &str) -> Option<String> {
        self.take(json_memory::string(text))?;
        Some(text.to_owned())
    }

    /// The bounds of what is inside of a list or an object.
    fn inside(self) -> Option<Self> {
        Some(Self { depth_left: self.depth_left.checked_sub(1)?, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Bounds<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounds<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(self.string(text).map(Value::String))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Option<Value>, A::Error> {
        let inside = self.inside();
        let mut list = Vec::new();
        while let Some(bounds) = inside.filter(|bounds| bounds.take(json_memory::ELEMENT).is_some()) {
            match elements.next_element_seed(bounds)? {
                Some(element) => list.extend(element),
                None => return Ok(Some(list.into())),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(inside.map(|_| list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Option<Value>, A::Error> {
        let inside = self.inside();
        let mut object = Map::new();
        while let Some(key) = entries.next_key_seed(Key(inside, object.len()))? {
            match (key, inside) {
                (Some(key), Some(bounds)) => {
                    if let Some(value) = entries.next_value_seed(bounds)? {
                        object.insert(key, value);
                    }
                }
                _ => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(inside.map(|_| number(&object).map_or(Value::Object(object), Value::Number)))
    }
}

/// The number that a program's feature `serde_json/arbitrary_precision` passes as an object.
fn number(object: &Map<String, Value>) -> Option<Number> {
    object.get("$serde_json::private::Number")?.as_str()?.parse().ok()
}

/// Reads the key of an entry within bounds, if there are any. It takes the memory of the entry, given the entries
/// before it.
struct Key<'a>(Option<Bounds<'a>>, usize);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<String>, E> {
        let Self(bounds, entries_before) = self;
        let bounds = bounds.filter(|bounds| bounds.take(json_memory::entry(entries_before)).is_some());
        Ok(bounds.and_then(|bounds| bounds.string(text)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(json: &str) -> Option<Value> {
        serde_json::from_str::<BoundedJson>(json).unwrap().0
    }

    /// An envelope whose messages are not bounded by the type of its result.
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(default)]
        messages: BoundedJson,
        result: u32,
    }

    #[test]
    fn json_within_the_bounds_is_kept() {
        let value =
            json!({"a": [null, true, 1, -1, 1.5, "text", "\u{e9}\n", {}, []], "b": {"c": {"d": [[[]]]}}, "": u64::MAX});
        assert_eq!(read(&value.to_string()), Some(value));
        assert_eq!(read(r#"{"a":1,"a":2}"#), Some(json!({"a": 2})));
    }

    #[test]
    fn a_thousand_errors_with_all_fields_are_kept() {
        let error = json!({"code": 10_000, "message": "x".repeat(60), "documentation_url": "https://example.com/10000",
            "source": {"pointer": "/things/0/a_property_name"}});
        let errors = Value::from(vec![error; 1_000]);
        assert!(read(&errors.to_string()) == Some(errors));
    }

    #[test]
    fn deep_value_is_left_out_at_any_depth() {
        let nested = |depth: usize| [&"[".repeat(depth), "1", &"]".repeat(depth)].concat();
        assert_eq!(read(&nested(16)).unwrap().to_string(), nested(16));
        assert_eq!(read(&nested(17)).unwrap().to_string(), format!("{}{}", "[".repeat(16), "]".repeat(16)));
        for messages in [nested(100_000), [r#"{"a":"#.repeat(100_000), "1".into(), "}".repeat(100_000)].concat()] {
            let envelope: Envelope =
                serde_json::from_str(&format!(r#"{{"messages":[{messages},2],"result":3}}"#)).unwrap();
            assert_eq!(envelope.result, 3);
            assert_eq!(envelope.messages.value().unwrap()[1], 2);
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_smaller_values_are_kept() {
        let long = "x".repeat(BoundedJson::MAX_MEMORY);
        assert_eq!(
            read(&format!(r#"{{"a":"{long}","b":[1,"{long}",{{"{long}":2}},3]}}"#)),
            Some(json!({"b": [1, {}, 3]}))
        );
        assert_eq!(read(&json!(long).to_string()), None);

        let list = read(&format!("[{}0]", "0,".repeat(1_000_000))).unwrap();
        assert_eq!(list.as_array().unwrap().len(), BoundedJson::MAX_MEMORY / json_memory::ELEMENT);
        let objects = read(&format!("[{}0]", r#"{"":0},"#.repeat(1_000_000))).unwrap();
        assert!(
            (2_000..4_000).contains(&objects.as_array().unwrap().iter().filter(|object| **object != json!({})).count())
        );
        let keys: Vec<String> = (0..1_000_000).map(|key| format!(r#""{key}":0"#)).collect();
        assert!(
            (10_000..20_000).contains(&read(&format!("{{{}}}", keys.join(","))).unwrap().as_object().unwrap().len())
        );
    }

    #[test]
    fn malformed_json_is_an_error() {
        for json in ["", "[", "[1,]", r#"{"a" 1}"#, "tru", "[1] 2"] {
            assert!(serde_json::from_str::<BoundedJson>(json).is_err(), "{json}");
        }
        assert!(serde_json::from_slice::<BoundedJson>(b"[\"\xff\"]").is_err());
        let long = "0,".repeat(1_000_000);
        assert!(serde_json::from_str::<BoundedJson>(&format!("[{long}x]")).is_err());
    }

    #[test]
    fn number_of_arbitrary_precision_is_a_number() {
        assert_eq!(read(r#"{"code":{"$serde_json::private::Number":"3314"}}"#), Some(json!({"code": 3314})));
        let no_number = json!({"$serde_json::private::Number": "x"});
        assert_eq!(read(&no_number.to_string()), Some(no_number));
    }
}
