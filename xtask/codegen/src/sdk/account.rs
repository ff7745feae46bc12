//! The account of an operation. It is configured once, so it is no argument of the method.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Ident, Item, Type};

use crate::syntax::{last_segment, models_of};

/// The name of the path parameter that is the account: the segment after `/accounts`.
pub(super) fn parameter(path: &str) -> Option<&str> {
    let segment = path.strip_prefix("/accounts/")?.split('/').next()?;
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

/// The expression for the account's id as an argument of a type; `None` if the type is neither text nor a newtype of
/// it.
pub(super) fn argument(client: &syn::File, variable: &Ident, of: &Type) -> Option<TokenStream> {
    let Type::Reference(reference) = of else { return None };
    match last_segment(&reference.elem)?.as_str() {
        "str" => Some(quote! { #variable.as_str() }),
        _ => {
            let value = newtype(client, quote! { #variable.as_str().to_owned() }, &reference.elem, 8)?;
            Some(quote! { &#value })
        }
    }
}

/// The expression for a newtype of text, or a newtype of such a newtype.
fn newtype(client: &syn::File, text: TokenStream, of: &Type, deepest: usize) -> Option<TokenStream> {
    let deepest = deepest.checked_sub(1)?;
    let name = last_segment(of)?;
    if name == "String" {
        return Some(text);
    }
    let model = models_of(client).find_map(|item| match item {
        Item::Struct(model) if model.ident == name => Some(model),
        _ => None,
    })?;
    let Fields::Unnamed(fields) = &model.fields else { return None };
    let inner = newtype(client, text, &fields.unnamed.first()?.ty, deepest)?;
    let name = &model.ident;
    Some(quote! { types::#name::from(#inner) })
}

#[cfg(test)]
mod tests {
    use quote::format_ident;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn account_is_the_parameter_directly_below_accounts() {
        for (path, expected) in [
            ("/accounts/{account_id}/things", Some("account_id")),
            ("/accounts/{identifier}", Some("identifier")),
            ("/accounts", None),
            ("/accounts/things/{id}", None),
            ("/accounts/{a}{b}", None),
            ("/zones/{zone}/accounts/{id}", None),
        ] {
            assert_eq!(parameter(path), expected, "{path}");
        }
    }

    #[test]
    fn account_is_converted_to_text_and_newtypes_of_text_only() {
        let client: syn::File = parse_quote! {
            mod types {
                pub struct Id(pub ::std::string::String);
                pub struct Account(pub Id);
                pub struct Number(pub i64);
                pub struct Model { id: Id }
            }
        };
        let of =
            |of: Type| argument(&client, &format_ident!("id"), &of).map(|tokens| tokens.to_string().replace(' ', ""));
        assert_eq!(of(parse_quote! { &'a str }).unwrap(), "id.as_str()");
        let nested = "&types::Account::from(types::Id::from(id.as_str().to_owned()))";
        assert_eq!(of(parse_quote! { &'a types::Account }).unwrap(), nested);
        for other in [parse_quote! { i64 }, parse_quote! { &'a types::Number }, parse_quote! { &'a types::Model }] {
            assert_eq!(of(other), None);
        }
    }
}
