//! Numbers.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::deserialize_as::FIRST_INEXACT;

/// A JSON number: an integer of at most 64 bits, or a finite floating-point number. It is written as it was read: an
/// integer as one, and the same value.
///
/// JSON does not say which of the two a number is, and neither does the type `number` of an API's document. An `f64` would
/// write 1 as `1.0`, and round integers of 2⁵³ or more.
///
/// ```
/// use api_runtime::Number;
///
/// for json in ["1", "1.0", "-7", "0.1", "9007199254740993", "18446744073709551615"] {
///     let number: Number = serde_json::from_str(json).unwrap();
///     assert_eq!(serde_json::to_string(&number).unwrap(), json);
/// }
/// assert_eq!(Number::from(3).as_f64(), 3.0);
/// assert_eq!(Number::try_from(2.5).unwrap().to_string(), "2.5");
/// ```
///
/// Numbers are compared by value: `1` and `1.0` are equal.
///
/// # What is rounded
///
/// Any other number is read as the nearest `f64`, without a notice: `serde_json` has rounded it already. These are integers
/// that do not fit 64 bits, and fractions with more digits than an `f64` holds. A number beyond the range of `f64`, such as
/// `1e400`, is an error.
#[derive(Clone, Copy)]
pub struct Number(Repr);

#[derive(Clone, Copy)]
enum Repr {
    /// One that is less than zero, so that every integer has one representation.
    Negative(i64),
    Positive(u64),
    /// Neither infinite nor NaN.
    Float(f64),
}

impl Number {
    /// The nearest floating-point number.
    #[allow(clippy::cast_precision_loss, reason = "the nearest one is asked for")]
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Repr::Negative(integer) => integer as f64,
            Repr::Positive(integer) => integer as f64,
            Repr::Float(float) => float,
        }
    }

    /// The number as an integer. `None` if it has a fraction or is out of range, and if it was written with a fraction or an
    /// exponent and is 2⁵³ or more: then it may stand for several integers.
    pub fn as_i64(self) -> Option<i64> {
        self.as_integer().and_then(|integer| i64::try_from(integer).ok())
    }

    /// The same without a sign. `None` if it is negative, too.
    pub fn as_u64(self) -> Option<u64> {
        self.as_integer().and_then(|integer| u64::try_from(integer).ok())
    }

    fn as_integer(self) -> Option<i128> {
        let (integer, fraction) = self.parts();
        let is_inexact = matches!(self.0, Repr::Float(float) if float.abs() >= FIRST_INEXACT);
        (fraction == 0.0 && !is_inexact).then_some(integer)
    }

    /// The greatest integer that is not greater, and the fraction that remains. Both are the same for equal numbers.
    fn parts(self) -> (i128, f64) {
        match self.0 {
            Repr::Negative(integer) => (integer.into(), 0.0),
            Repr::Positive(integer) => (integer.into(), 0.0),
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the floor is an integer, and a larger one becomes the limit"
            )]
            Repr::Float(float) => (float.floor() as i128, float - float.floor()),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = match (self.0, other.0) {
            (Repr::Float(one), Repr::Float(other)) => one.partial_cmp(&other),
            _ => self.parts().partial_cmp(&other.parts()),
        };
        // None of them is NaN.
        order.unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (integer, fraction) = self.parts();
        (integer, fraction.to_bits()).hash(state);
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        Self(Repr::Positive(integer))
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self(u64::try_from(integer).map_or(Repr::Negative(integer), Repr::Positive))
    }
}

macro_rules! impl_from {
    ($($of:ty as $wide:ty),+) => {$(
        impl From<$of> for Number {
            fn from(integer: $of) -> Self {
                <$wide>::from(integer).into()
            }
        }
    )+};
}

impl_from!(i8 as i64, i16 as i64, i32 as i64, u8 as u64, u16 as u64, u32 as u64);

/// JSON has no infinite number and no NaN.
impl TryFrom<f64> for Number {
    type Error = NotFiniteError;

    fn try_from(float: f64) -> Result<Self, NotFiniteError> {
        float.is_finite().then_some(Self(Repr::Float(float))).ok_or(NotFiniteError)
    }
}

/// A floating-point number is infinite or NaN, so that it is no [`Number`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotFiniteError;

impl fmt::Display for NotFiniteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number is infinite or NaN, which JSON does not allow")
    }
}

