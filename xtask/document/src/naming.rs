//! Names as Rust has them.

/// What the generated client has beside the operations' methods and constants.
const OF_THE_CLIENT: [&str; 13] = [
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

/// What a mock server has beside the operations' mocks.
const OF_THE_MOCK_SERVER: [&str; 9] =
    ["address", "base_url", "host", "mock", "mock_async", "port", "reset", "reset_async", "url"];

/// Types that generated code relies on, by their bare names.
const OF_RUST: [&str; 1] = ["Self"];

/// The words of a name: where its letters change from small to large, at the last of several large ones if a small one
/// follows, and where it has anything but letters and digits. A digit is as large or small as the letter before it.
///
/// These are the words that the generator sees. But `IPs` is one word.
fn words(name: &str) -> Vec<String> {
    name.split(|char: char| !char.is_alphanumeric()).flat_map(words_of_part).collect()
}

fn words_of_part(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut before, mut rest) = (None, part.chars());
    while let Some(char) = rest.next() {
        let mut next = rest.clone();
        let (next, after) = (next.next(), next.next());
        let is_plural = next == Some('s') && !after.is_some_and(char::is_lowercase);
        let begins = char.is_uppercase()
            && match before {
                Some(Size::Large) => next.is_some_and(char::is_lowercase) && !is_plural,
                Some(Size::Small) => true,
                None => false,
            };
        match words.last_mut() {
            Some(word) if !begins => word.extend(char.to_lowercase()),
            _ => words.push(char.to_lowercase().collect()),
        }
        before = Size::of(char).or(before);
    }
    words
}

#[derive(Clone, Copy)]
enum Size {
    Small,
    Large,
}

impl Size {
    fn of(char: char) -> Option<Self> {
        if char.is_uppercase() { Some(Self::Large) } else { char.is_lowercase().then_some(Self::Small) }
    }
}

/// A name for a function or an argument: `list_things`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// A name for a type or a variant: `ListThings`. What it has made is left as it is.
pub fn pascal(name: &str) -> String {
    let mut name = capitalised(words(name));
    // Words of one letter run into each other: `a-b-c` is `ABC` at first, and that is `Abc`. There are fewer each time.
    for _ in 0..name.len() {
        let again = capitalised(words(&name));
        if again == name {
            break;
        }
        name = again;
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

/// The name of a type without a prefix, if it has it: whole words, with others behind them.
pub fn without_prefix(name: &str, prefix: &str) -> Option<String> {
    let (words, prefix) = (words(name), words(prefix));
    let rest = words.strip_prefix(prefix.as_slice()).filter(|rest| !prefix.is_empty() && !rest.is_empty())?;
    Some(pascal(&rest.join("_")))
}

/// The name of the type that is made of a vendor's schema.
pub fn type_name(vendors: &str, prefix: Option<&str>) -> String {
    let mut name = pascal(vendors);
    let mut next = without_prefix(vendors, prefix.unwrap_or_default());
    while let Some(shorter) = next {
        next = without_prefix(&shorter, prefix.unwrap_or_default());
        name = shorter;
    }
    // As the generator does.
    if name.starts_with(char::is_numeric) { format!("X{name}") } else { name }
}

/// The id that is made of a vendor's operation id.
pub fn operation_name(vendors: &str) -> String {
    let name = snake(vendors);
    if name.starts_with(char::is_numeric) { format!("x_{name}") } else { name }
}

/// What the generator calls an operation's types in the mocks, but for their endings. Two ids may make one of it: those
/// of which only the words differ, and not the letters.
pub fn mock_name(id: &str) -> String {
    capitalised(words(id))
}

/// What is wrong with the name of a schema.
pub fn type_problem(name: &str) -> Option<String> {
    let good = type_name(name, None);
    if good != name {
        return Some(no_good(name, &good));
    }
    let is_taken = OF_RUST.contains(&name) || !is_identifier(name);
    is_taken.then(|| format!("{name:?} means something else to Rust"))
}

/// What is wrong with an operation id.
pub fn operation_problem(id: &str) -> Option<String> {
    let good = operation_name(id);
    if good != id {
        Some(no_good(id, &good))
    } else if OF_THE_CLIENT.contains(&id) {
        Some(format!("{id:?} is taken: the generated client has something of that name"))
    } else if OF_THE_MOCK_SERVER.contains(&id) {
        Some(format!("{id:?} is taken: a mock server has something of that name"))
    } else {
        (!is_identifier(id)).then(|| format!("{id:?} means something else to Rust"))
    }
}

fn no_good(name: &str, good: &str) -> String {
    if good.is_empty() {
        format!("{name:?} has no letter to make a Rust name of")
    } else {
        format!("{name:?} does not make a good Rust name; {good:?} would")
    }
}

/// Whether it is an identifier, now and in the editions to come.
fn is_identifier(name: &str) -> bool {
    name != "gen" && syn::parse_str::<syn::Ident>(name).is_ok()
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
    fn what_is_made_is_left_as_it_is() {
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
    fn a_prefix_is_whole_words() {
        for (name, made) in [
            ("dlp_thing", "Thing"),
            ("DLPThing", "Thing"),
            ("dlp_dlp_other", "Other"),
            ("dlphin", "Dlphin"),
            ("dlp", "Dlp"),
            ("dlp_1thing", "X1thing"),
            ("thing_dlp", "ThingDlp"),
        ] {
            assert_eq!(type_name(name, Some("dlp")), made, "{name}");
        }
        assert_eq!(type_name("dlp_thing", None), "DlpThing");
        assert_eq!(type_name("dlp_thing", Some("")), "DlpThing");
    }

    #[test]
    fn a_name_that_is_taken_is_a_problem() {
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
