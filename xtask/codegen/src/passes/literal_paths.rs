//! A mock's paths match literally: the generator makes regular expressions of them, into which it puts the paths of the
//! document and the values of their parameters as they are. `a.c` would also match `abc`, and `(a)` would not match
//! itself.
//!
//! A value is encoded as the client encodes it, since a mock server matches the encoded path. One that the client
//! rejects fails the test that makes the mock, with the client's reason; see [`mock_values`](super::mock_values).
//!
//! Seen in: the generator, and Twilio's document, where most paths have a dot: `/Accounts/{Sid}.json`.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::{Map, Value};
use syn::visit_mut::{self, VisitMut};
use syn::{ItemImpl, LitStr, Macro};

use super::implementor;
use super::path_parameters::{PathParameter, path_parameters};
use xtask_document::operation::Operation;

/// Escapes the paths of a document, but for their parameters. The generated code no longer shows what was
/// text.
pub(crate) fn escape_paths(document: &mut Value) {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        *paths = std::mem::take(paths).into_iter().map(|(path, item)| (escape(&path), item)).collect::<Map<_, _>>();
    }
}

fn escape(path: &str) -> String {
    let mut escaped = String::new();
    let mut is_parameter = false;
    for char in path.chars() {
        is_parameter = char == '{' || is_parameter && char != '}';
        if !is_parameter && "\\.+*?()|[]^$#&~-".contains(char) {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

pub(crate) fn apply(file: &mut syn::File, operations: &[Operation<'_>]) -> Result<()> {
    let parameters =
        operations.iter().filter_map(|operation| Some((when(operation)?, path_parameters(operation.path).collect())));
    let mut pass = LiteralPaths { parameters: parameters.collect(), current: Vec::new(), unknown: Vec::new() };
    pass.visit_file_mut(file);
    ensure!(pass.unknown.is_empty(), "expected `format!(\"^…$\", value.to_string())`, found {:?}", pass.unknown);
    Ok(())
}

/// What identifies the type that matches requests of an operation: see [`name_of_when`].
pub(super) fn when(operation: &Operation<'_>) -> Option<String> {
    Some(letters(&format!("{}when", operation.id()?)))
}

/// The name of the type that a block is for, as [`when`] has it: the generator decides where its words begin.
pub(super) fn name_of_when(block: &ItemImpl) -> String {
    implementor(block).map(|name| letters(&name.to_string())).unwrap_or_default()
}

pub(super) fn letters(name: &str) -> String {
    name.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

struct LiteralPaths<'a> {
    /// The path parameters of each operation, by the type that matches its requests.
    parameters: BTreeMap<String, Vec<PathParameter<'a>>>,
    /// Those of the block that is visited.
    current: Vec<PathParameter<'a>>,
    unknown: Vec<String>,
}

impl VisitMut for LiteralPaths<'_> {
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        self.current = self.parameters.get(&name_of_when(block)).cloned().unwrap_or_default();
        visit_mut::visit_item_impl_mut(self, block);
    }

    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if item.path.is_ident("format") {
            match escaped(&item.tokens, &self.current) {
                Some(tokens) => item.tokens = tokens,
                None => self.unknown.push(item.tokens.to_string()),
            }
        }
        visit_mut::visit_macro_mut(self, item);
    }
}

/// The arguments of the `format!` that makes the pattern for one of the path's parameters.
fn escaped(tokens: &TokenStream, parameters: &[PathParameter<'_>]) -> Option<TokenStream> {
    let pattern: LitStr = syn::parse2(tokens.clone().into_iter().take(1).collect()).ok()?;
    let is_as_expected = tokens.to_string() == quote! { #pattern, value.to_string() }.to_token_stream().to_string();
    // The other parameters are `.*`.
    let text = pattern.value();
    let (before, _) = text.split_once("{}")?;
    let parameter = parameters.get(before.matches(".*").count())?;
    let (name, function) = (parameter.name, parameter.encoder());
    let segment = quote! { ::api_runtime::sendable(::api_runtime::#function(#name, &value)) };
    is_as_expected.then(|| quote! { #pattern, ::regex::escape(&#segment) })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::super::assert_same;
    use super::*;

    #[test]
    fn value_of_a_path_parameter_is_encoded_and_escaped_under_its_name_in_the_document() {
        let document = serde_json::json!({"paths": {"/things/{thing-id}/parts/{part}": {"get": {"operationId": "get_m_p_4_part"}}}});
        let operations: Vec<_> = xtask_document::operation::operations(&document).collect();
        let mut file: syn::File = parse_quote! {
            impl GetMp4PartWhen {
                fn thing_id() { format!("^/things/{}/parts/.*$", value.to_string()); }
                fn part() { format!("^/things/.*/parts/{}$", value.to_string()); }
            }
        };
        apply(&mut file, &operations).unwrap();
        let expected: syn::File = parse_quote! {
            impl GetMp4PartWhen {
                fn thing_id() {
                    format!(
                        "^/things/{}/parts/.*$",
                        ::regex::escape(&::api_runtime::sendable(::api_runtime::path_parameter("thing-id", &value)))
                    );
                }
                fn part() {
                    format!(
                        "^/things/.*/parts/{}$",
                        ::regex::escape(&::api_runtime::sendable(::api_runtime::path_parameter("part", &value)))
                    );
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn the_path_of_a_document_is_escaped_and_its_parameters_are_not() {
        let mut document = serde_json::json!({"paths": {"/br/{a.b}/x.y+z/(a)/{id}:on": {"get": {}}}});
        escape_paths(&mut document);
        assert_eq!(document, serde_json::json!({"paths": {r"/br/{a.b}/x\.y\+z/\(a\)/{id}:on": {"get": {}}}}));
    }

    #[test]
    fn a_path_of_another_make_is_an_error() {
        assert!(apply(&mut parse_quote! { fn id() { format!("{value}"); } }, &[]).is_err());
    }
}
