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

/// The most problems that a message lists: a file of thousands of accounts may have as many.
const MAX_LISTED: usize = 10;

/// One failure for all problems. `None` without any.
pub(super) fn failure<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> Option<Failure> {
    let (mut messages, mut hints) = (Vec::new(), Vec::new());
    let mut more: usize = 0;
    for problem in problems {
        if messages.len() >= MAX_LISTED {
            more = more.saturating_add(1);
            continue;
        }
        messages.push(problem.message.as_str());
        if !problem.hint.is_empty() && !hints.contains(&problem.hint.as_str()) {
            hints.push(problem.hint.as_str());
        }
    }
    let mut message = messages.join("; ");
    if more > 0 {
        message.push_str(&format!("; and {more} more"));
    }
    (!messages.is_empty()).then(|| Failure::usage(message, hints.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_has_each_hint_once_and_at_most_ten_messages() {
        assert!(failure([]).is_none());
        let problems: Vec<Problem> =
            (1..=12).map(|number| problem(format!("problem {number}"), "correct it")).collect();
        let Some(Failure::Usage(all)) = failure(&problems) else { panic!("no failure") };
        assert!(all.message.ends_with("problem 10; and 2 more"), "{}", all.message);
        assert_eq!(all.hint, "correct it");
        let Some(Failure::Usage(one)) = failure(&problems[..1]) else { panic!("no failure") };
        assert_eq!(one.message, "problem 1");
    }
}
