//! In responses, a string with a format may have any text.
//!
//! The generator uses types such as `Uuid` for formats, which reject other text: one odd date-time would fail the whole
//! response. In every model that responses use, the type therefore becomes `::api_runtime::Formatted`, which keeps such
//! text. In parameters and in models of requests only, the type stays, so that programs send text that matches.
//!
//! All constraints are treated alike: a response is decoded although it violates one. Constraints without a type are
//! dropped (`policies/constraints.rs`), enums are open (`open_enums`), and unions keep a value of no branch
//! (`open_unions`). A branch of a union is no exception, so that its text is written back verbatim; text that does not
//! match its format belongs to other branches (`branches`).
//!
//! Seen in: `modified_on` of `pages_deployments` in Cloudflare's document, a date-time without a zone.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, Ident, Item, ItemImpl, Type, parse_quote};

use super::mock_blocks::{THEN, mock_blocks_mut};
use super::reach::{received, sent};
use crate::syntax::{client_blocks_mut, fields_mut, implementor, methods_mut, models, name_of, type_arguments};

/// The generator's types for formats.
const TYPES: [&str; 6] = [
    ":: chrono :: DateTime < :: chrono :: offset :: Utc >",
    ":: chrono :: naive :: NaiveDate",
    ":: std :: net :: IpAddr",
    ":: std :: net :: Ipv4Addr",
    ":: std :: net :: Ipv6Addr",
    ":: uuid :: Uuid",
];

/// Changes the models of a client, and the return types of its methods.
pub(crate) fn apply(file: &mut syn::File) {
    let (mut sent, received) = (sent(file), received(file));
    sent.retain(|name| !received.contains(name));
    let mut converted = BTreeSet::new();
    for item in models(file).into_iter().flatten() {
        let Some(name) = name_of(item).filter(|name| !sent.contains(name)).cloned() else { continue };
        fields_mut(item).into_iter().for_each(|field| MakeFormatted.visit_type_mut(&mut field.ty));
        let is_object = matches!(item, Item::Struct(model) if !matches!(model.fields, Fields::Unnamed(_)));
        if !is_object {
            converted.insert(name);
        }
    }
    for item in models(file).into_iter().flatten() {
        if let Item::Impl(block) = item
            && (implementor(block).is_some_and(|name| converted.contains(name)) || converts(block, &converted))
        {
            MakeFormatted.visit_item_impl_mut(block);
        }
    }
    for method in client_blocks_mut(file).flat_map(methods_mut) {
        MakeFormatted.visit_return_type_mut(&mut method.sig.output);
    }
}

/// Changes the responses of mocks.
pub(crate) fn apply_to_mocks(file: &mut syn::File) {
    for (name, block) in mock_blocks_mut(file) {
        if name.ends_with(THEN) {
            let inputs = methods_mut(block).flat_map(|method| &mut method.sig.inputs);
            inputs.for_each(|input| MakeFormatted.visit_fn_arg_mut(input));
        }
    }
}

/// Whether an implementation converts a newtype into the type within: `impl From<Id> for Uuid`.
fn converts(block: &ItemImpl, models: &BTreeSet<Ident>) -> bool {
    let Some((_, path, _)) = &block.trait_ else { return false };
    type_arguments(path)
        .any(|of| matches!(of, Type::Path(of) if of.path.get_ident().is_some_and(|name| models.contains(name))))
}

/// Wraps every type of a format in `Formatted`.
struct MakeFormatted;

impl VisitMut for MakeFormatted {
    fn visit_type_mut(&mut self, of: &mut Type) {
        if TYPES.contains(&of.to_token_stream().to_string().as_str()) {
            *of = parse_quote! { ::api_runtime::Formatted<#of> };
        } else {
            visit_mut::visit_type_mut(self, of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn format_is_kept_as_text_in_responses_and_typed_in_requests() {
        let mut file: syn::File = parse_quote! {
            impl Client {
                fn put(&self, id: &::uuid::Uuid, body: &types::Body) -> Result<::api_runtime::ApiRequest<types::Thing>, E> {}
                fn list(&self) -> Result<::api_runtime::ApiRequest<::std::vec::Vec<::std::net::IpAddr>>, E> {}
            }
            mod types {
                struct Body { at: ::chrono::DateTime<::chrono::offset::Utc>, both: Both, sent: Sent }
                struct Both { day: ::std::option::Option<::chrono::naive::NaiveDate> }
                struct Thing { id: Id, both: Both, either: Either, text: String }
                struct Id(pub ::uuid::Uuid);
                impl ::std::convert::From<Id> for ::uuid::Uuid { fn from(value: Id) -> Self { value.0 } }
                impl ::std::str::FromStr for Id { type Err = <::uuid::Uuid as ::std::str::FromStr>::Err; }
                impl ::std::convert::From<::uuid::Uuid> for Either { fn from(value: ::uuid::Uuid) -> Self {} }
                enum Either { Uuid(::uuid::Uuid), Named { at: ::std::vec::Vec<::std::net::Ipv4Addr> } }
                enum Sent { Uuid(::uuid::Uuid) }
                struct Unused { at: ::std::net::Ipv6Addr }
            }
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            impl Client {
                fn put(&self, id: &::uuid::Uuid, body: &types::Body) -> Result<::api_runtime::ApiRequest<types::Thing>, E> {}
                fn list(
                    &self,
                ) -> Result<::api_runtime::ApiRequest<::std::vec::Vec<::api_runtime::Formatted<::std::net::IpAddr>>>, E> {}
            }
            mod types {
                struct Body { at: ::chrono::DateTime<::chrono::offset::Utc>, both: Both, sent: Sent }
                struct Both { day: ::std::option::Option<::api_runtime::Formatted<::chrono::naive::NaiveDate>> }
                struct Thing { id: Id, both: Both, either: Either, text: String }
                struct Id(pub ::api_runtime::Formatted<::uuid::Uuid>);
                impl ::std::convert::From<Id> for ::api_runtime::Formatted<::uuid::Uuid> {
                    fn from(value: Id) -> Self { value.0 }
                }
                impl ::std::str::FromStr for Id {
                    type Err = <::api_runtime::Formatted<::uuid::Uuid> as ::std::str::FromStr>::Err;
                }
                impl ::std::convert::From<::api_runtime::Formatted<::uuid::Uuid>> for Either {
                    fn from(value: ::api_runtime::Formatted<::uuid::Uuid>) -> Self {}
                }
                enum Either {
                    Uuid(::api_runtime::Formatted<::uuid::Uuid>),
                    Named { at: ::std::vec::Vec<::api_runtime::Formatted<::std::net::Ipv4Addr>> }
                }
                enum Sent { Uuid(::uuid::Uuid) }
                struct Unused { at: ::api_runtime::Formatted<::std::net::Ipv6Addr> }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn mock_responds_with_the_types_of_the_client() {
        let mut file: syn::File = parse_quote! {
            mod operations {
                impl GetWhen { fn id(self, value: &::uuid::Uuid) {} }
                impl GetThen { fn ok(self, value: &::std::vec::Vec<::uuid::Uuid>) {} }
            }
        };
        apply_to_mocks(&mut file);
        let expected: syn::File = parse_quote! {
            mod operations {
                impl GetWhen { fn id(self, value: &::uuid::Uuid) {} }
                impl GetThen { fn ok(self, value: &::std::vec::Vec<::api_runtime::Formatted<::uuid::Uuid>>) {} }
            }
        };
        assert_same(&file, &expected);
    }
}
