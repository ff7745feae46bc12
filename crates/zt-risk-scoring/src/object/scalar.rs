//! Properties of a string or a number, in whose place any value is read.

use std::fmt;
use std::marker::PhantomData;

use api_runtime::{Format, Formatted};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::Serialize;
use serde_json::Value;

use crate::RiskLevel;

/// A type of JSON strings or numbers.
pub(crate) trait Scalar: Serialize + PartialEq + Sized {
    /// The value of a string, if the type has strings.
    fn from_text(_: &str) -> Option<Self> {
        None
    }

    /// The value of an integer, if the type has integers.
    fn from_integer(_: i64) -> Option<Self> {
        None
    }

    /// A value that stands for one of another JSON type.
    fn from_mistyped(_: &Value) -> Option<Self> {
        None
    }
}

impl Scalar for Box<str> {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl<T: Format> Scalar for Formatted<T> {
    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from_text(text))
    }
}

/// A level of another JSON type is unknown: a question for everything at least that risky must not miss it.
impl Scalar for RiskLevel {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_mistyped(value: &Value) -> Option<Self> {
        Some(value.to_string().into())
    }
}

impl Scalar for i64 {
    fn from_integer(integer: i64) -> Option<Self> {
        Some(integer)
    }
}

/// What was read for a scalar.
pub(super) enum ScalarOr<T> {
    Scalar(T),
    Null,
    Mistyped(Value),
}

impl<T: Scalar> ScalarOr<T> {
    /// Reads any value.
    pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor(PhantomData))
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<'de, T: Scalar> Visitor<'de> for ScalarVisitor<T> {
    type Value = ScalarOr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ScalarOr<T>, E> {
        Ok(T::from_text(text).map_or_else(|| ScalarOr::Mistyped(text.into()), ScalarOr::Scalar))
    }

    fn visit_i64<E: Error>(self, integer: i64) -> Result<ScalarOr<T>, E> {
        Ok(T::from_integer(integer).map_or_else(|| ScalarOr::Mistyped(integer.into()), ScalarOr::Scalar))
    }

    fn visit_u64<E: Error>(self, integer: u64) -> Result<ScalarOr<T>, E> {
        match i64::try_from(integer) {
            Ok(integer) => self.visit_i64(integer),
            Err(_) => Ok(ScalarOr::Mistyped(integer.into())),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<ScalarOr<T>, E> {
        Ok(ScalarOr::Mistyped(number.into()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<ScalarOr<T>, E> {
        Ok(ScalarOr::Mistyped(value.into()))
    }

    fn visit_none<E: Error>(self) -> Result<ScalarOr<T>, E> {
        Ok(ScalarOr::Null)
    }

    fn visit_unit<E: Error>(self) -> Result<ScalarOr<T>, E> {
        Ok(ScalarOr::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<ScalarOr<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<ScalarOr<T>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(elements)).map(ScalarOr::Mistyped)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<ScalarOr<T>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(entries)).map(ScalarOr::Mistyped)
    }
}
