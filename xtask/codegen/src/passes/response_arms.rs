//! The statements of a generated method that send its request and decode the response. They are removed; the statuses
//! that they decode as a success become part of the operation.
//!
//! Seen in: the generator, whose statements are matched one by one.

use std::ops::RangeInclusive;

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Arm, Expr, Ident, Lit, Pat, RangeLimits, Stmt, Type, parse_quote};

/// The statuses of successes.
pub(crate) type Successes = Vec<RangeInclusive<u16>>;

/// The decoding of a method's successes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decoder {
    /// As JSON.
    Json,
    /// As a stream of bytes.
    Stream,
    /// Not at all.
    Empty,
}

impl Decoder {
    /// The type of a request's success. `of` is the type of the generated method.
    pub(super) fn success(self, of: &Type) -> Result<Type> {
        let name = of.to_token_stream().to_string();
        Ok(match self {
            Self::Json => of.clone(),
            Self::Stream => {
                ensure!(name == "ByteStream", "expected `ByteStream`, found `{name}`");
                parse_quote! { ::api_runtime::Binary }
            }
            Self::Empty => {
                ensure!(name == "()", "expected `()`, found `{name}`");
                parse_quote! { ::api_runtime::Empty }
            }
        })
    }
}

/// Reads the successes from the statements that send the request and decode the response.
pub(super) fn read(sending: &[Stmt], id: &str, request: &Ident) -> Result<(Successes, Decoder)> {
    let unexpected = || {
        let text: Vec<_> = sending.iter().map(|statement| statement.to_token_stream().to_string()).collect();
        format!("expected statements that send the request and match the status, found `{}`", text.join(" "))
    };
    let [.., Stmt::Local(result), _, Stmt::Local(response), Stmt::Expr(Expr::Match(arms), None)] = sending else {
        bail!(unexpected())
    };
    let (result, response, status) = (&result.pat, &response.pat, &arms.expr);
    let actual = sending.split_last().map(|(_, others)| quote! { #(#others)* #status }.to_string());
    let expected = quote! {
        let info = OperationInfo { operation_id: #id, };
        self.pre(&mut #request, &info).await?;
        let #result = self.exec(#request, &info).await;
        self.post(&#result, &info).await?;
        let #response = #result?;
        #response.status().as_u16()
    };
    ensure!(actual == Some(expected.to_string()), unexpected());
    let (mut successes, mut decoder) = (Vec::new(), None);
    for arm in &arms.arms {
        let Some(of_arm) = decoder_of(arm, response)? else { continue };
        ensure!(decoder.is_none_or(|decoder| decoder == of_arm), "its successes are decoded in different ways");
        decoder = Some(of_arm);
        successes.push(statuses(&arm.pat).with_context(|| {
            format!("expected a status or a range of statuses, found `{}`", arm.pat.to_token_stream())
        })?);
    }
    // Without a success in the document, the method returns `()`.
    Ok((successes, decoder.unwrap_or(Decoder::Empty)))
}

/// The decoder of an arm; `None` for a failure.
fn decoder_of(arm: &Arm, response: &Pat) -> Result<Option<Decoder>> {
    let body = match &*arm.body {
        Expr::Block(block) => block.block.stmts.iter().map(|statement| statement.to_token_stream()).collect(),
        body => body.to_token_stream(),
    };
    let body = body.to_string();
    let is = |expected: TokenStream| body == expected.to_string();
    Ok(match () {
        () if body.starts_with("Err (") => None,
        () if is(quote! { ResponseValue::from_response(#response).await }) => Some(Decoder::Json),
        () if is(quote! { Ok(ResponseValue::stream(#response)) }) => Some(Decoder::Stream),
        () if is(quote! { Ok(ResponseValue::empty(#response)) }) => Some(Decoder::Empty),
        () if is(quote! { ResponseValue::upgrade(#response).await }) => {
            bail!("it switches protocols, which the client cannot")
        }
        () => bail!("expected a success or a failure, found `{body}`"),
    })
}

/// The statuses that a pattern matches.
fn statuses(pattern: &Pat) -> Option<RangeInclusive<u16>> {
    match pattern {
        Pat::Lit(status) => number(&status.lit).map(|status| status..=status),
        Pat::Range(range) if matches!(range.limits, RangeLimits::Closed(_)) => {
            let (Expr::Lit(start), Expr::Lit(end)) = (&**range.start.as_ref()?, &**range.end.as_ref()?) else {
                return None;
            };
            Some(number(&start.lit)?..=number(&end.lit)?)
        }
        _ => None,
    }
}

fn number(literal: &Lit) -> Option<u16> {
    match literal {
        Lit::Int(number) => number.base10_parse().ok(),
        _ => None,
    }
}
