//! Suggestions for misspelt names.

/// How similar two names must be, from 0 to 1, as clap has it.
const SIMILAR: f64 = 0.7;

/// The known name that is most similar to a text, if one is similar enough.
pub(super) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let similarities = known.into_iter().map(|name| (strsim::jaro(text, name), name));
    similarities
        .filter(|(similarity, _)| *similarity > SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The end of a message about an unknown name: the most similar one, or else all that are known.
pub(super) fn suggestion<'a, const N: usize>(text: &str, known: [&'a str; N]) -> String {
    match nearest(text, known) {
        Some(name) => format!("; did you mean {name:?}?"),
        None => format!("; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_suggested() {
        assert_eq!(suggestion("hihg", ["low", "medium", "high"]), "; did you mean \"high\"?");
        assert_eq!(suggestion("zzz", ["low", "medium", "high"]), "; known are low, medium, high");
        assert_eq!(nearest("imp_travle", ["imp_travel", "imp_level"]), Some("imp_travel"));
    }
}
