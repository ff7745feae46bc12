//! How the fields of generated models are read where serde's own way is not right.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

/// Reads a value in the way that `M` stands for. Models name it in `#[serde(deserialize_with = …)]`.
///
/// # Errors
///
/// If the input is not such a value.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
/// use api_runtime::{Integer, Present, UniqueKeys};
///
/// #[derive(serde::Deserialize)]
/// struct Thing {
///     #[serde(deserialize_with = "api_runtime::deserialize_as::<UniqueKeys<Integer>, _, _>")]
///     sizes: BTreeMap<String, i64>,
///     #[serde(default, deserialize_with = "api_runtime::deserialize_as::<Present, _, _>")]
///     note: Option<Option<String>>,
/// }
///
/// let read = |json: &str| serde_json::from_str::<Thing>(json);
/// assert_eq!(read(r#"{"sizes": {"a": 1.0}}"#).unwrap().sizes["a"], 1);
/// assert!(read(r#"{"sizes": {"a": 1, "a": 2}}"#).err().unwrap().to_string().starts_with("duplicate key"));
/// assert_eq!(read(r#"{"sizes": {}}"#).unwrap().note, None);
/// assert_eq!(read(r#"{"sizes": {}, "note": null}"#).unwrap().note, Some(None));
/// ```
pub fn deserialize_as<'de, M, T, D>(deserializer: D) -> Result<T, D::Error>
where
    M: DeserializeAs<'de, T>,
    D: Deserializer<'de>,
{
    M::deserialize_as(deserializer)
}

/// A way to read values of the type `T`, for [`deserialize_as`].
///
/// It is implemented for containers of a way, too: `Vec<Integer>` reads a list of integers.
///
/// ```
/// use api_runtime::{DeserializeAs, Integer};
///
/// let list: Vec<u8> = Vec::<Integer>::deserialize_as(&mut serde_json::Deserializer::from_str("[1.0, 2]")).unwrap();
/// assert_eq!(list, [1, 2]);
/// ```
pub trait DeserializeAs<'de, T> {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the input is not such a value.
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;
}

/// Reads a value as its type does.
///
/// ```
/// use api_runtime::{DeserializeAs, Same};
///
/// let text: String = Same::deserialize_as(&mut serde_json::Deserializer::from_str(r#""a""#)).unwrap();
/// assert_eq!(text, "a");
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Same {}

impl<'de, T: Deserialize<'de>> DeserializeAs<'de, T> for Same {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

/// Reads a value, null included, as `Some`. With `#[serde(default)]`, `None` then stands for absence alone.
///
/// ```
/// use api_runtime::{DeserializeAs, Present};
///
/// let null: Option<Option<u8>> = Present::<api_runtime::Same>::deserialize_as(serde_json::Value::Null).unwrap();
/// assert_eq!(null, Some(None));
/// ```
#[derive(Debug)]
pub struct Present<M = Same>(PhantomData<M>);

impl<'de, T, M: DeserializeAs<'de, T>> DeserializeAs<'de, Option<T>> for Present<M> {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        M::deserialize_as(deserializer).map(Some)
    }
}

/// Reads an integer, also one that is written with a fraction of zero or with an exponent: APIs whose language has one
/// type of numbers send `1.0` or `1e3`. A number with another fraction is an error.
///
/// Such a number is read as a floating-point number, so one of 2⁵³ or more is an error: it may stand for several integers.
///
/// ```
/// use api_runtime::{DeserializeAs, Integer};
///
/// let read = |json: &str| -> Option<i64> { Integer::deserialize_as(&mut serde_json::Deserializer::from_str(json)).ok() };
/// assert_eq!((read("1.0"), read("1"), read("1.5")), (Some(1), Some(1), None));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Integer {}

/// The least number that a floating-point number may stand for only approximately.
pub(crate) const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

struct IntegerVisitor<T>(PhantomData<T>);

