use serde_json::json;

use super::*;

/// The lines of a file.
#[track_caller]
fn lines(code: &str) -> Vec<String> {
    let surface = Surface::extract(&syn::parse_file(code).unwrap()).unwrap();
    surface.lines().map(str::to_owned).collect()
}

/// The effect of replacing one file by another.
#[track_caller]
fn class(old: &str, new: &str) -> Option<Class> {
    let [old, new] = [old, new].map(|code| Surface::extract(&syn::parse_file(code).unwrap()).unwrap());
    old.compare(&new).worst()
}

#[test]
fn struct_is_listed_with_its_public_fields_and_traits() {
    let code = "#[derive(Clone, Debug)] #[non_exhaustive] pub struct A { pub a: ::std::string::String, b: u8 }
                pub struct Unit;
                pub struct Id(pub u64);
                struct Private { pub a: u8 }
                impl Clone for Private {}
                impl ::std::fmt::Display for A {}";
    assert_eq!(
        lines(code),
        [
            "A.a: String",
            "Id is exhaustive: 0",
            "Id.0: u64",
            "Unit is exhaustive",
            "impl Clone for A",
            "impl Debug for A",
            "impl std::fmt::Display for A",
            "struct A {..}",
            "struct Id(..)",
            "struct Unit",
        ]
    );
}

#[test]
fn enum_is_listed_with_its_variants() {
    let code = "#[non_exhaustive] pub enum Open { A, B(u8), #[non_exhaustive] C { c: u16 } }
                pub enum Closed { A = 1 }";
    assert_eq!(
        lines(code),
        [
            "Closed is exhaustive: A",
            "Closed::A = 1",
            "Closed::A is exhaustive",
            "Open::A",
            "Open::A is exhaustive",
            "Open::B is exhaustive: 0",
            "Open::B(..)",
            "Open::B.0: u8",
            "Open::C {..}",
            "Open::C.c: u16",
            "enum Closed",
            "enum Open",
        ]
    );
}

#[test]
fn method_is_listed_without_the_names_of_its_parameters() {
    let code = "pub struct A { a: u8 }
                impl A {
                    pub async fn get<'a>(&'a self, id: &'a str, mut n: Option<u8>) -> Result<Self, Error<B>> {}
                    pub const fn new(self, (a, b): (u8, u16)) where u8: Copy, {}
                    pub fn set(&mut self, f: impl Fn(&str) -> u8 + Send, bytes: &'static [u8]) -> () {}
                    pub const MAX: u8 = 1;
                    fn private(&self) {}
                    pub(crate) fn internal(&self) {}
                    #[doc(hidden)] pub fn hidden(&self) {}
                }
                impl<T: Copy> B<T> { pub fn get(self: Box<Self>) {} }
                pub fn free() -> u8 {}";
    assert_eq!(
        lines(code),
        [
            "A::new is const",
            "async fn A::get<'a>(&'a self, &'a str, Option<u8>) -> Result<A, Error<B>>",
            "const A::MAX: u8",
            "fn A::new(self, (u8, u16)) where u8: Copy",
            "fn A::set(&mut self, impl Fn(&str) -> u8 + Send, &'static [u8])",
            "fn B<T>::get(self: Box<B<T>>) (impl<T: Copy>)",
            "fn free() -> u8",
            "struct A {..}",
        ]
    );
}

#[test]
fn other_items_are_listed() {
    let code = "pub use progenitor_client::{ByteStream as Bytes, Error};
                pub const REVISION: &str = \"2026-01-01\";
                pub static COUNT: u8 = 1;
                pub type Short<T> = Result<T, Error>;
                pub trait Named: Sized { type Of; const ID: u8 = 1; fn name(&self) -> &str; fn long(&self) {} }
                #[macro_export] macro_rules! shown { () => {} }
                macro_rules! private { () => {} }
                pub mod prelude { pub use super::Named; }
                #[cfg(test)] mod tests { pub struct T; }
                const _: () = {};";
    assert_eq!(
        lines(code),
        [
            "Named requires: Of, name",
            "const Named::ID: u8",
            "const REVISION: &str",
            "fn Named::long(&self)",
            "fn Named::name(&self) -> &str",
            "macro shown",
            "static COUNT: u8",
            "trait Named: Sized",
            "type Named::Of",
            "type Short<T> = Result<T, progenitor_client::Error>",
            "use Bytes = progenitor_client::ByteStream",
            "use Error = progenitor_client::Error",
        ]
    );
}

#[test]
fn equal_types_have_one_spelling() {
    let spellings = [
        "pub mod types { pub struct A; pub mod inner { pub fn f(a: super::A, b: String) -> u8 {} } }",
        "pub mod types { pub struct A; pub mod inner { use super::A; pub fn f(a: A, b: ::std::string::String) -> u8 {} } }",
        "pub mod types { pub struct A; pub mod inner { use self::super::A as B; pub fn f(a: B, b: alloc::string::String) -> u8 {} } }",
        "use types::A as Top; pub mod types { pub struct A; pub mod inner { pub fn f(x: super::super::Top, y: String) -> u8 {} } }",
    ];
    for spelling in spellings {
        let lines = lines(spelling);
        assert!(lines.contains(&"fn types::inner::f(types::A, String) -> u8".to_owned()), "{lines:#?}");
    }
    // An absolute path is that of another crate, and a name of the prelude is no import of the root.
    let lines = lines("use other::Vec; pub mod types { pub struct A; pub fn f(a: ::types::A, b: Vec<u8>) {} }");
    assert!(lines.contains(&"fn types::f(types::A, Vec<u8>)".to_owned()), "{lines:#?}");
}

#[test]
fn trailing_comma_changes_nothing() {
    let without = "pub fn f(a: Map<u8, Option<u8>>, b: (u8, u8), c: (u8,), d: fn(u8) -> u8, e: impl Fn(u8)) {}";
    let with = "pub fn f(a: Map<u8, Option<u8,>,>, b: (u8, u8,), c: (u8,), d: fn(u8,) -> u8, e: impl Fn(u8,),) {}";
    assert_eq!(lines(without), ["fn f(Map<u8, Option<u8>>, (u8, u8), (u8,), fn(u8) -> u8, impl Fn(u8))"]);
    assert_eq!(lines(with), lines(without));
}

#[test]
fn imports_that_form_a_cycle_are_resolved_in_bounded_time() {
    let code = "pub mod a { pub use super::b::X; } pub mod b { pub use super::a::X; pub fn f(x: X) {} }";
    assert!(lines(code).iter().any(|line| line.starts_with("fn b::f(")));
}

#[test]
fn implementation_in_a_private_module_counts_for_a_public_type() {
    let code = "pub mod types {
                    pub struct A { a: u8 }
                    mod branches {
                        use super::*;
                        pub struct Branch;
                        pub fn read() {}
                        impl Clone for super::A {}
                        impl Clone for Branch {}
                        impl From<Branch> for u8 {}
                    }
                }";
    assert_eq!(lines(code), ["impl Clone for types::A", "mod types", "struct types::A {..}"]);
}

