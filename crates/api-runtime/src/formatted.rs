//! Strings with a format, such as a date-time or a UUID.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// A string with a format in a response: the value that it stands for, or the text if it stands for none.
///
/// APIs send strings that do not match the documented format, such as an empty one in place of a date-time. One of them must not
/// fail the whole response. So any string is read, and is written back verbatim, also if another text means the same value.
///
/// Requests have the type `T` itself: what a program sends matches its format.
///
/// ```
/// use std::net::Ipv4Addr;
/// use api_runtime::Formatted;
///
/// let read = |json: &str| serde_json::from_str::<Formatted<Ipv4Addr>>(json).unwrap();
/// assert_eq!(read(r#""10.0.0.1""#).value(), Some(&Ipv4Addr::new(10, 0, 0, 1)));
///
/// let network = read(r#""10.0.0.0/8""#);
/// assert_eq!((network.value(), network.text().as_ref()), (None, "10.0.0.0/8"));
/// assert_eq!(serde_json::to_string(&network).unwrap(), r#""10.0.0.0/8""#);
/// ```
pub struct Formatted<T>(Repr<T>);

/// Only text that is not the usual one of its value takes memory of its own.
#[derive(Clone)]
enum Repr<T> {
    Usual(T),
    Unusual(Box<Unusual<T>>),
}

#[derive(Clone)]
struct Unusual<T> {
    text: Box<str>,
    value: Option<T>,
}

/// A type whose values have a text, for [`Formatted`].
pub trait Format: fmt::Debug + Sized {
    /// The value of a text. `None` if the text does not match the format.
    fn parse(text: &str) -> Option<Self>;

    /// The usual text of the value.
    fn to_text(&self) -> String;

    /// Whether a text, from which the value was parsed, is the usual one of the value.
    fn is_usual(&self, text: &str) -> bool {
        self.to_text() == text
    }
}

impl<T: Format> Formatted<T> {
    /// The value of a text, or the text if it has none.
    pub fn from_text(text: &str) -> Self {
        match T::parse(text) {
            Some(value) if value.is_usual(text) => Self(Repr::Usual(value)),
            value => Self(Repr::Unusual(Box::new(Unusual { text: text.into(), value }))),
        }
    }

    /// The text, verbatim.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Repr::Usual(value) => Cow::Owned(value.to_text()),
            Repr::Unusual(unusual) => Cow::Borrowed(&unusual.text),
        }
    }
}

impl<T> Formatted<T> {
    /// The value. `None` if the text does not match the format.
    pub fn value(&self) -> Option<&T> {
        match &self.0 {
            Repr::Usual(value) => Some(value),
            Repr::Unusual(unusual) => unusual.value.as_ref(),
        }
    }

    /// The value, without the text.
    pub fn into_value(self) -> Option<T> {
        match self.0 {
            Repr::Usual(value) => Some(value),
            Repr::Unusual(unusual) => unusual.value,
        }
    }
}

impl<T: Format> From<T> for Formatted<T> {
    fn from(value: T) -> Self {
        Self(Repr::Usual(value))
    }
}

impl<T: Clone> Clone for Formatted<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Compares the texts.
impl<T: Format> PartialEq for Formatted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl<T: Format> Eq for Formatted<T> {}

impl<T: Format> Hash for Formatted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}

impl<T: Format> fmt::Debug for Formatted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text().as_ref(), f)
    }
}

/// Writes the text, verbatim.
impl<T: Format> fmt::Display for Formatted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl<T: Format> Serialize for Formatted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// Reads any string.
impl<'de, T: Format> Deserialize<'de> for Formatted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(std::marker::PhantomData<T>);

        impl<T: Format> Visitor<'_> for Text<T> {
            type Value = Formatted<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Formatted<T>, E> {
                Ok(Formatted::from_text(text))
            }
        }

        deserializer.deserialize_str(Text(std::marker::PhantomData))
    }
}

/// Never fails: text that does not match the format is kept.
impl<T: Format> FromStr for Formatted<T> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from_text(text))
    }
}

