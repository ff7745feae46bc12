//! Suggestions in the errors of a policy.

use crate::text;

/// The end of a message about an unknown name: the one that it may mean, or else all that are known.
pub(super) fn did_you_mean<const N: usize>(name: &str, known: [&str; N]) -> String {
    match text::suggestion(name, known) {
        Some(known) => format!("; did you mean {known:?}?"),
        None => format!("; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_name_is_suggested() {
        assert_eq!(did_you_mean("hihg", ["low", "medium", "high"]), "; did you mean \"high\"?");
        assert_eq!(did_you_mean("zzz", ["low", "medium", "high"]), "; known are low, medium, high");
    }
}