impl std::error::Error for NotFiniteError {}

/// Reads the text of a number in JSON.
impl FromStr for Number {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Writes the number as in JSON.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Repr::Negative(integer) => serializer.serialize_i64(integer),
            Repr::Positive(integer) => serializer.serialize_u64(integer),
            Repr::Float(float) => serializer.serialize_f64(float),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;

        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E: Error>(self, integer: i64) -> Result<Number, E> {
                Ok(integer.into())
            }

            fn visit_u64<E: Error>(self, integer: u64) -> Result<Number, E> {
                Ok(integer.into())
            }

            fn visit_f64<E: Error>(self, float: f64) -> Result<Number, E> {
                float.try_into().map_err(E::custom)
            }
        }

        // It passes integers as such, also where serde buffers flattened fields. `deserialize_any` would not, if a feature of
        // `serde_json` makes maps of numbers.
        deserializer.deserialize_f64(NumberVisitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    fn read(json: &str) -> Number {
        json.parse().unwrap()
    }

    #[test]
    fn number_is_written_as_it_was_read() {
        let numbers = [
            "0",
            "1",
            "1.0",
            "-1",
            "-1.0",
            "-0.0",
            "0.1",
            "2.5",
            "9007199254740993",
            "-9223372036854775808",
            "18446744073709551615",
            "1.7976931348623157e+308",
            "5e-324",
        ];
        for json in numbers {
            let number = read(json);
            assert_eq!(serde_json::to_string(&number).unwrap(), json);
            assert_eq!((number.to_string(), format!("{number:?}")), (json.to_owned(), json.to_owned()));
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_value(serde_json::from_value::<Number>(value.clone()).unwrap()).unwrap(), value);
        }
        assert_eq!(format!("{:>4}", read("1.0")), " 1.0");
    }

    #[test]
    fn number_in_a_flattened_map_keeps_its_form() {
        #[derive(serde::Deserialize, serde::Serialize)]
        struct Model {
            #[serde(flatten)]
            extra: std::collections::BTreeMap<String, Number>,
        }
        let json = r#"{"a":1,"b":1.0,"c":-1,"d":9007199254740993}"#;
        let model: Model = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&model).unwrap(), json);
    }

    #[test]
    fn what_is_no_finite_number_is_an_error() {
        for json in ["1e400", "\"1\"", "null", "NaN", "true", "[1]"] {
            assert!(json.parse::<Number>().is_err(), "{json}");
        }
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Number::try_from(float), Err(NotFiniteError));
        }
    }

    #[test]
    fn numbers_are_equal_and_ordered_by_value() {
        let ascending = [
            "-1e300",
            "-9223372036854775808",
            "-1.5",
            "-1",
            "-0.5",
            "0",
            "0.5",
            "1",
            "1.5",
            "9007199254740992.0",
            "9007199254740993",
            "18446744073709551615",
            "18446744073709551616",
            "1e300",
            "1.1e300",
        ];
        let ascending = ascending.map(read);
        assert!(ascending.windows(2).all(|pair| pair[0] < pair[1]));
        let same = ["1", "1.0", "1e0", "-0.0", "0", "9007199254740992.0", "9007199254740992"].map(read);
        assert_eq!(same.into_iter().collect::<BTreeSet<_>>().len(), 3);
        assert_eq!(same.into_iter().collect::<HashSet<_>>().len(), 3);
        assert_eq!(ascending.into_iter().collect::<HashSet<_>>().len(), ascending.len());
    }

    #[test]
    fn number_is_converted_only_if_its_value_stays() {
        for (json, signed, unsigned) in [
            ("1", Some(1), Some(1)),
            ("-1.0", Some(-1), None),
            ("1.5", None, None),
            ("18446744073709551615", None, Some(u64::MAX)),
            ("9007199254740992.0", None, None),
            ("1e300", None, None),
        ] {
            assert_eq!((read(json).as_i64(), read(json).as_u64()), (signed, unsigned), "{json}");
        }
        assert_eq!(read("9007199254740993").as_f64().to_bits(), 9_007_199_254_740_992.0_f64.to_bits());
        assert_eq!((Number::from(-1_i8), Number::from(1_u32)), (read("-1"), read("1")));
        assert_eq!(Number::try_from(0.5).unwrap().as_f64().to_bits(), 0.5_f64.to_bits());
    }
}