#[test]
fn trait_is_the_same_derived_or_implemented() {
    let derived = "#[derive(::serde::Deserialize, ::std::hash::Hash)] pub struct A { a: u8 }";
    let implemented = "#[derive(::serde::Deserialize, Hash)] #[serde(remote = \"Self\")] pub struct A { a: u8 }
                       impl<'de> ::serde::Deserialize<'de> for A {}";
    assert_eq!(lines(derived), lines(implemented));
    let remote = "#[derive(::serde::Deserialize, Hash)] #[serde(remote = \"Self\")] pub struct A { a: u8 }";
    assert_eq!(class(derived, remote), Some(Class::Breaking));
}

#[test]
fn trait_with_an_associated_type_lists_that_type() {
    let code = "pub mod types { pub struct A { a: u8 } pub struct E { e: u8 }
                impl ::std::str::FromStr for A { type Err = self::E; }
                impl From<A> for ::serde_json::Value { fn from(a: A) -> Self {} } }";
    let lines = lines(code);
    for line in [
        "impl From<types::A> for serde_json::Value",
        "impl std::str::FromStr for types::A",
        "type <types::A as std::str::FromStr>::Err = types::E",
    ] {
        assert!(lines.contains(&line.to_owned()), "{lines:#?}");
    }
}

#[test]
fn exhaustiveness_decides_the_class_of_an_addition() {
    let [breaking, additive] = [Some(Class::Breaking), Some(Class::Additive)];
    for (old, new, expected) in [
        ("pub enum E { A }", "pub enum E { A, B }", breaking),
        ("#[non_exhaustive] pub enum E { A }", "#[non_exhaustive] pub enum E { A, B }", additive),
        ("pub enum E { A }", "#[non_exhaustive] pub enum E { A }", breaking),
        ("#[non_exhaustive] pub enum E { A }", "pub enum E { A }", additive),
        ("pub struct S { pub a: u8 }", "pub struct S { pub a: u8, pub b: u8 }", breaking),
        ("pub struct S { pub a: u8 }", "pub struct S { pub a: u8, b: u8 }", breaking),
        ("pub struct S { a: u8 }", "pub struct S { a: u8, b: u8 }", None),
        ("pub struct S { pub a: u8, b: u8 }", "#[non_exhaustive] pub struct S { pub a: u8, b: u8 }", None),
        ("pub struct S { pub a: u8 }", "#[non_exhaustive] pub struct S { pub a: u8 }", breaking),
        ("#[non_exhaustive] pub struct S { pub a: u8 }", "pub struct S { pub a: u8 }", additive),
        ("#[non_exhaustive] pub struct S {}", "#[non_exhaustive] pub struct S { pub a: u8 }", additive),
        ("pub enum E { A { a: u8 } }", "pub enum E { A { a: u8, b: u8 } }", breaking),
        ("pub enum E { #[non_exhaustive] A {} }", "pub enum E { #[non_exhaustive] A { b: u8 } }", additive),
        ("pub enum E { A(u8) }", "pub enum E { #[non_exhaustive] A(u8) }", breaking),
        ("pub enum E { #[non_exhaustive] A(u8) }", "pub enum E { A(u8) }", additive),
        ("pub enum E { A }", "pub enum E { #[non_exhaustive] A }", breaking),
        ("pub enum E { #[non_exhaustive] A }", "pub enum E { #[non_exhaustive] A(u8) }", breaking),
    ] {
        assert_eq!(class(old, new), expected, "{old} becomes {new}");
    }
}

