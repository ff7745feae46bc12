//! The quotas of a scenario.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use zt_risk_scoring_mock::simulator;

use super::values::Seconds;

/// How many requests are allowed, and how long the block after more of them lasts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Quota {
    /// The vendor's quota.
    Vendor,
    /// Another quota.
    Custom(simulator::Quota),
}

impl Quota {
    pub(super) fn of_tokens(self) -> simulator::Quota {
        match self {
            Self::Vendor => simulator::Quota::VENDOR,
            Self::Custom(quota) => quota,
        }
    }

    pub(super) fn of_addresses(self) -> simulator::Quota {
        match self {
            Self::Vendor => simulator::Quota::VENDOR_ADDRESS,
            Self::Custom(quota) => quota,
        }
    }
}

/// `vendor`, or requests and seconds with a slash between them.
impl FromStr for Quota {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "vendor" {
            return Ok(Self::Vendor);
        }
        let (requests, seconds) = text.split_once('/').ok_or("`vendor` or REQUESTS/SECONDS is expected")?;
        let requests = requests.parse().map_err(|_| "the number of requests is no whole number")?;
        match seconds.parse() {
            Ok(seconds @ 1..=86_400) => Ok(Self::Custom(simulator::Quota::new(requests, Duration::from_secs(seconds)))),
            _ => Err("the number of seconds is no whole number from 1 to 86400"),
        }
    }
}

/// A quota other than the vendor's.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    requests: u32,
    window_s: Seconds,
    block_s: Option<Seconds>,
}

impl<'de> Deserialize<'de> for Quota {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QuotaVisitor)
    }
}

struct QuotaVisitor;

impl<'de> Visitor<'de> for QuotaVisitor {
    type Value = Quota;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"vendor\" or a table with `requests` and `window_s`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Quota, E> {
        if text == "vendor" {
            Ok(Quota::Vendor)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Quota, A::Error> {
        let Keys { requests, window_s, block_s } = Keys::deserialize(MapAccessDeserializer::new(map))?;
        if window_s.0.is_zero() {
            return Err(A::Error::custom("`window_s` is 0, so that the quota would allow any number of requests"));
        }
        let quota = simulator::Quota::new(requests, window_s.0);
        Ok(Quota::Custom(block_s.map_or(quota, |block| quota.with_block(block.0))))
    }
}
