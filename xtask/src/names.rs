//! Names as Rust has them.

/// The words of a name: where its letters change from small to large, and where it has anything but letters and digits.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = None;
    for char in name.chars() {
        let begins = match before {
            None => true,
            Some(before) => !char::is_alphanumeric(before) || (char.is_uppercase() && !before.is_uppercase()),
        };
        if char.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if !begins => word.extend(char.to_lowercase()),
                _ => words.push(char.to_lowercase().collect()),
            }
        }
        before = Some(char);
    }
    words
}

/// A name for a function or an argument: `list_things`.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// A name for a type or a variant: `ListThings`.
pub(crate) fn pascal(name: &str) -> String {
    let capital = |word: String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    words(name).into_iter().map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_and_put_together() {
        for (name, snake_case, pascal_case) in [
            ("dlp-risk-score-behaviors-get", "dlp_risk_score_behaviors_get", "DlpRiskScoreBehaviorsGet"),
            ("accountId", "account_id", "AccountId"),
            ("RiskLevel", "risk_level", "RiskLevel"),
            ("dlp_V4Response", "dlp_v4_response", "DlpV4Response"),
            ("A.B c", "a_b_c", "ABC"),
            ("<=", "", ""),
            ("", "", ""),
        ] {
            assert_eq!((snake(name).as_str(), pascal(name).as_str()), (snake_case, pascal_case), "{name}");
        }
    }
}
