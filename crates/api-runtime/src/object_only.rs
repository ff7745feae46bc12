//! Structs that are read from JSON objects only.

use serde::de::{Deserializer, Visitor};

/// A deserializer that reads a struct from a JSON object only. serde would also read one from an array, by position.
///
/// # Examples
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Thing {
///     id: u32,
/// }
///
/// let read = |json: &str| Thing::deserialize(ObjectOnly(&mut serde_json::Deserializer::from_str(json)));
/// # use {api_runtime::ObjectOnly, serde::Deserialize};
/// assert_eq!(read(r#"{"id": 1}"#).unwrap().id, 1);
/// assert!(read("[1]").is_err());
/// ```
pub struct ObjectOnly<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
