//! Bodies and `Accept` headers have the media types of the document.
//!
//! The generator sends JSON as `application/json`, and bytes as octets. An import lists JSON and bytes of other media
//! types under these names, with the original media type in an extension. A mock matches the media type that the client
//! sends, and responds with the one of the document.
//!
//! Seen in: the document of GitHub, which responds with `application/scim+json`; RFC 7396, whose JSON Merge Patch is a
//! media type of its own.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, ImplItemFn, Lit, LitStr, parse_quote};

use super::mock_blocks::{THEN, WHEN, key, mock_blocks_mut};
use crate::syntax::{client_blocks_mut, methods_mut};
use xtask_document::Fields;
use xtask_document::media_types::{CONTENT_TYPE, JSON, is_sendable};
use xtask_document::operation::{Operation, Response};

/// Changes the methods of the client.
pub(crate) fn apply(file: &mut syn::File, operations: &[Operation<'_>]) -> Result<()> {
    let types = operations.iter().filter_map(|operation| Some((operation.id()?, Types::of(operation))));
    let mut types: BTreeMap<_, _> = types.filter(|(_, types)| *types != Types::default()).collect();
    for method in client_blocks_mut(file).flat_map(methods_mut) {
        if let Some(of_method) = types.get_mut(method.sig.ident.unraw().to_string().as_str()) {
            of_method.visit_impl_item_fn_mut(method);
        }
    }
    types.retain(|_, unapplied| *unapplied != Types::default());
    let missing: BTreeSet<_> = types.keys().collect();
    ensure!(missing.is_empty(), "expected headers or a body with a media type to change in {missing:?}");
    Ok(())
}

/// Changes the types of mocks that match requests and respond.
pub(crate) fn apply_to_mocks(file: &mut syn::File, operations: &[Operation<'_>]) {
    let sent = operations.iter().filter_map(|operation| Some((key(operation, WHEN)?, Types::of(operation).sent?)));
    let received = operations.iter().filter_map(|operation| Some((key(operation, THEN)?, responses(operation))));
    let (sent, received): (BTreeMap<_, _>, BTreeMap<_, _>) = (sent.collect(), received.collect());
    for (name, block) in mock_blocks_mut(file) {
        let responses = received.get(&name).map(Vec::as_slice).unwrap_or_default();
        MockTypes { sent: sent.get(&name), responses, response: None }.visit_item_impl_mut(block);
    }
}

/// The media types of an operation that differ from those that the generator writes. A visit of the operation's method
/// applies and removes them.
#[derive(Default, PartialEq)]
struct Types {
    sent: Option<String>,
    accepted: Option<String>,
}

impl Types {
    fn of(operation: &Operation<'_>) -> Self {
        let of_body = operation.body().and_then(|body| body.content().next());
        let sent = of_body.and_then(|content| content.object.text(CONTENT_TYPE)).map(str::to_owned);
        let contents = operation.successes().flat_map(|response| response.content());
        let accepted: BTreeSet<_> =
            contents.filter(|content| content.name == JSON).map(|content| content.content_type()).collect();
        let is_plain = accepted.iter().all(|media_type| *media_type == JSON);
        let accepted = accepted.into_iter().collect::<Vec<_>>().join(", ");
        Self { sent, accepted: (!is_plain).then_some(accepted) }
    }
}

/// The code for the status of each response in the mocks, and the media type of the response.
fn responses(operation: &Operation<'_>) -> Vec<(String, String)> {
    let of = |response: Response<'_>| {
        let mut types = response.content().map(|content| content.content_type());
        let (Some(media_type), None) = (types.next().filter(|name| is_sendable(name)), types.next()) else {
            return None;
        };
        let status = match response.status.strip_suffix("XX") {
            Some(class) => format!("status / 100u16 , {class}u16"),
            None => format!(". status ({}u16)", response.status),
        };
        (media_type != JSON).then(|| (status, media_type.to_owned()))
    };
    operation.responses().filter_map(of).collect()
}

impl VisitMut for Types {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let header = call.args.first().map(|name| name.to_token_stream().to_string()).unwrap_or_default();
        match call.method.to_string().as_str() {
            "header" if header.ends_with("ACCEPT") => set_text(call, self.accepted.take().as_ref()),
            "header" if header.ends_with("CONTENT_TYPE") => set_text(call, self.sent.take().as_ref()),
            "json" => {
                if let Some(sent) = self.sent.take() {
                    let builder = &call.receiver;
                    call.receiver = parse_quote! {
                        #builder.header(
                            ::reqwest::header::CONTENT_TYPE, ::reqwest::header::HeaderValue::from_static(#sent)
                        )
                    };
                }
            }
            _ => {}
        }
    }
}

/// Sets the text of a header.
fn set_text(call: &mut ExprMethodCall, text: Option<&String>) {
    if let (Some(text), Some(value)) = (text, call.args.last_mut()) {
        Text(text).visit_expr_mut(value);
    }
}

/// Replaces every string literal.
struct Text<'a>(&'a str);

impl VisitMut for Text<'_> {
    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        *text = LitStr::new(self.0, text.span());
    }
}

struct MockTypes<'a> {
    /// The media type of bodies in the visited block.
    sent: Option<&'a String>,
    /// The codes for statuses and the media types of responses in the visited block.
    responses: &'a [(String, String)],
    /// The media type of the visited response.
    response: Option<&'a String>,
}

