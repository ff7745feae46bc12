//! A mock's path parameters match literally: the generator puts their values into a regular expression as they are, so
//! that `a.c` would also match `abc`.

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{LitStr, Macro};

pub(crate) fn apply(file: &mut syn::File) -> Result<()> {
    let mut pass = LiteralPaths::default();
    pass.visit_file_mut(file);
    ensure!(pass.unknown.is_empty(), "expected `format!(\"^…$\", value.to_string())`, found {:?}", pass.unknown);
    Ok(())
}

#[derive(Default)]
struct LiteralPaths {
    unknown: Vec<String>,
}

impl VisitMut for LiteralPaths {
    fn visit_macro_mut(&mut self, item: &mut Macro) {
        if item.path.is_ident("format") {
            match escaped(&item.tokens) {
                Some(tokens) => item.tokens = tokens,
                None => self.unknown.push(item.tokens.to_string()),
            }
        }
        visit_mut::visit_macro_mut(self, item);
    }
}

fn escaped(tokens: &TokenStream) -> Option<TokenStream> {
    let pattern: LitStr = syn::parse2(tokens.clone().into_iter().take(1).collect()).ok()?;
    let is_as_expected = tokens.to_string() == quote! { #pattern, value.to_string() }.to_token_stream().to_string();
    is_as_expected.then(|| quote! { #pattern, ::regex::escape(&value.to_string()) })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::super::assert_same;
    use super::*;

    #[test]
    fn the_value_of_a_path_parameter_is_escaped() {
        let mut file: syn::File = parse_quote! { fn id() { format!("^/things/{}$", value.to_string()); } };
        apply(&mut file).unwrap();
        let expected: syn::File =
            parse_quote! { fn id() { format!("^/things/{}$", ::regex::escape(&value.to_string())); } };
        assert_same(&file, &expected);
    }

    #[test]
    fn a_path_of_another_make_is_an_error() {
        assert!(apply(&mut parse_quote! { fn id() { format!("{value}"); } }).is_err());
    }
}
