//! A mock compares what the client sends.
//!
//! The generator writes parameters of mocks by their `Display`, and all bodies as JSON. That is another encoding than the
//! client's, and fits some types only: a list has no `Display`. So a mock encodes a value by the function of
//! `api_runtime` that the client uses. A value that the client rejects cannot be matched; the mock panics in the line of
//! the test that passes it, with the client's reason.
//!
//! A body of JSON is compared after it was written and read, since reading may change the last digit of a number.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, FnArg, ImplItemFn, ItemImpl, LitStr, parse_quote};

use super::literal_paths::{name_of_when, when};
use xtask_document::media_types::FORM;
use xtask_document::operation::{Operation, component};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::walk::escape;

pub(crate) fn apply(file: &mut syn::File, document: &Value, operations: &[Operation<'_>]) {
    let has_form = |operation: &&Operation<'_>| {
        let body = operation.object.get("requestBody").and_then(|body| component(document, body));
        let content = body.and_then(|body| body.get("content"));
        content.is_some_and(|content| content.get(FORM).is_some() && content.get("application/json").is_none())
    };
    let forms = operations.iter().filter(has_form).filter_map(when).collect();
    let references = References::of(document);
    let objects =
        operations.iter().filter_map(|operation| Some((when(operation)?, objects(document, &references, operation))));
    let mut pass = MockValues { forms, objects: objects.collect(), ..MockValues::default() };
    pass.visit_file_mut(file);
    file.items.extend(helpers().items);
}

/// The properties of an operation's query parameters that are objects.
fn objects(document: &Value, references: &References<'_>, operation: &Operation<'_>) -> Objects {
    let shared = document.pointer(&format!("/paths/{}/parameters", escape(operation.path)));
    let lists = [shared, operation.object.get("parameters")].into_iter().flatten().filter_map(Value::as_array);
    let parameters = lists.flatten().filter_map(|parameter| component(document, parameter));
    let in_query = parameters.filter(|parameter| parameter.get("in").is_some_and(|place| place == "query"));
    let object = |parameter: &Value| {
        let schema = ResolvedSchema::of(references, parameter.get("schema")?);
        let properties: Vec<_> = schema.properties.keys().map(|name| (*name).to_owned()).collect();
        (!properties.is_empty()).then_some((parameter.get("name")?.as_str()?.to_owned(), properties))
    };
    in_query.filter_map(object).collect()
}

/// Functions that the mocks call.
fn helpers() -> syn::File {
    parse_quote! {
        /// What the client sends for a value.
        #[allow(dead_code, clippy::panic, reason = "an operation may have no parameters; a test that fails says why")]
        #[track_caller]
        fn sendable<T>(value: ::std::result::Result<T, ::api_runtime::ParameterError>) -> T {
            match value {
                Ok(value) => value,
                Err(error) => panic!("the client cannot send this: {error}"),
            }
        }

        #[allow(dead_code, reason = "an operation may have no query")]
        fn with_query(
            when: ::httpmock::When,
            names: &'static [&'static str],
            pairs: ::std::vec::Vec<(String, String)>,
        ) -> ::httpmock::When {
            // Each pair on its own, so that a report of a mismatch names it; then all of them.
            let when = pairs.iter().fold(when, |when, (name, value)| when.query_param(name, value));
            when.is_true(move |request| {
                let query = request.uri_str().split_once('?').map_or("", |(_, query)| query);
                ::api_runtime::has_query_pairs(query, names, &pairs)
            })
        }

        #[allow(dead_code, reason = "an operation may have no header")]
        fn with_header(
            when: ::httpmock::When,
            name: &'static str,
            value: &[u8],
        ) -> ::httpmock::When {
            when.header(name, String::from_utf8_lossy(value))
        }

        #[allow(dead_code, reason = "an operation may have no body")]
        fn with_json(when: ::httpmock::When, text: &str) -> ::httpmock::When {
            when.json_body::<::serde_json::Value>(::serde_json::from_str(text).unwrap())
        }

        #[allow(dead_code, reason = "an operation may have no body")]
        fn with_bytes(when: ::httpmock::When, bytes: ::std::vec::Vec<u8>) -> ::httpmock::When {
            when.is_true(move |request| request.body_ref() == bytes)
        }
    }
}

/// The names of the properties of objects.
type Objects = BTreeMap<String, Vec<String>>;

#[derive(Default)]
struct MockValues {
    /// The types that match requests with a form.
    forms: BTreeSet<String>,
    /// The query parameters that are objects, by the type that matches requests.
    objects: BTreeMap<String, Objects>,
    /// Those of the block that is visited.
    current: Objects,
    /// Whether the block that is visited matches requests.
    is_request: bool,
    /// Whether these have a form.
    is_form: bool,
}

