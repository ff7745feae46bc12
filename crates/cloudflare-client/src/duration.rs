//! Durations in messages.

use std::fmt;
use std::time::Duration;

pub(crate) fn human(time: Duration) -> impl fmt::Display {
    format!("{time:.0?}")
}
