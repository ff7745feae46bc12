//! Passes: changes of the generated syntax for which the generator has no setting.
//!
//! | pass over the client | reason |
//! |---|---|
//! | `requests`: a method returns a request, and sends nothing | `cloudflare-client` sends and decodes, within its deadline |
//! | `api_client`: only `ApiClient` makes a client | the generated `Client::new` follows redirects and panics |
//! | `parameters`: a parameter is encoded by `api_runtime` | client and mocks need one encoding, and `..` would change a path |
//! | `content_types`: a body has the media type of the document | the generator supports few, and sends JSON as `application/json` |
//! | `numbers`: a number is encoded with its original digits | an `f64` encodes 1 as `1.0`, and rounds large integers |
//! | `variant_names`: a variant is named after its type | one more branch of a union would rename the others |
//! | `open_enums`: an unlisted value is kept | it must neither fail a response nor be dropped from a request |
//! | `formatted`: in responses, a string keeps text that does not match its format | it must not fail the response |
//! | `property_states`: absent, null and value are three states | each has a meaning in a request |
//! | `extra`: a declared property among the other members is an error | it would be encoded twice |
//! | `field_readers`: a duplicate key of a map is an error, and `1.0` is an integer | serde keeps the last value, and rejects `1.0` |
//! | `open_unions`: a tag selects its branch, and a value of no branch is kept | it must not fail a response, or be decoded as another branch |
//! | `request_constructors`: models of requests have a constructor | a `#[non_exhaustive]` struct cannot be built outside its crate |
//! | `objects_only`: a struct is decoded from an object only | serde also decodes it from an array, by position |
//! | `non_exhaustive`: models may get fields | a new field must not break users |
//! | `envelopes`: envelopes implement `Envelope` | the client decodes the results of all envelopes by one trait |
//!
//! The client also gets constants for the revision and for each operation (see [`client`](super::client)). The
//! generator writes the revision as a method only, and neither method nor path of an operation.
//!
//! | pass over the mocks | reason |
//! |---|---|
//! | `mock_methods`: parameters do not clash with methods that every mock has | such mocks do not compile |
//! | `content_types`: bodies have the media types of the document | the client sends and accepts these |
//! | `mock_values`: values are compared in the client's encoding | the generator has another encoding for mocks |
//! | `literal_paths`: paths match literally | the generator writes regular expressions for them |
//! | `formatted`, `numbers`: responses have the types of the client | a mock and the client use the same models |
//! | `sealed_mocks`: the extension trait is sealed | a new operation must not break its implementations |
//!
//! A pass that changes every client fails if it finds nothing to change, since the generator must have changed. A pass
//! over models may find none.

pub(super) mod api_client;
mod branches;
pub(super) mod content_types;
pub(super) mod envelopes;
pub(super) mod extra;
pub(super) mod field_readers;
pub(super) mod formatted;
pub(super) mod literal_paths;
mod mock_blocks;
pub(super) mod mock_methods;
pub(super) mod mock_values;
pub(super) mod non_exhaustive;
pub(super) mod numbers;
pub(super) mod objects_only;
pub(super) mod open_enums;
pub(super) mod open_unions;
pub(super) mod parameters;
mod path_parameters;
pub(super) mod property_states;
mod query_names;
mod reach;
pub(super) mod request_constructors;
pub(super) mod requests;
pub(super) mod response_arms;
pub(super) mod sealed_mocks;
mod shapes;
pub(super) mod variant_names;

use quote::quote;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, ExprLit, Field, Fields, GenericArgument, ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct, Lit,
    LitStr, Meta, Path, PathArguments, Token, Type,
};

/// The words of an attribute.
type Words = Punctuated<Meta, Token![,]>;

/// The items of the module `types`, where the generator puts the models.
fn models(file: &mut syn::File) -> Option<&mut Vec<Item>> {
    file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut().map(|(_, items)| items),
        _ => None,
    })
}

/// Iterates over the items of the module `types`.
pub(super) fn models_of(file: &syn::File) -> impl Iterator<Item = &Item> {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    modules.flat_map(|(_, items)| items)
}

/// The name of a model.
pub(super) fn name_of(item: &Item) -> Option<&syn::Ident> {
    match item {
        Item::Struct(model) => Some(&model.ident),
        Item::Enum(model) => Some(&model.ident),
        Item::Type(alias) => Some(&alias.ident),
        _ => None,
    }
}

/// The structs with named fields.
fn objects_mut(file: &mut syn::File) -> impl Iterator<Item = &mut ItemStruct> {
    models(file).into_iter().flatten().filter_map(|item| match item {
        Item::Struct(model) if matches!(model.fields, Fields::Named(_)) => Some(model),
        _ => None,
    })
}

/// The fields of a model: those of a struct, or of the variants of an enum.
fn fields_mut(item: &mut Item) -> Vec<&mut Field> {
    match item {
        Item::Struct(model) => model.fields.iter_mut().collect(),
        Item::Enum(model) => model.variants.iter_mut().flat_map(|variant| &mut variant.fields).collect(),
        _ => Vec::new(),
    }
}

/// The last segment of the type that an `impl` block is for.
pub(super) fn implementor(block: &ItemImpl) -> Option<&syn::Ident> {
    last_ident(&block.self_ty)
}

/// Whether an `impl` block has methods of the generated client.
fn is_of_client(block: &ItemImpl) -> bool {
    block.trait_.is_none() && implementor(block).is_some_and(|name| name == "Client")
}

