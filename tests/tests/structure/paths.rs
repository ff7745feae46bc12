//! The documents in the root folder name files and folders that exist.

use std::collections::BTreeSet;
use std::fs;

use crate::workspace::{files, relative, root};

const DOCUMENTS: [&str; 4] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"];

/// Files that a reader makes by a recipe.
const TO_BE_MADE: [&str; 1] = ["crates/access-groups/src/lib.rs"];

/// The paths that a text names: words that end with `.rs` or a slash, and have only letters, digits and `_-./`. Paths of the
/// API, which begin with a slash, are none.
fn paths(text: &str) -> BTreeSet<&str> {
    let words = text.split(|char: char| char.is_whitespace() || "`(),;".contains(char));
    let words = words.map(|word| word.trim_end_matches(['.', ':', '?']));
    let is_plain = |word: &str| word.chars().all(|char| char.is_ascii_alphanumeric() || "_-./".contains(char));
    words
        .filter(|word| (word.ends_with(".rs") || word.ends_with('/')) && !word.starts_with('/') && is_plain(word))
        .collect()
}

/// Whether a path of the checkout ends with the given one. A part in capitals, such as `NAME`, stands for any other.
fn is_end_of(path: &str, whole: &str) -> bool {
    let (mut parts, mut whole) = (path.trim_end_matches('/').rsplit('/'), whole.rsplit('/'));
    let is_placeholder = |part: &str| part.chars().all(|char| char.is_ascii_uppercase());
    parts.all(|part| whole.next().is_some_and(|other| part == other || is_placeholder(part)))
}

#[test]
fn documents_name_files_and_folders_that_exist() {
    let found = files(root(), &["json", "rs", "toml", "txt"]);
    let folders = found.iter().flat_map(|path| path.ancestors().skip(1).take_while(|path| *path != root()));
    let folders: BTreeSet<_> = folders.map(relative).collect();
    let found: BTreeSet<_> = found.iter().map(|path| relative(path)).collect();
    let exists = |path: &str| {
        let whole = if path.ends_with('/') { &folders } else { &found };
        whole.iter().any(|whole| is_end_of(path, whole))
    };

    let mut named = BTreeSet::new();
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for path in paths(&text) {
            if !exists(path) && !TO_BE_MADE.contains(&path) {
                missing.push(format!("{document}: {path}"));
            }
            named.insert(path.to_owned());
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(named.len() > 30, "only {} paths were found", named.len());
    for path in TO_BE_MADE {
        assert!(named.contains(path) && !exists(path), "{path} needs no exception");
    }
}

#[test]
fn path_is_found_in_prose_code_and_links_and_compared_part_by_part() {
    let text = "See [a](b/c.rs), `d/` and\n  e/  f.rs: `/accounts/`, https://docs.rs/x/, s/.*[#@]//, g.rsx, or / h.";
    assert_eq!(paths(text), ["b/c.rs", "d/", "e/", "f.rs"].into());
    assert!(is_end_of("c.rs", "b/c.rs") && is_end_of("b/c.rs", "b/c.rs") && is_end_of("spec/NAME/", "spec/x"));
    assert!(!is_end_of("a/b/c.rs", "b/c.rs") && !is_end_of(".rs", "b/c.rs") && !is_end_of("b/d.rs", "b/c.rs"));
}
