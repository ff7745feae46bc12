//! A method of the client returns a request, and sends nothing.
//!
//! The generated method also sends the request and decodes the response. Both belong to `cloudflare-client`, which does
//! them within the deadline and for every SDK alike. A method therefore ends when its request is built, and is a plain
//! function: `Result<::api_runtime::ApiRequest<T>, ::api_runtime::RequestError>`. The pass removes the code that sends
//! and decodes.
//!
//! A body is always sent, even where the document does not require it. Documents omit `required` by habit: for 68 of
//! 669 bodies of Cloudflare's document of 2024-08-06, and for 75 of 201 of GitHub's. An `Option` would make each of
//! these calls longer, for requests that nearly always have a body.
//!
//! Seen in: the generator, whose methods send and decode.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Ident, ImplItem, ImplItemFn, Item, Local, Pat, Stmt, parse_quote};

use super::response_arms::{self, Successes};
use crate::syntax::{client_blocks_mut, documentation, implemented, result_of};
use xtask_document::operation::Operation;

/// The number of statements at the end of a method that send the request and decode the response.
const SENDING: usize = 6;

/// Changes the method of every operation. Returns the statuses that each method decoded as a success, by operation id.
pub(crate) fn apply(file: &mut syn::File, operations: &[Operation<'_>]) -> Result<BTreeMap<String, Successes>> {
    remove_sending(file)?;
    let methods: BTreeMap<_, _> =
        operations.iter().filter_map(|operation| Some((operation.id()?, operation))).collect();
    let mut successes = BTreeMap::new();
    for block in client_blocks_mut(file) {
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { bail!("expected methods only in `impl Client`") };
            let name = method.sig.ident.unraw().to_string();
            let operation = methods.get(name.as_str());
            let operation = operation.with_context(|| format!("the method `{name}` belongs to no operation"))?;
            let of_method = change(method, operation).with_context(|| format!("the method `{name}`"))?;
            successes.insert(name, of_method);
        }
    }
    ensure!(
        successes.len() == methods.len(),
        "expected a method for each of {} operations, found {}",
        methods.len(),
        successes.len()
    );
    Ok(successes)
}

/// Removes the imports and the implementations that only sending needs, and a module that only re-exports the client.
fn remove_sending(file: &mut syn::File) -> Result<()> {
    let mut removed = BTreeMap::new();
    file.items.retain(|item| {
        let Some(part) = sending_part(item) else { return true };
        let times: &mut usize = removed.entry(part).or_default();
        *times = times.saturating_add(1);
        false
    });
    let expected = [("ClientHooks", 1), ("ClientInfo", 1), ("prelude", 1), ("use progenitor_client", 2)];
    ensure!(removed == expected.into(), "expected {expected:?} to remove, found {removed:?}");
    Ok(())
}

fn sending_part(item: &Item) -> Option<&'static str> {
    match item {
        Item::Use(import) => import
            .tree
            .to_token_stream()
            .to_string()
            .starts_with("progenitor_client")
            .then_some("use progenitor_client"),
        Item::Impl(block) => match implemented(block)?.as_str() {
            "ClientHooks" => Some("ClientHooks"),
            "ClientInfo" => Some("ClientInfo"),
            _ => None,
        },
        Item::Mod(module) => (module.ident == "prelude").then_some("prelude"),
        _ => None,
    }
}

fn change(method: &mut ImplItemFn, operation: &Operation<'_>) -> Result<Successes> {
    let statements = &mut method.block.stmts;
    let built = statements.len().checked_sub(SENDING);
    let sending = statements.split_off(built.context("expected statements that send the request, found none")?);
    let request = statements.pop().context("expected a request, found none")?;
    let (request, builder) = request_of(request)?;
    let id = operation.id().unwrap_or_default();
    let (successes, decoder) = response_arms::read(&sending, id, &request)?;
    statements.push(parse_quote! { let #request = #builder; });
    let constant = format_ident!("{}", method.sig.ident.unraw().to_string().to_uppercase());
    statements.push(Stmt::Expr(
        parse_quote! { Ok(::api_runtime::ApiRequest::new::<Self>(#request, operations::#constant)) },
        None,
    ));
    Builder.visit_block_mut(&mut method.block);

    ensure!(method.sig.asyncness.take().is_some(), "expected an async method");
    let syn::ReturnType::Type(_, output) = &mut method.sig.output else { bail!("expected a result") };
    let success = result_of(output, "ResponseValue").context("expected the result `Result<ResponseValue<T>, _>`")?;
    let success = decoder.success(success)?;
    **output = parse_quote! { Result<::api_runtime::ApiRequest<#success>, ::api_runtime::RequestError> };
    document(&mut method.attrs, operation);
    Ok(successes)
}

/// The name of the request and the expression that builds it, in `let mut request = ….build()?;`.
fn request_of(statement: Stmt) -> Result<(Ident, Expr)> {
    let unexpected = "expected `let mut request = ….build()?;`";
    let Stmt::Local(Local { pat: Pat::Ident(pattern), init: Some(value), .. }) = statement else { bail!(unexpected) };
    let text = value.expr.to_token_stream().to_string();
    ensure!(text.starts_with("self . client") && text.ends_with(". build () ?"), unexpected);
    Ok((pattern.ident, *value.expr))
}

/// Builds a request without `progenitor_client`.
struct Builder;

impl VisitMut for Builder {
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        visit_mut::visit_expr_mut(self, value);
        match value {
            Expr::Call(call) if call.func.to_token_stream().to_string() == "Self :: api_version" => {
                *value = parse_quote! { REVISION };
            }
            Expr::Try(result) => {
                if let Expr::MethodCall(call) = &*result.expr
                    && call.method == "form_urlencoded"
                {
                    let (builder, body) = (&call.receiver, &call.args);
                    *value = parse_quote! {
                        #builder
                            .header(
                                ::reqwest::header::CONTENT_TYPE,
                                ::reqwest::header::HeaderValue::from_static("application/x-www-form-urlencoded"),
                            )
                            .body(::api_runtime::form_body(#body)?)
                    };
                }
            }
            _ => {}
        }
    }
}

/// Corrects the documentation: the generator's methods send a request.
fn document(attributes: &mut [Attribute], operation: &Operation<'_>) {
    let route = format!("a `{}` request to `{}`", operation.method.to_uppercase(), operation.path);
    for attribute in attributes {
        if let Some(text) = documentation(attribute) {
            let text = text.replace(&format!("Sends {route}"), &format!("Builds {route}"));
            *attribute = parse_quote! { #[doc = #text] };
        }
    }
}

#[cfg(test)]
mod tests;
