//! Where the value of a setting comes from.

use std::fmt;
use std::path::PathBuf;

use crate::text;

/// A value, and where it comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// Where a value comes from. Its text names the place: `--account-id`, `CLOUDFLARE_ACCOUNT_ID`, `profile "x" of FILE`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// A flag, or several.
    Flag(&'static str),
    /// An environment variable, or two that belong together.
    Variable(&'static str),
    /// A profile of the configuration file.
    Profile { name: String, file: PathBuf },
    /// A line or an element of an accounts file.
    Row(String),
    /// No one set it.
    Default,
}

impl<T> Sourced<T> {
    pub(super) fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile { name, file } => {
                write!(f, "profile `{}` of {}", text::printable(name), text::printable(&file.to_string_lossy()))
            }
            Self::Row(place) => f.write_str(place),
            Self::Default => f.write_str("default"),
        }
    }
}
