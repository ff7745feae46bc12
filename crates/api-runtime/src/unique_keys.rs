//! Maps in which a duplicate key is an error.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// Reads a map, an optional map, or a list of maps. A duplicate key is an error: JSON leaves open which of the values
/// counts (RFC 8259, section 4), and serde silently keeps the last one.
///
/// Models name it in `#[serde(deserialize_with = "api_runtime::unique_keys")]`.
///
/// # Errors
///
/// If the input is not such a map, or a key is duplicate.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
///
/// let read = |json: &str| -> serde_json::Result<BTreeMap<String, u32>> {
///     api_runtime::unique_keys(&mut serde_json::Deserializer::from_str(json))
/// };
/// assert_eq!(read(r#"{"a": 1, "b": 2}"#).unwrap().len(), 2);
/// assert!(read(r#"{"a": 1, "a": 2}"#).unwrap_err().to_string().starts_with("duplicate key"));
/// ```
pub fn unique_keys<'de, D: Deserializer<'de>, T: UniqueKeys<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize_unique(deserializer)
}

/// The message of the error of a duplicate key. The client recognizes the error by it, and reports where the key is.
pub const DUPLICATE_KEY: &str = "duplicate key";

/// A type that [`unique_keys`] reads.
pub trait UniqueKeys<'de>: Sized {
    /// Reads the value.
    ///
    /// # Errors
    ///
    /// As for [`unique_keys`].
    fn deserialize_unique<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> UniqueKeys<'de> for BTreeMap<K, V> {
    fn deserialize_unique<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor(PhantomData))
    }
}

impl<'de, T: UniqueKeys<'de>> UniqueKeys<'de> for Option<T> {
    fn deserialize_unique<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(|Unique(value)| value))
    }
}

impl<'de, T: UniqueKeys<'de>> UniqueKeys<'de> for Vec<T> {
    fn deserialize_unique<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().map(|Unique(value)| value).collect())
    }
}

/// A value that is read by [`unique_keys`].
struct Unique<T>(T);

impl<'de, T: UniqueKeys<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize_unique(deserializer).map(Self)
    }
}

struct UniqueVisitor<K, V>(PhantomData<BTreeMap<K, V>>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for UniqueVisitor<K, V> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom(DUPLICATE_KEY));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Model {
        #[serde(deserialize_with = "unique_keys")]
        required: BTreeMap<u8, bool>,
        #[serde(default, deserialize_with = "unique_keys")]
        optional: Option<BTreeMap<String, bool>>,
        #[serde(default, deserialize_with = "unique_keys")]
        list: Vec<BTreeMap<String, bool>>,
    }

    fn read(json: &str) -> Result<Model, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn duplicate_key_is_an_error_in_a_map_an_optional_map_and_a_list() {
        for json in [
            r#"{"required":{"1":true,"1":true}}"#,
            r#"{"required":{},"optional":{"a":true,"\u0061":false}}"#,
            r#"{"required":{},"list":[{"a":true},{"b":true,"b":true}]}"#,
        ] {
            assert!(read(json).unwrap_err().starts_with("duplicate key"), "{json}");
        }
    }

    #[test]
    fn unique_keys_are_read_and_an_optional_map_may_be_null_or_absent() {
        let model = read(r#"{"required":{"1":true,"2":false},"optional":{"a":true},"list":[{"a":true},{"a":true}]}"#);
        let Model { required, optional, list } = model.unwrap();
        assert_eq!((required.len(), optional.map(|map| map.len()), list.len()), (2, Some(1), 2));
        for json in [r#"{"required":{},"optional":null}"#, r#"{"required":{}}"#] {
            assert_eq!(read(json).unwrap().optional, None, "{json}");
        }
        assert!(read(r#"{"required":null}"#).unwrap_err().contains("expected a map"));
        assert!(read("{}").unwrap_err().contains("missing field `required`"));
    }
}
