//! Values of a scenario: times, and numbers of seconds.

use std::time::{Duration, SystemTime};

use chrono::DateTime;
use serde::de::{Deserialize, Deserializer, Error as _};
use toml::Value;

/// A time with an offset from UTC. TOML has times; a string is accepted as well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Time(SystemTime);

impl Time {
    pub(super) fn system_time(self) -> SystemTime {
        self.0
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let TimeText(text) = TimeText::deserialize(deserializer)?;
        let time = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| D::Error::custom(format!("`{text}` is no time such as 2026-11-22T12:00:00Z")))?;
        Ok(Self(time.into()))
    }
}

/// A time as the simulator sends it: a time of TOML, or a string of any content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct TimeText(pub(super) String);

impl<'de> Deserialize<'de> for TimeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Datetime(time) => Ok(Self(time.to_string())),
            other => Err(D::Error::custom(format!("a time is expected, not {}", with_article(other.type_str())))),
        }
    }
}

/// A number of seconds, at most a day. It may have a fraction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Seconds(pub(super) Duration);

const DAY: Duration = Duration::from_secs(86_400);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let duration = match Value::deserialize(deserializer)? {
            Value::Integer(seconds) => u64::try_from(seconds).ok().map(Duration::from_secs),
            Value::Float(seconds) => Duration::try_from_secs_f64(seconds).ok(),
            other => {
                let found = with_article(other.type_str());
                return Err(D::Error::custom(format!("a number of seconds is expected, not {found}")));
            }
        };
        let in_range = duration.filter(|duration| *duration <= DAY).map(Self);
        in_range.ok_or_else(|| D::Error::custom("a number of seconds from 0 to 86400 is expected"))
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
