//! Parameters are encoded by `api_runtime`, in the client and in mocks.
//!
//! The generated client encodes values in paths and headers by `Display`, which for a date-time does not conform to RFC
//! 3339. It also accepts `..` in a path, which URL parsers remove together with the segment before it. The functions of
//! `api_runtime` encode the value's JSON text, and reject values that no request can contain.
//!
//! Seen in: the generator; Cloudflare's document of 2024-08-06 has 59 parameters that are dates.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, FnArg, Ident, Lit, Macro, Pat, PatType, Token, Type, parse_quote};

use super::path_parameters::{PathParameter, path_parameters};
use crate::syntax::{client_blocks_mut, last_segment, methods_mut};
use xtask_document::operation::operations;

pub(crate) fn apply(file: &mut syn::File, document: &Value) -> Result<()> {
    let paths: BTreeMap<_, _> =
        operations(document).filter_map(|operation| Some((operation.id()?, operation.path))).collect();
    let mut unexpected = Vec::new();
    let mut methods = 0_usize;
    for method in client_blocks_mut(file).flat_map(methods_mut) {
        let id = method.sig.ident.to_string();
        let Some(path) = paths.get(id.as_str()) else { continue };
        let texts = method.sig.inputs.iter().filter_map(text_argument).collect();
        let mut pass = Parameters { parameters: path_parameters(path).collect(), texts, has_url: false };
        pass.visit_block_mut(&mut method.block);
        methods = methods.saturating_add(1);
        if !pass.has_url {
            unexpected.push(id);
        }
    }
    ensure!(
        unexpected.is_empty(),
        "expected `format!(\"…\", self.baseurl, encode_path(&value.to_string()), …)` in {unexpected:?}"
    );
    ensure!(methods == paths.len(), "expected a method for each of {} operations, found {methods}", paths.len());
    Ok(())
}

struct Parameters<'a> {
    /// The path's parameters, in the order of the path.
    parameters: Vec<PathParameter<'a>>,
    /// The method's arguments of the type `&str`, which need no copy.
    texts: BTreeSet<Ident>,
    /// Whether the `format!` of the URL was found.
    has_url: bool,
}

impl VisitMut for Parameters<'_> {
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        visit_mut::visit_expr_mut(self, value);
        if let Some(pairs) = query_pairs(value) {
            *value = pairs;
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "append"
            && let (Some(name), Some(value)) = (call.args.first(), call.args.get(1).and_then(header_text))
        {
            let header = parse_quote! { ::api_runtime::header_parameter(#name, &#value)? };
            call.args = [name.clone(), header].into_iter().collect();
        }
    }

    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if item.path.is_ident("format")
            && let Some(tokens) = segments(&item.tokens, &self.parameters, &self.texts)
        {
            item.tokens = tokens;
            self.has_url = true;
        }
        visit_mut::visit_macro_mut(self, item);
    }
}