/// Implements [`Format`] for types whose `Display` is what their `FromStr` reads.
macro_rules! impl_format {
    ($($type:ty),+) => {$(
        impl Format for $type {
            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn to_text(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

impl_format!(IpAddr, Ipv4Addr, Ipv6Addr);

/// A full-date of RFC 3339. Its only text is the usual one; chrono would also read `2026-1-2`.
#[cfg(feature = "chrono")]
impl Format for chrono::NaiveDate {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|date: &Self| date.to_text() == text)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

#[cfg(feature = "uuid")]
impl Format for uuid::Uuid {
    /// Reads the form with hyphens, which RFC 9562 defines, and no other.
    fn parse(text: &str) -> Option<Self> {
        if text.len() == uuid::fmt::Hyphenated::LENGTH { Self::try_parse(text).ok() } else { None }
    }

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn is_usual(&self, text: &str) -> bool {
        !text.bytes().any(|byte| byte.is_ascii_uppercase())
    }
}

/// A date-time of RFC 3339, which an offset may follow. The usual text is in UTC and ends in `Z`.
#[cfg(feature = "chrono")]
impl Format for chrono::DateTime<chrono::Utc> {
    fn parse(text: &str) -> Option<Self> {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(Into::into)
    }

    fn to_text(&self) -> String {
        self.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }

    /// Looks at the few places in which two texts of one value differ, since a list may have hundreds of thousands of them.
    fn is_usual(&self, text: &str) -> bool {
        let Some((date_time, rest)) = text.split_at_checked("2026-11-22T00:00:00".len()) else { return false };
        let fraction = match rest.strip_suffix('Z') {
            Some("") => return date_time.contains('T'),
            Some(rest) => rest.strip_prefix('.').unwrap_or_default(),
            None => "",
        };
        date_time.contains('T') && matches!(fraction.len(), 3 | 6 | 9) && !fraction.ends_with("000")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json_round_trip<T: Format>(text: &str) -> (Option<T>, String) {
        let json = serde_json::to_string(text).unwrap();
        let read: Formatted<T> = serde_json::from_str(&json).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(written, json);
        assert_eq!((read.text().as_ref(), read.to_string().as_str()), (text, text));
        assert_eq!(format!("{read:?}"), format!("{text:?}"));
        (read.into_value(), written)
    }

    #[test]
    fn text_without_a_value_is_kept() {
        for text in ["", "10.0.0.0/8", "ü", "1.2.3"] {
            assert_eq!(json_round_trip::<Ipv4Addr>(text).0, None, "{text}");
        }
        assert!(serde_json::from_str::<Formatted<Ipv4Addr>>("7").is_err());
        assert!(serde_json::from_str::<Formatted<Ipv4Addr>>("null").is_err());
    }

    #[test]
    fn text_with_a_value_is_kept_also_if_it_is_unusual() {
        let address = "2001:db8::1".parse().unwrap();
        for text in ["2001:db8::1", "2001:DB8::1", "2001:0db8:0:0:0:0:0:1"] {
            assert_eq!(json_round_trip::<Ipv6Addr>(text).0, Some(address), "{text}");
        }
    }

    #[test]
    fn values_are_equal_if_their_texts_are() {
        let read = Formatted::<Ipv6Addr>::from_text;
        assert_eq!(read("2001:db8::1"), Formatted::from("2001:db8::1".parse::<Ipv6Addr>().unwrap()));
        assert_ne!(read("2001:db8::1"), read("2001:DB8::1"));
    }

    #[cfg(feature = "uuid")]
    #[test]
    fn uuid_is_read_with_hyphens_only() {
        let uuid = uuid::Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        for text in ["67e55044-10b1-426f-9247-bb680e5fe0c8", "67E55044-10b1-426f-9247-bb680e5fe0c8"] {
            assert_eq!(json_round_trip::<uuid::Uuid>(text).0, Some(uuid), "{text}");
        }
        for text in ["67e5504410b1426f9247bb680e5fe0c8", "{67e55044-10b1-426f-9247-bb680e5fe0c8}", ""] {
            assert_eq!(json_round_trip::<uuid::Uuid>(text).0, None, "{text}");
        }
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn date_time_is_written_as_it_was_read() {
        type DateTime = chrono::DateTime<chrono::Utc>;
        let texts = [
            ("2026-11-22T01:02:03Z", true),
            ("2026-11-22T01:02:03.120Z", true),
            ("2026-11-22T01:02:03.123456Z", true),
            ("2026-11-22T01:02:03.123456789Z", true),
            ("2026-11-22T23:59:60Z", true),
            ("2026-11-22T01:02:03.12Z", false),
            ("2026-11-22T01:02:03.000Z", false),
            ("2026-11-22T01:02:03.123000Z", false),
            ("2026-11-22T01:02:03.1234567891Z", false),
            ("2026-11-22T01:02:03+00:00", false),
            ("2026-11-22T03:02:03+02:00", false),
            ("2026-11-22t01:02:03z", false),
            ("2026-11-22 01:02:03Z", false),
        ];
        for (text, usual) in texts {
            let (value, _) = json_round_trip::<DateTime>(text);
            let value = value.unwrap();
            assert_eq!(value.is_usual(text), usual, "{text}");
            assert_eq!(value.to_text() == text, usual, "{text}");
        }
        for text in ["2018-09-24 11:41:36.697534+00", "", "yesterday", "2026-11-22"] {
            assert_eq!(json_round_trip::<DateTime>(text).0, None, "{text}");
        }
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn date_is_read_from_its_usual_text_only() {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 1, 2);
        assert_eq!(json_round_trip::<chrono::NaiveDate>("2026-01-02").0, date);
        for text in ["2026-1-2", "+2026-01-02", " 2026-01-02", "2026-02-30", ""] {
            assert_eq!(json_round_trip::<chrono::NaiveDate>(text).0, None, "{text}");
        }
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn odd_text_takes_one_word_more_than_a_date_time_at_most() {
        assert!(size_of::<Formatted<chrono::DateTime<chrono::Utc>>>() <= 16);
    }
}
