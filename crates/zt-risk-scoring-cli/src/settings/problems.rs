//! The problems of the settings, which are reported together.

use crate::failure::{Failure, Problem};

/// The problems that were found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value, or records the problem.
    pub(super) fn record<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.add(problem)).ok()
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// A problem: what is wrong and where, and what to do about it.
pub(super) fn problem(message: impl Into<String>, hint: impl Into<String>) -> Problem {
    Problem { message: message.into(), hint: hint.into() }
}

/// One failure for all problems. `None` without any.
pub(super) fn failure<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> Option<Failure> {
    let (mut messages, mut hints) = (Vec::new(), Vec::new());
    for problem in problems {
        messages.push(problem.message.as_str());
        if !problem.hint.is_empty() && !hints.contains(&problem.hint.as_str()) {
            hints.push(problem.hint.as_str());
        }
    }
    (!messages.is_empty()).then(|| Failure::usage(messages.join("; "), hints.join("; ")))
}
