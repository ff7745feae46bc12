//! The naming convention: Rust names for operations, types and arguments.

/// The names in the generated client beside those of operations.
const CLIENT_NAMES: [&str; 13] = [
    "all",
    "api_version",
    "baseurl",
    "client",
    "clone",
    "exec",
    "inner",
    "into",
    "new",
    "new_with_client",
    "post",
    "pre",
    "try_into",
];

/// The methods of a mock server beside those of operations.
const MOCK_SERVER_NAMES: [&str; 9] =
    ["address", "base_url", "host", "mock", "mock_async", "port", "reset", "reset_async", "url"];

/// Splits a name into words: where lower case changes to upper case, before the last of several upper-case letters if a
/// lower-case one follows, and at every character that is no letter or digit. A digit has the case of the letter
/// before it.
///
/// The generator splits names in the same way, except that `IPs` is one word here.
fn words(name: &str) -> Vec<String> {
    name.split(|char: char| !char.is_alphanumeric()).flat_map(words_of_part).collect()
}

fn words_of_part(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    // Whether the last letter is in upper case.
    let (mut last_is_upper, mut rest) = (None, part.chars());
    while let Some(char) = rest.next() {
        let mut next = rest.clone();
        let (next, after) = (next.next(), next.next());
        let is_plural = next == Some('s') && !after.is_some_and(char::is_lowercase);
        let begins_word = char.is_uppercase()
            && match last_is_upper {
                Some(true) => next.is_some_and(char::is_lowercase) && !is_plural,
                Some(false) => true,
                None => false,
            };
        match words.last_mut() {
            Some(word) if !begins_word => word.extend(char.to_lowercase()),
            _ => words.push(char.to_lowercase().collect()),
        }
        if char.is_uppercase() || char.is_lowercase() {
            last_is_upper = Some(char.is_uppercase());
        }
    }
    words
}

/// A name for a function or an argument: `list_things`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// The generator's name for a variant: `ListThings`.
pub fn camel(name: &str) -> String {
    capitalised(words(name))
}

/// The generator's identifier for any text, in a case: [`snake`] or [`camel`].
pub fn identifier(text: &str, case: fn(&str) -> String) -> String {
    let name = match text {
        "+1" => case("plus1"),
        "-1" => case("minus1"),
        _ => case(&text.replace('\'', "")),
    };
    if name.starts_with(char::is_alphabetic) { name } else { case("x") + &name }
}

/// A name for a type: `ListThings`. The function is idempotent.
pub fn pascal(name: &str) -> String {
    let mut name = capitalised(words(name));
    // Words of one letter merge: `a-b-c` becomes `ABC`, and that becomes `Abc`. Each round has fewer words.
    for _ in 0..name.len() {
        let merged = capitalised(words(&name));
        if merged == name {
            break;
        }
        name = merged;
    }
    name
}

fn capitalised(words: Vec<String>) -> String {
    let capital = |word: String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    words.into_iter().map(capital).collect()
}

/// The name of a type without a prefix of whole words; `None` if the name does not have the prefix or nothing else.
pub fn without_prefix(name: &str, prefix: &str) -> Option<String> {
    let (words, prefix) = (words(name), words(prefix));
    let rest = words.strip_prefix(prefix.as_slice()).filter(|rest| !prefix.is_empty() && !rest.is_empty())?;
    Some(pascal(&rest.join("_")))
}

/// The name of the type for a vendor's schema.
pub fn type_name(vendors: &str, prefix: Option<&str>) -> String {
    let mut name = pascal(vendors);
    let mut next = without_prefix(vendors, prefix.unwrap_or_default());
    while let Some(shorter) = next {
        next = without_prefix(&shorter, prefix.unwrap_or_default());
        name = shorter;
    }
    // The generator adds the same prefix.
    if name.starts_with(char::is_numeric) { format!("X{name}") } else { name }
}

/// The operation id for a vendor's.
pub fn operation_name(vendors: &str) -> String {
    let name = snake(vendors);
    if name.starts_with(char::is_numeric) { format!("x_{name}") } else { name }
}

/// The prefix of the names of an operation's types in the mocks. Ids that differ only in the case of letters or in
/// separators may share it.
pub fn mock_name(id: &str) -> String {
    camel(id)
}