/// The arguments of the `format!` that writes the URL, encoded by `api_runtime`.
fn segments(tokens: &TokenStream, parameters: &[PathParameter<'_>], texts: &BTreeSet<Ident>) -> Option<TokenStream> {
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()).ok()?;
    let mut arguments = arguments.into_iter();
    let pattern = arguments.next().filter(is_text)?;
    let base_url = arguments.next().filter(|base_url| quote! { #base_url }.to_string() == "self . baseurl")?;
    let mut parameters = parameters.iter();
    let values: Vec<_> =
        arguments.map(|argument| encoded(*parameters.next()?, &argument, texts)).collect::<Option<_>>()?;
    parameters.next().is_none().then(|| quote! { #pattern, #base_url, #(#values),* })
}

/// `::api_runtime::query_pairs("name", &value)?` for `QueryParam::new("name", &value)`.
fn query_pairs(value: &Expr) -> Option<Expr> {
    let Expr::Call(call) = value else { return None };
    let is_query = call.func.to_token_stream().to_string() == "progenitor_client :: QueryParam :: new";
    let arguments = &call.args;
    is_query.then(|| parse_quote! { ::api_runtime::query_pairs(#arguments)? })
}

/// `value` of `value.to_string().try_into()?`.
fn header_text(value: &Expr) -> Option<Expr> {
    let Expr::Try(result) = value else { return None };
    let Expr::MethodCall(conversion) = &*result.expr else { return None };
    let Expr::MethodCall(text) = &*conversion.receiver else { return None };
    (conversion.method == "try_into" && text.method == "to_string").then(|| (*text.receiver).clone())
}

fn is_text(argument: &Expr) -> bool {
    matches!(argument, Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)))
}

/// The name of an argument of the type `&str`.
fn text_argument(argument: &FnArg) -> Option<Ident> {
    let FnArg::Typed(PatType { pat, ty, .. }) = argument else { return None };
    match (&**pat, &**ty) {
        (Pat::Ident(pattern), Type::Reference(reference)) => {
            (last_segment(&reference.elem)? == "str").then(|| pattern.ident.clone())
        }
        _ => None,
    }
}

/// The segment for `encode_path(&value.to_string())`. Text needs no copy.
fn encoded(parameter: PathParameter<'_>, argument: &Expr, texts: &BTreeSet<Ident>) -> Option<Expr> {
    let Expr::Call(call) = argument else { return None };
    let Expr::Path(function) = &*call.func else { return None };
    let (Some(Expr::Reference(text)), 1) = (call.args.first(), call.args.len()) else { return None };
    let Expr::MethodCall(copy) = &*text.expr else { return None };
    let value = &copy.receiver;
    let is_text = texts.iter().any(|name| is_variable(value, name));
    (function.path.is_ident("encode_path") && copy.method == "to_string").then(|| {
        let name = parameter.name;
        let (function, value) = match is_text {
            true => (parameter.text_encoder(), quote! { #value }),
            false => (parameter.encoder(), quote! { &#value }),
        };
        parse_quote! { ::api_runtime::#function(#name, #value)? }
    })
}

fn is_variable(value: &Expr, name: &Ident) -> bool {
    matches!(value, Expr::Path(path) if path.path.is_ident(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::syntax::assert_same;

    fn document() -> Value {
        json!({"paths": {"/things/{thing-id}/{type}": {"get": {"operationId": "get_thing"}}}})
    }

    #[test]
    fn value_of_a_path_parameter_is_checked_under_its_name_in_the_document() {
        let mut file: syn::File = parse_quote! {
            impl Client {
                fn get_thing(&self, thing_id: &Uuid, type_: &'a str) {
                    format!("{}/things/{}/{}", self.baseurl, encode_path(&thing_id.to_string()), encode_path(&type_.to_string()),);
                }
            }
        };
        apply(&mut file, &document()).unwrap();
        let expected: syn::File = parse_quote! {
            impl Client {
                fn get_thing(&self, thing_id: &Uuid, type_: &'a str) {
                    format!(
                        "{}/things/{}/{}", self.baseurl, ::api_runtime::path_parameter("thing-id", &thing_id)?,
                        ::api_runtime::path_segment("type", type_)?
                    );
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn unexpected_code_for_a_url_is_an_error() {
        for body in [
            quote! { format!("{}/things/{}", self.baseurl, encode_path(&thing_id.to_string())) },
            quote! { format!("{}/things/{}/{}", self.baseurl, encode_path(&a.to_string()), b) },
            quote! { format!("{}/things/{}/{}", base, encode_path(&a.to_string()), encode_path(&b.to_string())) },
            quote! { url },
        ] {
            let mut file = parse_quote! { impl Client { fn get_thing(&self) { #body; } } };
            assert!(apply(&mut file, &document()).is_err(), "{body}");
        }
        assert!(apply(&mut parse_quote! { impl Client {} }, &document()).is_err());
    }

    #[test]
    fn header_and_query_parameter_are_encoded_under_their_names() {
        let mut file: syn::File = parse_quote! {
            impl Client {
                fn get_thing(&self) {
                    let url = format!("{}/things/{}/{}", self.baseurl, encode_path(&a.to_string()), encode_path(&b.to_string()));
                    header_map.append("api-version", HeaderValue::from_static(REVISION));
                    if let Some(value) = since {
                        header_map.append("If-Modified-Since", value.to_string().try_into()?);
                    }
                    let request = self.client.get(url).query(&progenitor_client::QueryParam::new("page-size", &page_size));
                }
            }
        };
        apply(&mut file, &document()).unwrap();
        let expected: syn::File = parse_quote! {
            impl Client {
                fn get_thing(&self) {
                    let url = format!(
                        "{}/things/{}/{}", self.baseurl, ::api_runtime::path_parameter("thing-id", &a)?,
                        ::api_runtime::path_parameter("type", &b)?
                    );
                    header_map.append("api-version", HeaderValue::from_static(REVISION));
                    if let Some(value) = since {
                        header_map
                            .append("If-Modified-Since", ::api_runtime::header_parameter("If-Modified-Since", &value)?);
                    }
                    let request = self.client.get(url).query(&::api_runtime::query_pairs("page-size", &page_size)?);
                }
            }
        };
        assert_same(&file, &expected);
    }
}
