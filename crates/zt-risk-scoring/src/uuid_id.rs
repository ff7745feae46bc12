//! Ids that are UUIDs.

/// The form of a UUID's text.
const FORM: &str = "32 hexadecimal digits in groups of 8-4-4-4-12, with hyphens between them";

/// What is wrong with the text of an id. `None` if it is a UUID with hyphens, as RFC 9562 defines it.
///
/// The problem has one character of the text at most: the text may be anything that a caller took for an id.
pub(crate) fn problem(what: &str, text: &str) -> Option<String> {
    const LENGTH: usize = 36;
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let length = text.chars().count();
    if length != LENGTH {
        return Some(format!("the {what} has {length} characters, but it is a UUID: {FORM}"));
    }
    let is_right = |index: usize, char: char| match HYPHENS.contains(&index) {
        true => char == '-',
        false => char.is_ascii_hexdigit(),
    };
    let (index, char) = text.chars().enumerate().find(|(index, char)| !is_right(*index, *char))?;
    Some(format!("the {what} has {char:?} as character {}, but it is a UUID: {FORM}", index.saturating_add(1)))
}

/// Implements the traits of an id, a struct with a [`uuid::Uuid`].
macro_rules! impl_uuid_id {
    ($type:ident, $what:literal) => {
        impl $type {
            /// The id as a UUID.
            pub const fn as_uuid(&self) -> &::uuid::Uuid {
                &self.0
            }
        }

        /// Reads a UUID with hyphens only, in upper or lower case.
        impl ::std::str::FromStr for $type {
            type Err = $crate::Error;

            fn from_str(text: &str) -> Result<Self, $crate::Error> {
                let invalid =
                    |problem: String| ::cloudflare_client::sdk::error($crate::ErrorKind::Configuration, problem);
                match $crate::uuid_id::problem($what, text) {
                    Some(problem) => Err(invalid(problem)),
                    None => ::uuid::Uuid::try_parse(text).map(Self).map_err(|error| invalid(error.to_string())),
                }
            }
        }

        impl TryFrom<&str> for $type {
            type Error = $crate::Error;

            fn try_from(text: &str) -> Result<Self, $crate::Error> {
                text.parse()
            }
        }

        impl TryFrom<&String> for $type {
            type Error = $crate::Error;

            fn try_from(text: &String) -> Result<Self, $crate::Error> {
                text.parse()
            }
        }

        impl From<::uuid::Uuid> for $type {
            fn from(uuid: ::uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$type> for ::uuid::Uuid {
            fn from(id: $type) -> Self {
                id.0
            }
        }

        /// In lower case, with hyphens.
        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut buffer = ::uuid::Uuid::encode_buffer();
                f.pad(self.0.hyphenated().encode_lower(&mut buffer))
            }
        }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        /// Of an id in a response, any text is kept.
        impl ::api_runtime::Format for $type {
            fn parse(text: &str) -> Option<Self> {
                <::uuid::Uuid as ::api_runtime::Format>::parse(text).map(Self)
            }

            fn to_text(&self) -> String {
                self.to_string()
            }

            fn is_usual(&self, text: &str) -> bool {
                ::api_runtime::Format::is_usual(&self.0, text)
            }
        }
    };
}
pub(crate) use impl_uuid_id;
