//! Documents of many megabytes, in the shape of a vendor's. The tests count operations, schemas and changes;
//! `cargo bench -p xtask` measures the time.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic fails the test, as it should"
)]

mod support;

use std::fs;

use serde_json::Value;

use xtask_diff::Class;

const MB: usize = 1_000_000;

fn import(text: &str, slice: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vendor.json");
    fs::write(&file, text).unwrap();
    let import = support::sdk(slice).import(&file, "2026-01-02").unwrap();
    serde_json::from_str(&import.text).unwrap()
}

fn counts(document: &Value) -> (usize, usize) {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.values().map(|item| item.as_object().unwrap().len()).sum();
    (operations, document["components"]["schemas"].as_object().unwrap().len())
}

#[test]
fn slice_is_cut_out_of_fifty_megabytes() {
    let (text, resources) = support::text(50 * MB);
    let slice = import(&text, &support::slice_of(resources / 2));
    assert_eq!(counts(&slice), (support::OPERATIONS, support::SHARED_SCHEMAS + support::SCHEMAS));
}

/// The document is small, since fifty megabytes as a whole take minutes without optimization.
#[test]
fn whole_document_is_imported_and_compared() {
    let (text, resources) = support::text(6 * MB);
    let whole = import(&text, support::WHOLE);
    let schemas = support::SHARED_SCHEMAS + resources * support::SCHEMAS;
    assert_eq!(counts(&whole), (resources * support::OPERATIONS, schemas));

    let document: Value = serde_json::from_str(&text).unwrap();
    let step = 100;
    let changes = xtask_diff::compare(&document, &support::changed(&document, resources, step));
    let changed = resources.div_ceil(step);
    // The removed property breaks the response; the new value is additive in request and response.
    for (class, count) in [(Class::Breaking, changed), (Class::Additive, 2 * changed), (Class::Documentation, changed)]
    {
        assert_eq!(changes.iter().filter(|change| change.class == class).count(), count, "{class:?}");
    }
}