impl<T: TryFrom<i64> + TryFrom<u64>> Visitor<'_> for IntegerVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<T>())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        if value.fract() != 0.0 || value.abs() >= FIRST_INEXACT {
            return Err(E::invalid_type(Unexpected::Float(value), &self));
        }
        #[allow(clippy::cast_possible_truncation, reason = "it is an integer between -2^53 and 2^53")]
        self.visit_i64(value as i64)
    }
}

/// Implements [`DeserializeAs`] for the types that generated models have for integers.
macro_rules! impl_integer {
    ($($type:ty),+) => {$(
        impl<'de> DeserializeAs<'de, $type> for Integer {
            fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                // Buffered content, which serde reads flattened fields from, passes a float to no other function. All pass
                // integers to it.
                deserializer.deserialize_f64(IntegerVisitor(PhantomData))
            }
        }
    )+};
}

impl_integer!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Reads a map. A duplicate key is an error: JSON leaves open which of the values counts (RFC 8259, section 4), and serde
/// silently keeps the last one.
///
/// ```
/// use std::collections::BTreeMap;
/// use api_runtime::{DeserializeAs, UniqueKeys};
///
/// let read = |json: &str| -> serde_json::Result<BTreeMap<String, u32>> {
///     UniqueKeys::<api_runtime::Same>::deserialize_as(&mut serde_json::Deserializer::from_str(json))
/// };
/// assert_eq!(read(r#"{"a": 1, "b": 2}"#).unwrap().len(), 2);
/// assert!(read(r#"{"a": 1, "a": 2}"#).unwrap_err().to_string().starts_with("duplicate key"));
/// ```
#[derive(Debug)]
pub struct UniqueKeys<M = Same>(PhantomData<M>);

/// The message of the error of a duplicate key. The client recognizes the error by it, and reports where the key is.
pub const DUPLICATE_KEY: &str = "duplicate key";

impl<'de, K: Deserialize<'de> + Ord, V, M: DeserializeAs<'de, V>> DeserializeAs<'de, BTreeMap<K, V>> for UniqueKeys<M> {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error> {
        deserializer.deserialize_map(UniqueVisitor(PhantomData::<(BTreeMap<K, V>, M)>))
    }
}

struct UniqueVisitor<T, M>(PhantomData<(T, M)>);

impl<'de, K: Deserialize<'de> + Ord, V, M: DeserializeAs<'de, V>> Visitor<'de> for UniqueVisitor<BTreeMap<K, V>, M> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, As(value, _))) = entries.next_entry::<K, As<V, M>>()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom(DUPLICATE_KEY));
            }
        }
        Ok(map)
    }
}

/// A value that is read in the way that `M` stands for.
struct As<T, M>(T, PhantomData<M>);

impl<'de, T, M: DeserializeAs<'de, T>> Deserialize<'de> for As<T, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        M::deserialize_as(deserializer).map(|value| Self(value, PhantomData))
    }
}

impl<'de, T, M: DeserializeAs<'de, T>> DeserializeAs<'de, Option<T>> for Option<M> {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(Option::<As<T, M>>::deserialize(deserializer)?.map(|As(value, _)| value))
    }
}

impl<'de, T, M: DeserializeAs<'de, T>> DeserializeAs<'de, Box<T>> for Box<M> {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Box<T>, D::Error> {
        M::deserialize_as(deserializer).map(Box::new)
    }
}