/// The problem of a schema's name; `None` if it can name a type.
pub fn type_problem(name: &str) -> Option<String> {
    let suggestion = type_name(name, None);
    if suggestion == name { keyword_problem(name) } else { Some(bad_name(name, &suggestion)) }
}

/// The problem of an operation id; `None` if it can name a method.
pub fn operation_problem(id: &str) -> Option<String> {
    let suggestion = operation_name(id);
    if suggestion != id {
        Some(bad_name(id, &suggestion))
    } else if CLIENT_NAMES.contains(&id) {
        Some(format!("{id:?} is taken: the generated client has a member of that name"))
    } else if MOCK_SERVER_NAMES.contains(&id) {
        Some(format!("{id:?} is taken: the mock server has a member of that name"))
    } else {
        keyword_problem(id)
    }
}

fn bad_name(name: &str, suggestion: &str) -> String {
    if suggestion.is_empty() {
        format!("{name:?} contains no letter, so no Rust name can be derived from it")
    } else {
        format!("{name:?} does not follow the naming convention of Rust; use {suggestion:?}")
    }
}

fn keyword_problem(name: &str) -> Option<String> {
    (!is_identifier(name)).then(|| format!("{name:?} is a keyword or a type of Rust"))
}

/// Whether a name is an identifier in every edition of Rust: `gen` is a keyword from 2024 on.
pub fn is_identifier(name: &str) -> bool {
    name != "gen" && syn::parse_str::<syn::Ident>(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_split_into_words_and_joined_in_each_case() {
        for (name, snake_case, pascal_case) in [
            ("dlp-risk-score-behaviors-get", "dlp_risk_score_behaviors_get", "DlpRiskScoreBehaviorsGet"),
            ("accountId", "account_id", "AccountId"),
            ("RiskLevel", "risk_level", "RiskLevel"),
            ("dlp_V4Response", "dlp_v4_response", "DlpV4Response"),
            ("HTTPMethod", "http_method", "HttpMethod"),
            ("list-IPs", "list_ips", "ListIps"),
            ("b-get", "b_get", "BGet"),
            ("A.B c", "a_b_c", "Abc"),
            ("x_a_s", "x_a_s", "Xas"),
            ("a 4 b", "a_4_b", "A4b"),
            ("<=", "", ""),
            ("", "", ""),
        ] {
            assert_eq!((snake(name).as_str(), pascal(name).as_str()), (snake_case, pascal_case), "{name}");
        }
    }

    #[test]
    fn converting_a_name_twice_changes_nothing() {
        let letters = ['a', 's', 'B', '4', '_'];
        let mut names = vec![String::new()];
        for _ in 0..5 {
            names = names.iter().flat_map(|name| letters.map(|letter| format!("{name}{letter}"))).collect();
            for name in &names {
                let (function, model) = (snake(name), pascal(name));
                assert_eq!((snake(&function), pascal(&model)), (function.clone(), model.clone()), "{name}");
                let (operation, schema) = (operation_name(name), type_name(name, Some("a")));
                assert_eq!(operation_name(&operation), operation, "{name}");
                assert_eq!(type_name(&schema, Some("a")), schema, "{name}");
            }
        }
    }

    #[test]
    fn prefix_is_removed_as_whole_words() {
        for (name, expected) in [
            ("dlp_thing", "Thing"),
            ("DLPThing", "Thing"),
            ("dlp_dlp_other", "Other"),
            ("dlphin", "Dlphin"),
            ("dlp", "Dlp"),
            ("dlp_1thing", "X1thing"),
            ("thing_dlp", "ThingDlp"),
        ] {
            assert_eq!(type_name(name, Some("dlp")), expected, "{name}");
        }
        assert_eq!(type_name("dlp_thing", None), "DlpThing");
        assert_eq!(type_name("dlp_thing", Some("")), "DlpThing");
    }

    #[test]
    fn malformed_or_taken_name_is_a_problem() {
        for id in [
            "2fa_get",
            "type",
            "gen",
            "all",
            "new_with_client",
            "api_version",
            "exec",
            "post",
            "baseurl",
            "new",
            "into",
            "mock",
            "reset",
            "",
        ] {
            assert!(operation_problem(id).is_some(), "{id}");
        }
        for name in ["1thing", "thing", "ABThing", "Self", ""] {
            assert!(type_problem(name).is_some(), "{name}");
        }
        assert_eq!(operation_problem("x_2fa_get").or_else(|| type_problem("X1thing")), None);
    }
}
