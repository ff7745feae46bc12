//! The `impl` blocks of the mocks, and the operations that they belong to.
//!
//! Seen in: the generator, which writes two types per operation: one matches requests, the other one responds.

use syn::{Item, ItemImpl};

use crate::syntax::implementor;
use xtask_document::operation::Operation;

/// The end of the keys of types that match requests.
pub(super) const WHEN: &str = "when";

/// The end of the keys of types that respond.
pub(super) const THEN: &str = "then";

/// The key of an operation's type, which ends with [`WHEN`] or [`THEN`]; see [`mock_blocks_mut`].
pub(super) fn key(operation: &Operation<'_>, end: &str) -> Option<String> {
    Some(letters(operation.id()?) + end)
}

/// All `impl` blocks, each with the key of its type. A key has no word boundaries, since the generator chooses them.
pub(super) fn mock_blocks_mut(file: &mut syn::File) -> impl Iterator<Item = (String, &mut ItemImpl)> {
    let blocks = blocks_mut(&mut file.items).into_iter();
    blocks.map(|block| (implementor(block).map(|name| letters(&name.to_string())).unwrap_or_default(), block))
}

fn blocks_mut(items: &mut [Item]) -> Vec<&mut ItemImpl> {
    let blocks = items.iter_mut().flat_map(|item| match item {
        Item::Impl(block) => vec![block],
        Item::Mod(module) => module.content.iter_mut().flat_map(|(_, items)| blocks_mut(items)).collect(),
        _ => Vec::new(),
    });
    blocks.collect()
}

fn letters(name: &str) -> String {
    name.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
