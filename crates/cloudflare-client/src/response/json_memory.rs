//! Estimates the memory that a `serde_json::Value` takes. The estimates are upper bounds for large values, and include
//! what an allocator adds.

/// An element of a list. A list grows by doubling, so half of its room may be empty.
pub(crate) const ELEMENT: usize = 64;
/// A node of an object's B-tree, which holds five to eleven entries.
const NODE: usize = 672;
const LEAST_ENTRIES_OF_A_NODE: usize = 5;
/// A string that is not empty, or a key, without its text.
const STRING: usize = 32;

/// The entry of an object with this many entries before it, without key and value.
pub(crate) fn entry(entries_before: usize) -> usize {
    if entries_before.is_multiple_of(LEAST_ENTRIES_OF_A_NODE) { NODE } else { 0 }
}

/// A string, or a key.
pub(crate) fn string(text: &str) -> usize {
    text.len().saturating_add(STRING)
}