impl<'de, T, M: DeserializeAs<'de, T>> DeserializeAs<'de, Vec<T>> for Vec<M> {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        let list = Vec::<As<T, M>>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|As(value, _)| value).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Model {
        #[serde(deserialize_with = "deserialize_as::<UniqueKeys, _, _>")]
        required: BTreeMap<u8, bool>,
        #[serde(default, deserialize_with = "deserialize_as::<Option<UniqueKeys>, _, _>")]
        optional: Option<BTreeMap<String, bool>>,
        #[serde(default, deserialize_with = "deserialize_as::<Vec<UniqueKeys<UniqueKeys>>, _, _>")]
        list: Vec<BTreeMap<String, BTreeMap<String, bool>>>,
    }

    fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn duplicate_key_is_an_error_in_a_map_an_optional_map_a_list_and_a_map() {
        for json in [
            r#"{"required":{"1":true,"1":true}}"#,
            r#"{"required":{},"optional":{"a":true,"\u0061":false}}"#,
            r#"{"required":{},"list":[{"a":{}},{"b":{},"b":{}}]}"#,
            r#"{"required":{},"list":[{"a":{"b":true,"b":true}}]}"#,
        ] {
            assert!(read::<Model>(json).unwrap_err().starts_with("duplicate key"), "{json}");
        }
    }

    #[test]
    fn unique_keys_are_read_and_an_optional_map_may_be_null_or_absent() {
        let json = r#"{"required":{"1":true,"2":false},"optional":{"a":true},"list":[{"a":{}},{"a":{}}]}"#;
        let Model { required, optional, list } = read(json).unwrap();
        assert_eq!((required.len(), optional.map(|map| map.len()), list.len()), (2, Some(1), 2));
        for json in [r#"{"required":{},"optional":null}"#, r#"{"required":{}}"#] {
            assert_eq!(read::<Model>(json).unwrap().optional, None, "{json}");
        }
        assert!(read::<Model>(r#"{"required":null}"#).unwrap_err().contains("expected a map"));
        assert!(read::<Model>("{}").unwrap_err().contains("missing field `required`"));
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct Numbers {
        #[serde(deserialize_with = "deserialize_as::<Integer, _, _>")]
        one: i64,
        #[serde(default, deserialize_with = "deserialize_as::<Option<Integer>, _, _>")]
        optional: Option<u8>,
        #[serde(default, deserialize_with = "deserialize_as::<Vec<Option<Box<Integer>>>, _, _>")]
        list: Vec<Option<Box<i32>>>,
        #[serde(flatten, deserialize_with = "deserialize_as::<UniqueKeys<Integer>, _, _>")]
        rest: BTreeMap<String, u64>,
    }

    #[test]
    fn number_without_a_fraction_is_an_integer_and_is_written_as_one() {
        let json = r#"{"one":-1.0,"optional":2e0,"list":[3.00,null,4],"five":5.0,"large":18446744073709551615}"#;
        let numbers: Numbers = read(json).unwrap();
        let expected =
            json!({"one": -1, "optional": 2, "list": [3, null, 4], "five": 5, "large": 18_446_744_073_709_551_615_u64});
        assert_eq!(serde_json::to_value(numbers).unwrap(), expected);
        let value: Value = read(json).unwrap();
        assert_eq!(serde_json::to_value(Numbers::deserialize(value).unwrap()).unwrap(), expected);
    }

    #[test]
    fn number_with_a_fraction_or_out_of_range_is_an_error() {
        for (json, problem) in [
            (r#"{"one":1.5}"#, "floating point `1.5`, expected i64"),
            (r#"{"one":9007199254740993.0}"#, "floating point"),
            (r#"{"one":1e300}"#, "floating point"),
            (r#"{"one":"1"}"#, "string \"1\", expected i64"),
            (r#"{"one":null}"#, "null, expected i64"),
            (r#"{"one":9223372036854775808}"#, "integer `9223372036854775808`, expected i64"),
            (r#"{"one":1,"optional":256.0}"#, "integer `256`, expected u8"),
            (r#"{"one":1,"five":-1}"#, "integer `-1`, expected u64"),
        ] {
            let error = read::<Numbers>(json).unwrap_err();
            assert!(error.contains(problem), "{json}: {error}");
        }
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct States {
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "deserialize_as::<Present<Option<Vec<Integer>>>, _, _>"
        )]
        list: Option<Option<Vec<i64>>>,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "deserialize_as::<Present, _, _>"
        )]
        any: Option<Value>,
    }

    #[test]
    fn absence_null_and_value_are_three_states() {
        for json in ["{}", r#"{"list":null,"any":null}"#, r#"{"list":[],"any":{}}"#, r#"{"list":[1],"any":0}"#] {
            let states: States = read(json).unwrap();
            assert_eq!(serde_json::to_string(&states).unwrap(), json);
        }
    }
}
