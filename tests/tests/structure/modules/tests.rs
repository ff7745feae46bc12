//! The finder, on small crates.

use std::collections::BTreeMap;
use std::path::Path;

use super::cycles_of;

/// The cycles of a crate whose root is `lib.rs`.
fn cycles(files: &[(&str, &str)]) -> Vec<String> {
    let files: BTreeMap<_, _> = files.iter().copied().collect();
    cycles_of(Path::new("lib.rs"), &|path| files.get(path.to_str().unwrap()).map(|text| (*text).to_owned()))
}

const NONE: [String; 0] = [];

#[test]
fn cycle_of_imports_is_printed_with_every_place() {
    let found = cycles(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "use std::fmt;\n\nuse crate::b::{self, B};\n"),
        ("b/mod.rs", "mod inner;\npub struct B;\n"),
        ("b/inner.rs", "use super::super::a;\n"),
    ]);
    let expected = "cycle a -> b -> a\n  a -> b  a.rs:3  crate::b\n  a -> b  a.rs:3  crate::b::B\n  \
                    b -> a  b/inner.rs:1  super::super::a\n";
    assert_eq!(found, [expected]);
}

#[test]
fn cycle_through_a_reexport_is_found() {
    for root in [
        "mod a; mod b; pub use b::B;",
        "mod a; mod b; pub use self::b::B;",
        "mod a; mod b; pub use crate::b::Original as B;",
        "mod a; mod b; use b::*;",
        "mod a; mod b; mod c; pub use c::B;",
        "mod a; mod b; mod c; pub use c::*;",
    ] {
        let b = "pub struct B; pub struct Original; fn f() -> crate::a::A { crate::a::A }";
        let files =
            [("lib.rs", root), ("a.rs", "pub struct A(crate::B);"), ("b.rs", b), ("c.rs", "pub use crate::b::B;")];
        let found = cycles(&files);
        assert_eq!(found.len(), 1, "{root}");
        assert!(found[0].contains("  a -> b  a.rs:1  crate::B\n"), "{root}: {found:?}");
    }
}

#[test]
fn reexport_of_a_reexport_leads_to_the_definition_only() {
    let files = [
        ("lib.rs", "mod facade; mod inner; pub use facade::Thing;"),
        ("facade.rs", "pub use crate::inner::Thing;"),
        ("inner.rs", "pub struct Thing; fn f(_: crate::Thing) {}"),
    ];
    assert_eq!(cycles(&files), NONE);
}

#[test]
fn cycle_through_a_fully_qualified_path_is_found() {
    for use_of_a in [
        "fn f() { crate::a::go(); }",
        "fn f() { let _ = super::a::A::<u8>::new; }",
        "struct S { field: Vec<crate::a::A> }",
        "impl From<crate::a::A> for u8 {}",
        "fn f() { println!(\"{}\", 1 + crate::a::N); }",
        "fn f() { if let crate::a::A { .. } = x {} }",
        "#[derive(crate::a::Derive)] struct S;",
        "struct S { #[serde(with = \"crate::a::seconds\")] field: u8 }",
        "fn f() { use crate::a::A; }",
        "mod deep { fn f() { super::super::a::go() } }",
        "#[cfg(any(test, unix))] use crate::a::A;",
        "#[cfg(not(test))] use crate::a::A;",
        "use crate::*;",
    ] {
        let files =
            [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b; pub struct A; pub fn go() {}"), ("b.rs", use_of_a)];
        let found = cycles(&files);
        assert_eq!(found.len(), 1, "{use_of_a}");
        assert!(found[0].starts_with("cycle a -> b -> a\n"), "{found:?}");
    }
}

#[test]
fn cycle_that_only_tests_make_does_not_count() {
    for test_only in [
        "#[cfg(test)] mod tests { use crate::a::A; }",
        "#[cfg(test)] mod tests;",
        "#[cfg(all(test, unix))] use crate::a::A;",
        "#[cfg(test)] impl From<crate::a::A> for u8 {}",
        "struct S; impl S { #[cfg(test)] fn f() { crate::a::go() } }",
        "struct S { #[cfg(test)] field: crate::a::A }",
    ] {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b;"), ("b.rs", test_only)];
        assert_eq!(cycles(&files), NONE, "{test_only}");
    }
}

#[test]
fn what_is_no_dependency_makes_no_cycle() {
    for harmless in [
        "use other::a::A;",
        "use ::a::A;",
        "/// See [`crate::a::A`].\nstruct S;",
        "// crate::a::A\n",
        "const TEXT: &str = \"crate\";",
        "pub(in crate::b) struct S; pub(crate) struct T; pub(super) struct U;",
        "mod a { pub struct A; } use self::a::A; fn f() { a::A; }",
        "use crate::root_function;",
    ] {
        let files =
            [("lib.rs", "mod a; mod b; pub fn root_function() {}"), ("a.rs", "use crate::b;"), ("b.rs", harmless)];
        assert_eq!(cycles(&files), NONE, "{harmless}");
    }
}

#[test]
fn longer_cycle_is_found_and_separate_cycles_are_all_reported() {
    let found = cycles(&[
        ("lib.rs", "mod a; mod b; mod c; mod d { use crate::e; } mod e { use super::d; } mod f { use crate::a; }"),
        ("a.rs", "use crate::b;"),
        ("b.rs", "use crate::c;"),
        ("c.rs", "use crate::a;"),
    ]);
    let first_lines: Vec<_> = found.iter().map(|cycle| cycle.lines().next().unwrap()).collect();
    assert_eq!(first_lines, ["cycle d -> e -> d", "cycle a -> b -> c -> a"]);
}

#[test]
fn cycles_that_share_a_module_are_all_reported() {
    let found = cycles(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::{b, c};"),
        ("b.rs", "use crate::a;"),
        ("c.rs", "use crate::a;"),
    ]);
    let first_lines: Vec<_> = found.iter().map(|cycle| cycle.lines().next().unwrap()).collect();
    assert_eq!(first_lines, ["cycle a -> b -> a", "cycle a -> c -> a"]);
}

#[test]
#[should_panic(expected = "the module missing is in none of the files")]
fn module_without_a_file_is_an_error() {
    cycles(&[("lib.rs", "mod missing;")]);
}
