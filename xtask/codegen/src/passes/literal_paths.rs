//! A mock's paths match literally.
//!
//! The generator writes regular expressions for paths, but does not escape the document's text or the values of
//! parameters. `a.c` would also match `abc`, and `(a)` would not match itself.
//!
//! A value is encoded by the client's encoder, since a mock server matches the encoded path. A value that the client
//! rejects fails the test that creates the mock, with the client's reason; see [`mock_values`](super::mock_values).
//!
//! Seen in: the generator, and Twilio's document, where most paths have a dot: `/Accounts/{Sid}.json`.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{LitStr, Macro};

use super::mock_blocks::{WHEN, key, mock_blocks_mut};
use super::path_parameters::{PathParameter, path_parameters};
use crate::policies::paths::change_literals;
use xtask_document::operation::Operation;

/// Escapes the literal text of the paths of a document. This happens before generation, since the generated code does
/// not distinguish literal text.
pub(crate) fn escape_paths(document: &mut Value) {
    change_literals(document, regex::escape);
}

pub(crate) fn apply(file: &mut syn::File, operations: &[Operation<'_>]) -> Result<()> {
    let paths: BTreeMap<_, _> =
        operations.iter().filter_map(|operation| Some((key(operation, WHEN)?, operation.path))).collect();
    let mut unknown = Vec::new();
    for (name, block) in mock_blocks_mut(file) {
        let parameters = path_parameters(paths.get(&name).copied().unwrap_or_default()).collect();
        LiteralPaths { parameters, unknown: &mut unknown }.visit_item_impl_mut(block);
    }
    ensure!(unknown.is_empty(), "expected `format!(\"^…$\", value.to_string())`, found {unknown:?}");
    Ok(())
}

struct LiteralPaths<'a> {
    /// The parameters of the path that the visited block matches.
    parameters: Vec<PathParameter<'a>>,
    unknown: &'a mut Vec<String>,
}

impl VisitMut for LiteralPaths<'_> {
    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if item.path.is_ident("format") {
            match escaped(&item.tokens, &self.parameters) {
                Some(tokens) => item.tokens = tokens,
                None => self.unknown.push(item.tokens.to_string()),
            }
        }
        visit_mut::visit_macro_mut(self, item);
    }
}

/// The arguments of the `format!` that writes the pattern for one of the path's parameters.
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

    use super::*;
    use crate::syntax::assert_same;

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
    fn literal_text_of_a_path_is_escaped_and_its_parameters_are_not() {
        let mut document = serde_json::json!({"paths": {"/br/{a.b}/x.y+z/(a)/{id}:on": {"get": {}}}});
        escape_paths(&mut document);
        assert_eq!(document, serde_json::json!({"paths": {r"/br/{a.b}/x\.y\+z/\(a\)/{id}:on": {"get": {}}}}));
    }

    #[test]
    fn unexpected_code_for_a_path_is_an_error() {
        assert!(apply(&mut parse_quote! { impl GetWhen { fn id() { format!("{value}"); } } }, &[]).is_err());
    }
}
