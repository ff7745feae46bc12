//! A mock compares encoded values.
//!
//! The generator encodes parameters of mocks by `Display`, and all bodies as JSON. The client has other encoders, and
//! lists have no `Display`. A mock therefore encodes a value by the function of `api_runtime` that the client uses. For
//! a value that the client rejects, the mock panics at the calling line of the test, with the client's reason.
//!
//! A JSON body is compared after encoding and decoding, since decoding may change the last digit of a number.
//!
//! Seen in: the generator, whose mocks call `to_string` on values that have no `Display`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, FnArg, ImplItemFn, Item, LitStr, parse_quote};

use super::mock_blocks::{WHEN, key, mock_blocks_mut};
use super::query_names::{self, QueryNames};
use xtask_document::media_types::FORM;
use xtask_document::operation::Operation;
use xtask_document::resolved::References;

pub(crate) fn apply(file: &mut syn::File, document: &Value, operations: &[Operation<'_>]) {
    let has_form = |operation: &&Operation<'_>| {
        let has = |media_type: &str| {
            operation.body().is_some_and(|body| body.content().any(|content| content.name == media_type))
        };
        has(FORM) && !has("application/json")
    };
    let when = |operation: &Operation<'_>| key(operation, WHEN);
    let forms: BTreeSet<_> = operations.iter().filter(has_form).filter_map(when).collect();
    let references = References::of(document);
    let queries: BTreeMap<_, _> = operations
        .iter()
        .filter_map(|operation| Some((when(operation)?, query_names::of(&references, operation))))
        .collect();
    let (none, mut has_query) = (QueryNames::new(), false);
    for (name, block) in mock_blocks_mut(file) {
        let (is_request, is_form) = (name.ends_with(WHEN), forms.contains(&name));
        let queries = queries.get(&name).unwrap_or(&none);
        let mut pass = MockValues { queries, is_request, is_form, has_query: false };
        pass.visit_item_impl_mut(block);
        has_query |= pass.has_query;
    }
    if has_query {
        file.items.push(with_query());
    }
}

/// The function that compares the pairs of a query parameter.
fn with_query() -> Item {
    parse_quote! {
        fn with_query(
            when: ::httpmock::When,
            names: ::api_runtime::QueryNames,
            pairs: ::std::vec::Vec<(String, String)>,
        ) -> ::httpmock::When {
            // Each pair on its own, so that a report of a mismatch names it; then all of them.
            let when = pairs.iter().fold(when, |when, (name, value)| when.query_param(name, value));
            when.is_true(move |request| {
                names.has_pairs(request.uri_str().split_once('?').map_or("", |(_, query)| query), &pairs)
            })
        }
    }
}

struct MockValues<'a> {
    /// The names of the query parameters of the visited block.
    queries: &'a QueryNames,
    /// Whether the visited block matches requests.
    is_request: bool,
    /// Whether the requests of the visited block have a form.
    is_form: bool,
    /// Whether a query parameter was found.
    has_query: bool,
}

