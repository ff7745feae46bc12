//! How long a hand-written file may be.
//!
//! Clippy checks the length of functions: see `too-many-lines-threshold` in `clippy.toml`.

use std::fs;
use std::path::Path;

use syn::Item;
use syn::spanned::Spanned;

use crate::modules::is_test_only;
use crate::workspace::{files, relative, root};

/// The most lines of a hand-written file, without its `#[cfg(test)]` modules.
const MOST_LINES: usize = 400;

/// Whether a file holds tests only: it is in a folder `tests`, or it is a `tests.rs`.
fn is_test_file(path: &Path) -> bool {
    let is_named_tests = |part: std::path::Component<'_>| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs";
    path.components().any(is_named_tests)
}

/// The lines of a file, without those of its `#[cfg(test)]` modules.
fn lines_outside_tests(source: &str) -> usize {
    let lines = source.lines().count();
    if lines <= MOST_LINES {
        return lines;
    }
    let file = syn::parse_file(source).unwrap();
    let in_tests: usize = file
        .items
        .iter()
        .filter(|item| matches!(item, Item::Mod(module) if is_test_only(&module.attrs)))
        .map(|module| module.span().end().line - module.span().start().line + 1)
        .sum();
    lines - in_tests
}

#[test]
fn hand_written_files_have_at_most_400_lines_outside_tests() {
    let mut checked = 0;
    let mut too_long = Vec::new();
    for path in ["crates", "tests", "xtask"].into_iter().flat_map(|folder| files(&root().join(folder), &["rs"])) {
        let source = fs::read_to_string(&path).unwrap();
        let name = relative(&path);
        if source.starts_with("// @generated") || is_test_file(Path::new(&name)) {
            continue;
        }
        checked += 1;
        let lines = lines_outside_tests(&source);
        if lines > MOST_LINES {
            too_long.push(format!("{name} has {lines} lines"));
        }
    }
    assert!(checked > 50, "only {checked} files were checked");
    assert_eq!(too_long, Vec::<String>::new());
}

#[test]
fn lines_of_test_modules_are_not_counted() {
    let code = "fn f() {}\n".repeat(MOST_LINES);
    let tests = "#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n";
    assert_eq!(lines_outside_tests(&code), MOST_LINES);
    assert_eq!(lines_outside_tests(&format!("{code}{tests}")), MOST_LINES);
    assert_eq!(lines_outside_tests(&format!("{code}{tests}fn h() {{}}\n")), MOST_LINES + 1);
}

#[test]
fn test_file_is_recognized_by_its_path() {
    for path in ["tests/src/lib.rs", "crates/pets/tests/cli.rs", "xtask/src/lint/tests.rs"] {
        assert!(is_test_file(Path::new(path)), "{path}");
    }
    for path in ["crates/pets/src/lib.rs", "xtask/src/contests.rs"] {
        assert!(!is_test_file(Path::new(path)), "{path}");
    }
}
