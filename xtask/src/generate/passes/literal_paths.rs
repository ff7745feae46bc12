//! A mock's paths match literally: the generator makes regular expressions of them, into which it puts the paths of the
//! document and the values of their parameters as they are. `a.c` would also match `abc`, and `(a)` would not match
//! itself.
//!
//! A value is encoded as the client encodes it, since a mock server matches the encoded path. One that the client
//! rejects fails the test that makes the mock.

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::{Map, Value};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItemFn, LitStr, Macro};

/// Escapes the paths of a document, but for their parameters. In the generated code nobody can tell any more what was
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

pub(crate) fn apply(file: &mut syn::File) -> Result<()> {
    let mut pass = LiteralPaths::default();
    pass.visit_file_mut(file);
    ensure!(pass.unknown.is_empty(), "expected `format!(\"^…$\", value.to_string())`, found {:?}", pass.unknown);
    Ok(())
}

#[derive(Default)]
struct LiteralPaths {
    /// The method that is visited: it has the parameter's name.
    method: String,
    unknown: Vec<String>,
}

impl VisitMut for LiteralPaths {
    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        self.method = method.sig.ident.unraw().to_string();
        visit_mut::visit_impl_item_fn_mut(self, method);
    }

    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if item.path.is_ident("format") {
            match escaped(&item.tokens, &self.method) {
                Some(tokens) => item.tokens = tokens,
                None => self.unknown.push(item.tokens.to_string()),
            }
        }
        visit_mut::visit_macro_mut(self, item);
    }
}

fn escaped(tokens: &TokenStream, name: &str) -> Option<TokenStream> {
    let pattern: LitStr = syn::parse2(tokens.clone().into_iter().take(1).collect()).ok()?;
    let is_as_expected = tokens.to_string() == quote! { #pattern, value.to_string() }.to_token_stream().to_string();
    let segment = quote! { ::api_runtime::path_segment(#name, &value.to_string()).unwrap() };
    is_as_expected.then(|| quote! { #pattern, ::regex::escape(&#segment) })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::super::assert_same;
    use super::*;

    #[test]
    fn value_of_a_path_parameter_is_encoded_and_escaped() {
        let mut file: syn::File =
            parse_quote! { impl When { fn id() { format!("^/things/{}$", value.to_string()); } } };
        apply(&mut file).unwrap();
        let expected: syn::File = parse_quote! {
            impl When {
                fn id() {
                    format!(
                        "^/things/{}$",
                        ::regex::escape(&::api_runtime::path_segment("id", &value.to_string()).unwrap())
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
        assert!(apply(&mut parse_quote! { fn id() { format!("{value}"); } }).is_err());
    }
}