impl VisitMut for MockTypes<'_> {
    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        let body = method.block.to_token_stream().to_string();
        let response = self.responses.iter().find(|(status, _)| body.contains(status));
        self.response = response.map(|(_, media_type)| media_type);
        visit_mut::visit_impl_item_fn_mut(self, method);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let is_content_type = |name: &Expr| matches!(name, Expr::Lit(name) if matches!(&name.lit, Lit::Str(name) if name.value() == "content-type"));
        match call.method.to_string().as_str() {
            "json_body_obj" | "json_body" => {
                if let Some(sent) = self.sent {
                    let when = &call.receiver;
                    call.receiver = parse_quote! { #when.header("content-type", #sent) };
                }
            }
            "header" if call.args.first().is_some_and(is_content_type) => set_text(call, self.response),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::syntax::assert_same;
    use xtask_document::operation::operations;

    fn document() -> Value {
        let content = |name: &str, media_type: &str| json!({"content": {name: {CONTENT_TYPE: media_type}}});
        let plain = json!({"content": {JSON: {}}});
        json!({"paths": {"/": {
            "patch": {
                "operationId": "patch_a", "requestBody": content(JSON, "application/merge-patch+json"),
                "responses": {"200": content(JSON, "application/vnd.x+json"), "404": content(JSON, "application/problem+json")},
            },
            "post": {
                "operationId": "post_b", "requestBody": content("application/octet-stream", "text/xml"),
                "responses": {"2XX": {"content": {"text/csv": {}}}},
            },
            "put": {"operationId": "put_c", "requestBody": plain, "responses": {"200": plain}},
        }}})
    }

    #[test]
    fn client_sends_and_accepts_the_media_types_of_the_document() {
        let mut file: syn::File = parse_quote! {
            impl Client {
                fn patch_a(&self) {
                    self.client.patch(url).header(ACCEPT, HeaderValue::from_static("application/json")).json(&body)
                }
                fn post_b(&self) {
                    self.client.post(url).header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")).body(body)
                }
                fn put_c(&self) {
                    self.client.put(url).header(ACCEPT, HeaderValue::from_static("application/json")).json(&body)
                }
            }
        };
        let expected: syn::File = parse_quote! {
            impl Client {
                fn patch_a(&self) {
                    self.client
                        .patch(url)
                        .header(ACCEPT, HeaderValue::from_static("application/vnd.x+json"))
                        .header(
                            ::reqwest::header::CONTENT_TYPE,
                            ::reqwest::header::HeaderValue::from_static("application/merge-patch+json")
                        )
                        .json(&body)
                }
                fn post_b(&self) {
                    self.client.post(url).header(CONTENT_TYPE, HeaderValue::from_static("text/xml")).body(body)
                }
                fn put_c(&self) {
                    self.client.put(url).header(ACCEPT, HeaderValue::from_static("application/json")).json(&body)
                }
            }
        };
        let document = document();
        let operations: Vec<_> = operations(&document).collect();
        apply(&mut file, &operations).unwrap();
        assert_same(&file, &expected);
        let mut unknown = parse_quote! { impl Client { fn patch_a(&self) {} fn post_b(&self) {} } };
        let error = apply(&mut unknown, &operations).unwrap_err().to_string();
        assert!(error.ends_with(r#"in {"patch_a", "post_b"}"#), "{error}");
    }

    #[test]
    fn mock_matches_and_responds_with_the_media_types_of_the_document() {
        let mut file: syn::File = parse_quote! {
            impl PatchAWhen { fn body(self) { Self(self.0.json_body_obj(value)) } }
            impl PatchAThen {
                fn ok(self) { Self(self.0.status(200u16).header("content-type", "application/json").json_body_obj(value)) }
                fn not_found(self) { Self(self.0.status(404u16).header("content-type", "application/json")) }
                fn conflict(self) { Self(self.0.status(409u16).header("content-type", "application/json")) }
            }
            impl PostBWhen { fn body(self) { Self(self.0.json_body(value)) } }
            impl PostBThen {
                fn success(self, status: u16) {
                    assert_eq!(status / 100u16, 2u16);
                    Self(self.0.status(status).header("content-type", "application/json").json_body(value))
                }
            }
            impl PutCWhen { fn body(self) { Self(self.0.json_body_obj(value)) } }
        };
        let expected: syn::File = parse_quote! {
            impl PatchAWhen {
                fn body(self) { Self(self.0.header("content-type", "application/merge-patch+json").json_body_obj(value)) }
            }
            impl PatchAThen {
                fn ok(self) { Self(self.0.status(200u16).header("content-type", "application/vnd.x+json").json_body_obj(value)) }
                fn not_found(self) { Self(self.0.status(404u16).header("content-type", "application/problem+json")) }
                fn conflict(self) { Self(self.0.status(409u16).header("content-type", "application/json")) }
            }
            impl PostBWhen { fn body(self) { Self(self.0.header("content-type", "text/xml").json_body(value)) } }
            impl PostBThen {
                fn success(self, status: u16) {
                    assert_eq!(status / 100u16, 2u16);
                    Self(self.0.status(status).header("content-type", "text/csv").json_body(value))
                }
            }
            impl PutCWhen { fn body(self) { Self(self.0.json_body_obj(value)) } }
        };
        let document = document();
        apply_to_mocks(&mut file, &operations(&document).collect::<Vec<_>>());
        assert_same(&file, &expected);
    }
}