impl VisitMut for MockValues<'_> {
    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        let body = method.block.to_token_stream().to_string();
        if self.is_request && body.contains(". json_body (value)") {
            for argument in &mut method.sig.inputs {
                if let FnArg::Typed(argument) = argument {
                    *argument.ty = parse_quote! { impl ::std::convert::AsRef<[u8]> };
                }
            }
        }
        if self.is_request && body.contains("value") {
            method.attrs.push(parse_quote! { #[track_caller] });
        }
        visit_mut::visit_impl_item_fn_mut(self, method);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && self.is_request
            && let Some(comparison) = comparison(call, self.is_form, self.queries)
        {
            self.has_query |= call.method.to_string().starts_with("query");
            *expression = comparison;
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        if call.method == "json_body_obj" {
            for body in call.args.iter_mut().filter(|body| matches!(body, Expr::Path(_))) {
                *body = parse_quote! { &#body };
            }
        }
        visit_mut::visit_expr_method_call_mut(self, call);
    }
}

/// The expression that replaces a comparison with a value by the mock server.
fn comparison(call: &ExprMethodCall, is_form: bool, queries: &QueryNames) -> Option<Expr> {
    let when = &call.receiver;
    let texts: Vec<_> = call.args.iter().map(|argument| argument.to_token_stream().to_string()).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let name = call.args.first();
    let sendable = |function: TokenStream| quote! { ::api_runtime::sendable(::api_runtime::#function) };
    let with_query = |pairs: TokenStream| -> Option<Expr> {
        let text: LitStr = parse_quote! { #name };
        let names = queries.get(&text.value())?;
        Some(parse_quote! { super::with_query(#when, #names, #pairs) })
    };
    let with_bytes = |bytes: TokenStream| -> Expr {
        parse_quote! {{
            let bytes = #bytes;
            #when.is_true(move |request| request.body_ref() == bytes)
        }}
    };
    match (call.method.to_string().as_str(), texts.as_slice()) {
        ("query_param", [_, "value . to_string ()"]) => with_query(sendable(quote! { query_pairs(#name, &value) })),
        ("query_param_missing", [_]) => with_query(quote! { ::std::vec::Vec::new() }),
        ("header", [_, "value . to_string ()"]) => {
            let header = sendable(quote! { header_parameter(#name, &value) });
            Some(parse_quote! { #when.header(#name, String::from_utf8_lossy(#header.as_bytes())) })
        }
        ("json_body_obj", ["value"]) if is_form => {
            let form = sendable(quote! { form_body(&value) });
            Some(with_bytes(quote! { #form.into_bytes() }))
        }
        ("json_body_obj", ["value"]) => Some(parse_quote! {{
            let text = ::serde_json::to_string(&value).unwrap();
            #when.json_body::<::serde_json::Value>(::serde_json::from_str(&text).unwrap())
        }}),
        ("json_body", ["value"]) => Some(with_bytes(quote! { value.as_ref().to_vec() })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::syntax::assert_same;

    fn applied(mut file: syn::File, has_query: bool) -> syn::File {
        let form = json!({"content": {FORM: {}}});
        let parameters = json!([{"in": "query", "name": "page", "schema": {"type": "integer"}}]);
        let document = json!({"paths": {"/": {
            "post": {"operationId": "post_form", "requestBody": form}, "put": {"operationId": "put", "parameters": parameters},
        }}});
        let operations: Vec<_> = xtask_document::operation::operations(&document).collect();
        apply(&mut file, &document, &operations);
        assert_eq!(file.items.pop_if(|item| matches!(item, Item::Fn(_))).is_some(), has_query);
        file
    }

    #[test]
    fn parameter_is_encoded_as_the_client_encodes_it() {
        let file = applied(
            parse_quote! {
                impl PutWhen {
                    fn new(inner: When) {}
                    fn page(self, value: u8) { Self(self.0.query_param("page", value.to_string())) }
                    fn no_page(self) { Self(self.0.query_param_missing("page")) }
                    fn tag(self, value: u8) { Self(self.0.header("If-Match", value.to_string())) }
                }
            },
            true,
        );
        let expected = parse_quote! {
            impl PutWhen {
                fn new(inner: When) {}
                #[track_caller]
                fn page(self, value: u8) {
                    Self(super::with_query(
                        self.0,
                        ::api_runtime::QueryNames::of(&["page"]),
                        ::api_runtime::sendable(::api_runtime::query_pairs("page", &value))
                    ))
                }
                fn no_page(self) {
                    Self(super::with_query(self.0, ::api_runtime::QueryNames::of(&["page"]), ::std::vec::Vec::new()))
                }
                #[track_caller]
                fn tag(self, value: u8) {
                    Self(self.0.header(
                        "If-Match",
                        String::from_utf8_lossy(
                            ::api_runtime::sendable(::api_runtime::header_parameter("If-Match", &value)).as_bytes()
                        )
                    ))
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn body_is_encoded_as_the_client_encodes_it() {
        let file = applied(
            parse_quote! {
                impl PutWhen {
                    fn json(self, value: &Body) { Self(self.0.json_body_obj(value)) }
                    fn bytes(self, value: ::serde_json::Value) { Self(self.0.json_body(value)) }
                }
                impl PostFormWhen { fn body(self, value: &Body) { Self(self.0.json_body_obj(value)) } }
            },
            false,
        );
        let expected = parse_quote! {
            impl PutWhen {
                #[track_caller]
                fn json(self, value: &Body) {
                    Self({
                        let text = ::serde_json::to_string(&value).unwrap();
                        self.0.json_body::<::serde_json::Value>(::serde_json::from_str(&text).unwrap())
                    })
                }
                #[track_caller]
                fn bytes(self, value: impl ::std::convert::AsRef<[u8]>) {
                    Self({
                        let bytes = value.as_ref().to_vec();
                        self.0.is_true(move |request| request.body_ref() == bytes)
                    })
                }
            }
            impl PostFormWhen {
                #[track_caller]
                fn body(self, value: &Body) {
                    Self({
                        let bytes = ::api_runtime::sendable(::api_runtime::form_body(&value)).into_bytes();
                        self.0.is_true(move |request| request.body_ref() == bytes)
                    })
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn body_of_a_response_is_passed_by_reference() {
        let file = applied(
            parse_quote! {
                impl PutThen { fn ok(self, value: &Body) { self.0.json_body_obj(value).json_body_obj(&value); } }
            },
            false,
        );
        let expected = parse_quote! {
            impl PutThen { fn ok(self, value: &Body) { self.0.json_body_obj(&value).json_body_obj(&value); } }
        };
        assert_same(&file, &expected);
    }
}