/// The `impl` blocks with methods of the generated client, to be changed.
fn client_blocks_mut(file: &mut syn::File) -> impl Iterator<Item = &mut ItemImpl> {
    file.items.iter_mut().filter_map(|item| match item {
        Item::Impl(block) if is_of_client(block) => Some(block),
        _ => None,
    })
}

/// The methods of the generated client.
pub(super) fn client_methods(file: &syn::File) -> impl Iterator<Item = &ImplItemFn> {
    let blocks = file.items.iter().filter_map(|item| match item {
        Item::Impl(block) if is_of_client(block) => Some(block),
        _ => None,
    });
    blocks.flat_map(|block| &block.items).filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// The methods of an `impl` block, to be changed.
fn methods_mut(block: &mut ItemImpl) -> impl Iterator<Item = &mut ImplItemFn> {
    block.items.iter_mut().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// The last segment of the trait that an `impl` block implements.
fn implemented(block: &ItemImpl) -> Option<String> {
    let (_, path, _) = block.trait_.as_ref()?;
    path.segments.last().map(|segment| segment.ident.to_string())
}

/// The last segment of a type's path: `Option` for `::std::option::Option<T>`.
fn last_ident(of: &Type) -> Option<&syn::Ident> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// The same, as text.
pub(super) fn last_segment(of: &Type) -> Option<String> {
    last_ident(of).map(ToString::to_string)
}

/// The type arguments of a path: `T` and `E` for `Result<T, E>`.
fn type_arguments(path: &Path) -> impl Iterator<Item = &Type> {
    let arguments = path.segments.last().and_then(|segment| match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    });
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

/// The first type argument of a type: `T` for `::std::option::Option<T>`.
pub(super) fn within(of: &Type) -> Option<&Type> {
    let Type::Path(path) = of else { return None };
    type_arguments(&path.path).next()
}

/// `T` of `Result<W<T>, _>`, where `wrapper` is the name of `W`.
pub(super) fn result_of<'a>(of: &'a Type, wrapper: &str) -> Option<&'a Type> {
    within(of).filter(|inner| last_ident(inner).is_some_and(|name| name == wrapper)).and_then(within)
}

/// Whether a type is an `Option`.
fn is_option(of: &Type) -> bool {
    last_ident(of).is_some_and(|name| name == "Option")
}

/// The type of the only value of a tuple struct or variant.
fn only_type(fields: &Fields) -> Option<&Type> {
    match fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|field| &field.ty),
        _ => None,
    }
}

/// The words of serde's attributes, such as `default` and `rename = "…"`.
fn serde_words(attributes: &[Attribute]) -> impl Iterator<Item = Meta> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    lists.filter_map(|attribute| attribute.parse_args_with(Words::parse_terminated).ok()).flatten()
}

/// Whether serde's attributes have a word, such as `default`.
fn has_serde(attributes: &[Attribute], word: &str) -> bool {
    serde_words(attributes).any(|meta| meta.path().is_ident(word))
}

/// The text of a word in serde's attributes, such as `rename = "…"`.
fn serde_text(attributes: &[Attribute], word: &str) -> Option<LitStr> {
    let meta = serde_words(attributes).find(|meta| meta.path().is_ident(word))?;
    text_of(&meta).cloned()
}

/// The text of `name = "…"`.
fn text_of(meta: &Meta) -> Option<&LitStr> {
    match &meta.require_name_value().ok()?.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

/// The text of an attribute for documentation.
fn documentation(attribute: &Attribute) -> Option<String> {
    text_of(&attribute.meta).filter(|_| attribute.path().is_ident("doc")).map(LitStr::value)
}

/// The name of a field or a variant in JSON, which may be an attribute of serde.
fn json_name(attributes: &[Attribute], name: &syn::Ident) -> String {
    serde_text(attributes, "rename").map_or_else(|| name.unraw().to_string(), |name| name.value())
}

/// Removes words from serde's attributes, such as `default`.
fn retain_serde(attributes: &mut Vec<Attribute>, is_kept: impl Fn(&str) -> bool) {
    attributes.retain_mut(|attribute| {
        let Meta::List(list) = &mut attribute.meta else { return true };
        if !list.path.is_ident("serde") {
            return true;
        }
        let Ok(parts) = list.parse_args_with(Words::parse_terminated) else { return true };
        let kept = parts.iter().filter(|part| part.path().get_ident().is_none_or(|word| is_kept(&word.to_string())));
        let kept: Vec<_> = kept.collect();
        list.tokens = quote! { #(#kept),* };
        !kept.is_empty()
    });
}

/// Whether a field may be absent from an object: its property is optional.
fn can_be_absent(field: &Field) -> bool {
    has_serde(&field.attrs, "skip_serializing_if")
}

/// Whether the property of a field is required and nullable, or free-form. Decoding accepts its absence.
fn is_required_and_nullable(field: &Field) -> bool {
    has_serde(&field.attrs, "default") && !can_be_absent(field)
}

/// Whether a field may be missing or null: it is an `Option`, or serde has a default for it.
fn is_optional(field: &Field) -> bool {
    has_serde(&field.attrs, "default") || is_option(&field.ty)
}

#[cfg(test)]
fn assert_same(file: &syn::File, expected: &syn::File) {
    assert_eq!(prettyplease::unparse(file), prettyplease::unparse(expected));
}
