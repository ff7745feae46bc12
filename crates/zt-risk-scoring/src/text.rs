//! Text that is read from JSON as a type of its own.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a string as a type. What the type does not keep as text, such as a known level, is read without an allocation.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<T, D::Error>
where
    T: From<String> + for<'a> From<&'a str>,
{
    deserializer.deserialize_str(Text(PhantomData))
}

struct Text<T>(PhantomData<T>);

impl<T: From<String> + for<'a> From<&'a str>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
        Ok(text.into())
    }
}
