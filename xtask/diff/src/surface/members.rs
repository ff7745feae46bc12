//! The parts of items: fields, functions, generic parameters and derived traits.

use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, Field, Fields, FnArg, GenericArgument, GenericParam, Generics, Path, PathArguments, Receiver,
    ReturnType, Signature, Token, Type,
};

use super::error;
use super::paths::Resolver;
use crate::Error;

/// The form in which a struct or a variant is built and matched.
pub(super) fn form(fields: &Fields) -> &'static str {
    match fields {
        Fields::Unit => "",
        Fields::Unnamed(_) => "(..)",
        Fields::Named(_) => " {..}",
    }
}

fn field_name(index: usize, field: &Field) -> String {
    field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string)
}

/// A line for each of some fields.
pub(super) fn fields(of: &str, fields: &[(usize, &Field)], resolver: &mut Resolver<'_>) -> Vec<String> {
    let line = |(index, field): &(usize, &Field)| {
        format!("{of}.{}: {}", field_name(*index, field), resolver.type_text(&field.ty))
    };
    fields.iter().map(line).collect()
}

/// The line of a struct or a variant that users may build, and match field by field.
pub(super) fn exhaustive(of: &str, fields: &Fields) -> String {
    let names: Vec<_> = fields.iter().enumerate().map(|(index, field)| field_name(index, field)).collect();
    let colon = if names.is_empty() { "" } else { ": " };
    format!("{of} is exhaustive{colon}{}", names.join(", "))
}

/// Whether there is an attribute without arguments of this name.
pub(super) fn is_marked(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// A line for each derived trait.
pub(super) fn derived(of: &str, attributes: &[Attribute], resolver: &mut Resolver<'_>) -> Result<Vec<String>, Error> {
    let is_remote = attributes.iter().filter(|attribute| attribute.path().is_ident("serde")).any(|attribute| {
        let list = attribute.meta.require_list();
        list.is_ok_and(|list| list.tokens.to_string().contains("remote ="))
    });
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        for path in attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).map_err(error)? {
            let path = trait_text(&path, resolver);
            // With `remote`, serde derives functions that the implementation beside the type calls.
            if !(is_remote && path.starts_with("serde::")) {
                lines.push(format!("impl {path} for {of}"));
            }
        }
    }
    Ok(lines)
}

/// The text of a trait. Arguments that are all lifetimes are omitted, as `#[derive]` does not write them.
pub(super) fn trait_text(path: &Path, resolver: &mut Resolver<'_>) -> String {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut()
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && arguments.args.iter().all(|argument| matches!(argument, GenericArgument::Lifetime(_)))
    {
        last.arguments = PathArguments::None;
    }
    resolver.text(&path, |resolver, path| resolver.visit_path_mut(path))
}

/// Generic parameters without their lifetimes.
pub(super) fn without_lifetimes(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    let params = generics.params.into_iter().filter(|param| !matches!(param, GenericParam::Lifetime(_)));
    generics.params = params.collect();
    generics
}

/// Generic parameters in angle brackets, if there are some.
pub(super) fn generics(generics: &Generics, resolver: &mut Resolver<'_>) -> String {
    if generics.params.is_empty() {
        return String::new();
    }
    let mut generics = generics.clone();
    generics.where_clause = None;
    generics.params.pop_punct();
    resolver.text(&generics, |resolver, generics| resolver.visit_generics_mut(generics))
}

/// The `where` clause, if there is one.
pub(super) fn where_clause(generics: &Generics, resolver: &mut Resolver<'_>) -> String {
    let Some(mut clause) = generics.where_clause.clone().filter(|clause| !clause.predicates.is_empty()) else {
        return String::new();
    };
    clause.predicates.pop_punct();
    let text = resolver.text(&clause, |resolver, clause| resolver.visit_where_clause_mut(clause));
    format!(" {text}")
}

/// The lines of a function: its signature, and a line if it is `const`.
pub(super) fn function(name: &str, signature: &Signature, resolver: &mut Resolver<'_>) -> Vec<String> {
    let asyncness = if signature.asyncness.is_some() { "async " } else { "" };
    let unsafety = if signature.unsafety.is_some() { "unsafe " } else { "" };
    let parameters: Vec<_> = signature.inputs.iter().map(|input| parameter(input, resolver)).collect();
    let result = match &signature.output {
        ReturnType::Type(_, of) if !is_unit(of) => format!(" -> {}", resolver.type_text(of)),
        _ => String::new(),
    };
    let (generics, conditions) = (generics(&signature.generics, resolver), where_clause(&signature.generics, resolver));
    let parameters = parameters.join(", ");
    let mut lines = vec![format!("{asyncness}{unsafety}fn {name}{generics}({parameters}){result}{conditions}")];
    if signature.constness.is_some() {
        // A line of its own: a function that becomes `const` breaks no users.
        lines.push(format!("{name} is const"));
    }
    lines
}

fn is_unit(of: &Type) -> bool {
    matches!(of, Type::Tuple(tuple) if tuple.elems.is_empty())
}

fn parameter(argument: &FnArg, resolver: &mut Resolver<'_>) -> String {
    match argument {
        FnArg::Receiver(receiver) => receiver_text(receiver, resolver),
        FnArg::Typed(typed) => resolver.type_text(&typed.ty),
    }
}

/// The receiver without a `mut` that only the function's body sees.
fn receiver_text(receiver: &Receiver, resolver: &mut Resolver<'_>) -> String {
    let mutable = if receiver.mutability.is_some() { "mut " } else { "" };
    match &receiver.reference {
        Some((_, Some(lifetime))) => format!("&{lifetime} {mutable}self"),
        Some((_, None)) => format!("&{mutable}self"),
        None if receiver.colon_token.is_some() => format!("self: {}", resolver.type_text(&receiver.ty)),
        None => "self".to_owned(),
    }
}
