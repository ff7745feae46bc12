//! The syntax of generated code: models, methods, types, and the attributes of serde.

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
pub(crate) fn models(file: &mut syn::File) -> Option<&mut Vec<Item>> {
    file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut().map(|(_, items)| items),
        _ => None,
    })
}

/// Iterates over the items of the module `types`.
pub(crate) fn models_of(file: &syn::File) -> impl Iterator<Item = &Item> {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    modules.flat_map(|(_, items)| items)
}

/// The name of a model.
pub(crate) fn name_of(item: &Item) -> Option<&syn::Ident> {
    match item {
        Item::Struct(model) => Some(&model.ident),
        Item::Enum(model) => Some(&model.ident),
        Item::Type(alias) => Some(&alias.ident),
        _ => None,
    }
}

/// The structs with named fields.
pub(crate) fn objects_mut(file: &mut syn::File) -> impl Iterator<Item = &mut ItemStruct> {
    models(file).into_iter().flatten().filter_map(|item| match item {
        Item::Struct(model) if matches!(model.fields, Fields::Named(_)) => Some(model),
        _ => None,
    })
}

/// The fields of a model: those of a struct, or of the variants of an enum.
pub(crate) fn fields_mut(item: &mut Item) -> Vec<&mut Field> {
    match item {
        Item::Struct(model) => model.fields.iter_mut().collect(),
        Item::Enum(model) => model.variants.iter_mut().flat_map(|variant| &mut variant.fields).collect(),
        _ => Vec::new(),
    }
}

/// The last segment of the type that an `impl` block is for.
pub(crate) fn implementor(block: &ItemImpl) -> Option<&syn::Ident> {
    last_ident(&block.self_ty)
}

/// Whether an `impl` block has methods of the generated client.
pub(crate) fn is_of_client(block: &ItemImpl) -> bool {
    block.trait_.is_none() && implementor(block).is_some_and(|name| name == "Client")
}

/// The `impl` blocks with methods of the generated client, to be changed.
pub(crate) fn client_blocks_mut(file: &mut syn::File) -> impl Iterator<Item = &mut ItemImpl> {
    file.items.iter_mut().filter_map(|item| match item {
        Item::Impl(block) if is_of_client(block) => Some(block),
        _ => None,
    })
}

/// The methods of the generated client.
pub(crate) fn client_methods(file: &syn::File) -> impl Iterator<Item = &ImplItemFn> {
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
pub(crate) fn methods_mut(block: &mut ItemImpl) -> impl Iterator<Item = &mut ImplItemFn> {
    block.items.iter_mut().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// The last segment of the trait that an `impl` block implements.
pub(crate) fn implemented(block: &ItemImpl) -> Option<String> {
    let (_, path, _) = block.trait_.as_ref()?;
    path.segments.last().map(|segment| segment.ident.to_string())
}

/// The last segment of a type's path: `Option` for `::std::option::Option<T>`.
pub(crate) fn last_ident(of: &Type) -> Option<&syn::Ident> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// The name of the last segment of a type's path, as text.
pub(crate) fn last_segment(of: &Type) -> Option<String> {
    last_ident(of).map(ToString::to_string)
}

/// The type arguments of a path: `T` and `E` for `Result<T, E>`.
pub(crate) fn type_arguments(path: &Path) -> impl Iterator<Item = &Type> {
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
pub(crate) fn within(of: &Type) -> Option<&Type> {
    let Type::Path(path) = of else { return None };
    type_arguments(&path.path).next()
}

/// `V` of a map with keys `K` and values `V`.
pub(crate) fn map_value(of: &Type) -> Option<&Type> {
    let Type::Path(path) = of else { return None };
    type_arguments(&path.path).nth(1).filter(|_| last_ident(of).is_some_and(|name| name == "BTreeMap"))
}

/// `T` of `Result<W<T>, _>`, where `wrapper` is the name of `W`.
pub(crate) fn result_of<'a>(of: &'a Type, wrapper: &str) -> Option<&'a Type> {
    within(of).filter(|inner| last_ident(inner).is_some_and(|name| name == wrapper)).and_then(within)
}

/// Whether a type is an `Option`.
pub(crate) fn is_option(of: &Type) -> bool {
    last_ident(of).is_some_and(|name| name == "Option")
}

/// The type of the only value of a tuple struct or variant.
pub(crate) fn only_type(fields: &Fields) -> Option<&Type> {
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
pub(crate) fn has_serde(attributes: &[Attribute], word: &str) -> bool {
    serde_words(attributes).any(|meta| meta.path().is_ident(word))
}

/// The text of a word in serde's attributes, such as `rename = "…"`.
pub(crate) fn serde_text(attributes: &[Attribute], word: &str) -> Option<LitStr> {
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
pub(crate) fn documentation(attribute: &Attribute) -> Option<String> {
    text_of(&attribute.meta).filter(|_| attribute.path().is_ident("doc")).map(LitStr::value)
}

/// The name of a field or a variant in JSON, which may be an attribute of serde.
pub(crate) fn json_name(attributes: &[Attribute], name: &syn::Ident) -> String {
    serde_text(attributes, "rename").map_or_else(|| name.unraw().to_string(), |name| name.value())
}

/// Removes words from serde's attributes, such as `default`.
pub(crate) fn retain_serde(attributes: &mut Vec<Attribute>, is_kept: impl Fn(&str) -> bool) {
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
pub(crate) fn can_be_absent(field: &Field) -> bool {
    has_serde(&field.attrs, "skip_serializing_if")
}

/// Whether the property of a field is required and nullable, or free-form. Decoding accepts its absence.
pub(crate) fn is_required_and_nullable(field: &Field) -> bool {
    has_serde(&field.attrs, "default") && !can_be_absent(field)
}

/// Whether a field may be missing or null: it is an `Option`, or serde has a default for it.
pub(crate) fn is_optional(field: &Field) -> bool {
    has_serde(&field.attrs, "default") || is_option(&field.ty)
}

#[cfg(test)]
pub(crate) fn assert_same(file: &syn::File, expected: &syn::File) {
    assert_eq!(prettyplease::unparse(file), prettyplease::unparse(expected));
}
