//! Changes to generated syntax, each for one thing that the generator cannot be told.
//!
//! A pass over what every document leads to fails if it finds nothing: the generator has changed, and the pass with it. One
//! over models is content with none.

pub(super) mod api_client;
mod branches;
pub(super) mod envelopes;
pub(super) mod literal_paths;
pub(super) mod mock_methods;
pub(super) mod mock_values;
pub(super) mod non_exhaustive;
pub(super) mod objects_only;
pub(super) mod open_enums;
pub(super) mod open_unions;
pub(super) mod path_parameters;
pub(super) mod request_constructors;
pub(super) mod sealed_mocks;
mod shapes;
pub(super) mod unique_keys;
pub(super) mod variant_names;

use syn::ext::IdentExt;
use syn::{Attribute, Field, GenericArgument, Item, ItemImpl, PathArguments, Type};

/// The items of the module `types`, where the generator puts the models.
fn models(file: &mut syn::File) -> Option<&mut Vec<Item>> {
    file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut().map(|(_, items)| items),
        _ => None,
    })
}

/// The same, to be looked at.
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

/// The last segment of the type that an `impl` block is for.
pub(super) fn implementor(block: &ItemImpl) -> Option<&syn::Ident> {
    match &*block.self_ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// The last segment of the trait that an `impl` block implements.
fn implemented(block: &ItemImpl) -> Option<String> {
    let (_, path, _) = block.trait_.as_ref()?;
    path.segments.last().map(|segment| segment.ident.to_string())
}

/// The last segment of a type's path: `Option` for `::std::option::Option<T>`.
pub(super) fn type_name(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// What a type is a container of: `T` for `::std::option::Option<T>`.
pub(super) fn within(of: &Type) -> Option<&Type> {
    let Type::Path(path) = of else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}

/// Whether one of serde's attributes has a word, such as `default`.
fn has_serde(attributes: &[Attribute], word: &str) -> bool {
    let mut found = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(word);
            if meta.input.peek(syn::Token![=]) {
                let _: syn::Expr = meta.value()?.parse()?;
            }
            Ok(())
        });
    }
    found
}

/// What a field or a variant is called in JSON: another name, if one of serde's attributes says so.
fn called(attributes: &[Attribute], name: &syn::Ident) -> String {
    let mut called = name.unraw().to_string();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                called = meta.value()?.parse::<syn::LitStr>()?.value();
            } else if meta.input.peek(syn::Token![=]) {
                let _: syn::Expr = meta.value()?.parse()?;
            }
            Ok(())
        });
    }
    called
}

/// Whether a field may be absent: it is an `Option`, or serde has a default for it.
fn is_optional(field: &Field) -> bool {
    has_serde(&field.attrs, "default") || type_name(&field.ty).as_deref() == Some("Option")
}

#[cfg(test)]
fn assert_same(file: &syn::File, expected: &syn::File) {
    assert_eq!(prettyplease::unparse(file), prettyplease::unparse(expected));
}
