//! Documents of many megabytes, in the shape of a vendor's. The tests count what comes out; `cargo bench -p xtask`
//! measures the time.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what panics here is a test that has found something"
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
fn a_slice_is_cut_out_of_fifty_megabytes() {
    let (text, resources) = support::text(50 * MB);
    let slice = import(&text, &support::slice_of(resources / 2));
    assert_eq!(counts(&slice), (support::OPERATIONS, support::SHARED_SCHEMAS + support::SCHEMAS));
}

/// Smaller than it could be: without optimization, the whole of fifty megabytes takes minutes.
#[test]
fn the_whole_of_a_document_is_imported_and_compared() {
    let (text, resources) = support::text(6 * MB);
    let whole = import(&text, support::WHOLE);
    let schemas = support::SHARED_SCHEMAS + resources * support::SCHEMAS;
    assert_eq!(counts(&whole), (resources * support::OPERATIONS, schemas));

    let document: Value = serde_json::from_str(&text).unwrap();
    let step = 100;
    let changes = xtask_diff::compare(&document, &support::changed(&document, resources, step));
    let changed = resources.div_ceil(step);
    // The property is gone from what comes back; the value is new there and in what is sent.
    for (class, count) in [(Class::Breaking, changed), (Class::Additive, 2 * changed), (Class::Documentation, changed)]
    {
        assert_eq!(changes.iter().filter(|change| change.class == class).count(), count, "{class:?}");
    }
}