impl VisitMut for MockValues {
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        let name = name_of_when(block);
        self.is_request = name.ends_with("when");
        self.is_form = self.forms.contains(&name);
        self.current = self.objects.get(&name).cloned().unwrap_or_default();
        visit_mut::visit_item_impl_mut(self, block);
    }

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
            && let Some(comparison) = comparison(call, self.is_form, &self.current)
        {
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

/// What replaces a comparison with a value by the mock server.
fn comparison(call: &ExprMethodCall, is_form: bool, objects: &Objects) -> Option<Expr> {
    let when = &call.receiver;
    let texts: Vec<_> = call.args.iter().map(|argument| argument.to_token_stream().to_string()).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    match (call.method.to_string().as_str(), texts.as_slice()) {
        ("query_param", [_, "value . to_string ()"]) => {
            let name = call.args.first()?;
            let pairs = quote::quote! { super::sendable(::api_runtime::query_pairs(#name, &value)) };
            let text: LitStr = parse_quote! { #name };
            let names = objects.get(&text.value()).cloned().unwrap_or_else(|| vec![text.value()]);
            Some(parse_quote! { super::with_query(#when, &[#(#names),*], #pairs) })
        }
        // Of an object, only the properties are sent.
        ("query_param_missing", [_]) => {
            let name = call.args.first()?;
            let text: LitStr = parse_quote! { #name };
            let names = objects.get(&text.value())?;
            Some(parse_quote! { super::with_query(#when, &[#(#names),*], ::std::vec::Vec::new()) })
        }
        ("header", [_, "value . to_string ()"]) => {
            let name = call.args.first()?;
            let header = quote::quote! { super::sendable(::api_runtime::header_parameter(#name, &value)) };
            Some(parse_quote! { super::with_header(#when, #name, #header.as_bytes()) })
        }
        ("json_body_obj", ["value"]) if is_form => Some(parse_quote! {
            super::with_bytes(#when, super::sendable(::api_runtime::form_body(&value)).into_bytes())
        }),
        ("json_body_obj", ["value"]) => {
            Some(parse_quote! { super::with_json(#when, &::serde_json::to_string(&value).unwrap()) })
        }
        ("json_body", ["value"]) => Some(parse_quote! { super::with_bytes(#when, value.as_ref().to_vec()) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::assert_same;
    use super::*;

    fn applied(mut file: syn::File) -> syn::File {
        let form = json!({"content": {FORM: {}}});
        let object = json!({"type": "object", "properties": {"x": {}, "y": {}}});
        let parameters = json!([{"in": "query", "name": "filter", "schema": object}]);
        let document = json!({"paths": {"/": {
            "post": {"operationId": "post_form", "requestBody": form}, "put": {"operationId": "put", "parameters": parameters},
        }}});
        let operations: Vec<_> = xtask_document::operation::operations(&document).collect();
        apply(&mut file, &document, &operations);
        file.items.truncate(file.items.len().saturating_sub(helpers().items.len()));
        file
    }

    #[test]
    fn value_of_a_request_is_encoded_as_the_client_encodes_it() {
        let file = applied(parse_quote! {
            impl PutWhen {
                fn new(inner: When) {}
                fn page(self, value: u8) { Self(self.0.query_param("page", value.to_string())) }
                fn filter(self, value: &Filter) { Self(self.0.query_param("filter", value.to_string())) }
                fn no_page(self) { Self(self.0.query_param_missing("page")) }
                fn no_filter(self) { Self(self.0.query_param_missing("filter")) }
                fn tag(self, value: u8) { Self(self.0.header("If-Match", value.to_string())) }
                fn json(self, value: &Body) { Self(self.0.json_body_obj(value)) }
                fn bytes(self, value: ::serde_json::Value) { Self(self.0.json_body(value)) }
            }
            impl PostFormWhen { fn body(self, value: &Body) { Self(self.0.json_body_obj(value)) } }
        });
        let expected = parse_quote! {
            impl PutWhen {
                fn new(inner: When) {}
                #[track_caller]
                fn page(self, value: u8) {
                    Self(super::with_query(self.0, &["page"], super::sendable(::api_runtime::query_pairs("page", &value))))
                }
                #[track_caller]
                fn filter(self, value: &Filter) {
                    Self(super::with_query(
                        self.0, &["x", "y"], super::sendable(::api_runtime::query_pairs("filter", &value))
                    ))
                }
                fn no_page(self) { Self(self.0.query_param_missing("page")) }
                fn no_filter(self) { Self(super::with_query(self.0, &["x", "y"], ::std::vec::Vec::new())) }
                #[track_caller]
                fn tag(self, value: u8) {
                    Self(super::with_header(
                        self.0, "If-Match", super::sendable(::api_runtime::header_parameter("If-Match", &value)).as_bytes()
                    ))
                }
                #[track_caller]
                fn json(self, value: &Body) { Self(super::with_json(self.0, &::serde_json::to_string(&value).unwrap())) }
                #[track_caller]
                fn bytes(self, value: impl ::std::convert::AsRef<[u8]>) {
                    Self(super::with_bytes(self.0, value.as_ref().to_vec()))
                }
            }
            impl PostFormWhen {
                #[track_caller]
                fn body(self, value: &Body) {
                    Self(super::with_bytes(self.0, super::sendable(::api_runtime::form_body(&value)).into_bytes()))
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn body_of_a_response_is_lent() {
        let file = applied(parse_quote! {
            impl PutThen { fn ok(self, value: &Body) { self.0.json_body_obj(value).json_body_obj(&value); } }
        });
        let expected = parse_quote! {
            impl PutThen { fn ok(self, value: &Body) { self.0.json_body_obj(&value).json_body_obj(&value); } }
        };
        assert_same(&file, &expected);
    }
}