#[test]
fn signature_and_trait_changes_are_classified() {
    let method = |signature: &str| format!("pub struct S {{ a: u8 }} impl S {{ {signature} {{}} }}");
    let [breaking, additive] = [Some(Class::Breaking), Some(Class::Additive)];
    for (old, new, expected) in [
        ("pub fn f(a: u8)", "pub fn f(b: u8)", None),
        ("pub fn f(a: u8)", "pub fn f(mut a: u8) -> ()", None),
        ("pub fn f(a: u8)", "pub fn f(a: u16)", breaking),
        ("pub fn f(a: u8)", "pub async fn f(a: u8)", breaking),
        ("pub fn f(a: u8)", "pub const fn f(a: u8)", additive),
        ("pub const fn f(a: u8)", "pub fn f(a: u8)", breaking),
        ("pub fn f(a: u8)", "pub fn f(a: u8) -> u8", breaking),
        ("pub fn f(a: u8)", "fn f(a: u8)", breaking),
    ] {
        assert_eq!(class(&method(old), &method(new)), expected, "{old} becomes {new}");
    }
    let named = "pub trait T { fn a(&self); }";
    assert_eq!(class(named, "pub trait T { fn a(&self); fn b(&self); }"), breaking);
    assert_eq!(class(named, "pub trait T { fn a(&self); fn b(&self) {} }"), additive);
}

#[test]
fn item_with_unknown_users_is_an_error() {
    for (code, part) in [
        ("make_types! {}", "`make_types!` may expand to public items"),
        ("pub use types::*; pub mod types {}", "`pub use types::*` re-exports names"),
        ("pub union U { a: u8 }", "this kind of public item: `pub union U"),
        ("pub struct A; impl A { make! {} }", "this item of A: `make ! { }`"),
        ("pub trait T { make! {} }", "this item of T: `make ! { }`"),
    ] {
        let error = Surface::extract(&syn::parse_file(code).unwrap()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn changed_item_is_paired_with_its_replacement() {
    let surface = |lines: &[&str]| {
        let mut all = Surface::default();
        all.add("things-api", &Surface::from_lines(lines.iter().copied()));
        all
    };
    let old = surface(&[
        "A.a: u8",
        "A is exhaustive: a",
        "fn A::f<'a>(&'a self)",
        "impl From<B> for A",
        "E::V(..)",
        "const C: u8",
    ]);
    let new = surface(&[
        "A.a: u16",
        "A is exhaustive: a, b",
        "async fn A::f(&self) -> u8",
        "impl From<C> for A",
        "E::V {..}",
    ]);
    let changes: Vec<_> = old.compare(&new).changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "changed `things-api: A is exhaustive: a` to `things-api: A is exhaustive: a, b`",
            "changed `things-api: A.a: u8` to `things-api: A.a: u16`",
            "changed `things-api: E::V(..)` to `things-api: E::V {..}`",
            "removed `things-api: const C: u8`",
            "changed `things-api: fn A::f<'a>(&'a self)` to `things-api: async fn A::f(&self) -> u8`",
            "removed `things-api: impl From<B> for A`",
            "added `things-api: impl From<C> for A`",
        ]
    );
    assert_eq!(old.compare(&old), SurfaceDiff::default());
}

#[test]
fn annotated_reference_keeps_its_type_if_its_target_becomes_an_all_of() {
    let field = |target: Value| {
        let to = json!({"$ref": "#/components/schemas/Other"});
        let schema = json!({"type": "object", "properties": {"a": {"allOf": [to, {"description": "d"}]}}});
        let content = json!({"application/json": {"schema": schema}});
        let operation =
            json!({"operationId": "get_thing", "responses": {"200": {"description": "d", "content": content}}});
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/things": {"get": operation}},
            "components": {"schemas": {"Other": target}},
        });
        let surface = Surface::of_document(&crate::imported(&document).unwrap()).unwrap();
        let field = surface.lines().find(|line| line.contains("GetThingResponse.a")).map(str::to_owned);
        field.unwrap()
    };
    let object = json!({"type": "object", "properties": {"b": {"type": "string"}}});
    let all_of = field(json!({"allOf": [object]}));
    assert!(all_of.ends_with("Option<types::Other>"), "{all_of}");
    assert_eq!(field(object), all_of);
}
