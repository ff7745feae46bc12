//! A mock compares what the client sends.
//!
//! The generator gives bodies and query parameters to the mock server in ways that fit some types only: a list has no
//! `to_string`, and an enum is not a reference. Bodies are lent whatever they are; a parameter is written as the client
//! writes it.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, parse_quote};

pub(crate) fn apply(file: &mut syn::File) {
    let mut pass = MockValues::default();
    pass.visit_file_mut(file);
    if pass.has_queries {
        file.items.push(parse_quote! {
            fn with_query(when: ::httpmock::When, name: &str, pairs: ::std::vec::Vec<(String, String)>) -> ::httpmock::When {
                if pairs.is_empty() {
                    return when.query_param_missing(name);
                }
                pairs.into_iter().fold(when, |when, (name, value)| when.query_param(name, value))
            }
        });
    }
}

#[derive(Default)]
struct MockValues {
    has_queries: bool,
}

impl VisitMut for MockValues {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && let Some(query) = query(call)
        {
            *expression = query;
            self.has_queries = true;
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

/// What replaces `when.query_param("name", value.to_string())`.
fn query(call: &ExprMethodCall) -> Option<Expr> {
    let (name, value) = (call.args.first()?, call.args.get(1)?);
    let is_query = call.method == "query_param" && value.to_token_stream().to_string() == "value . to_string ()";
    let when = &call.receiver;
    is_query
        .then(|| parse_quote! { super::with_query(#when, #name, ::api_runtime::query_pairs(#name, &value).unwrap()) })
}

#[cfg(test)]
mod tests {
    use super::super::assert_same;
    use super::*;

    #[test]
    fn a_body_is_lent() {
        let mut file: syn::File = parse_quote! { fn body() { self.0.json_body_obj(value).json_body_obj(&value); } };
        apply(&mut file);
        assert_same(&file, &parse_quote! { fn body() { self.0.json_body_obj(&value).json_body_obj(&value); } });
    }

    #[test]
    fn a_query_parameter_is_written_as_the_client_writes_it() {
        let mut file: syn::File = parse_quote! {
            fn page() { Self(self.0.query_param("page", value.to_string())); self.0.header("page", value.to_string()); }
        };
        apply(&mut file);
        let expected = parse_quote! {
            fn page() {
                Self(super::with_query(self.0, "page", ::api_runtime::query_pairs("page", &value).unwrap()));
                self.0.header("page", value.to_string());
            }
        };
        assert!(matches!(file.items.pop(), Some(syn::Item::Fn(function)) if function.sig.ident == "with_query"));
        assert_same(&file, &expected);
    }
}
