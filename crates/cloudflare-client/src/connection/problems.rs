//! The problems of a configuration, which are reported together.

use std::time::Duration;

use crate::Error;
use crate::duration::human;
use crate::pipeline::MIN_ATTEMPT_TIME;

/// The problems that were found so far.
#[derive(Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    /// Returns the value, or records the error's text.
    pub(super) fn record<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.0.push(error.to_string())).ok()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One error for all problems.
    pub(super) fn into_error(self) -> Error {
        Error::configuration(self.0.join("; "))
    }
}

/// Rejects a time limit that leaves no time for an attempt. `name` is that of the setting.
pub(super) fn check_attempt_time(name: &str, time: Duration) -> Result<Duration, Error> {
    if time <= MIN_ATTEMPT_TIME {
        return Err(Error::configuration(format!(
            "`{name}` is {}, with which no request would be sent; set it to more than {}, or leave it at its default",
            human(time),
            human(MIN_ATTEMPT_TIME)
        )));
    }
    Ok(time)
}

/// Rejects a time limit of zero, with which every call would fail. `name` is that of the setting.
pub(super) fn check_not_zero(name: &str, time: Duration) -> Result<Duration, Error> {
    if time.is_zero() {
        return Err(Error::configuration(format!("`{name}` is zero; set a longer time, or leave it at its default")));
    }
    Ok(time)
}
