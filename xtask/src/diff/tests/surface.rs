//! What a generated client shows to the code that uses it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use quote::ToTokens;
use serde_json::Value;
use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, FnArg, ImplItem, Item, ItemImpl, Path, ReturnType, Token, Visibility};

use super::super::Class;
use crate::document::Document;
use crate::generate;

/// Everything public of the client, a line each: methods without the names of their arguments, models with their fields,
/// variants and traits.
pub(super) fn surface(document: &Value) -> Arc<BTreeSet<String>> {
    // Many rows begin with one document.
    static MADE: Mutex<BTreeMap<String, Arc<BTreeSet<String>>>> = Mutex::new(BTreeMap::new());
    let key = document.to_string();
    if let Some(lines) = MADE.lock().unwrap().get(&key) {
        return Arc::clone(lines);
    }
    let lines = Arc::new(make(document));
    MADE.lock().unwrap().insert(key, Arc::clone(&lines));
    lines
}

fn make(document: &Value) -> BTreeSet<String> {
    let (path, revision, sha256) = (PathBuf::from("document"), "2026-01-01".to_owned(), String::new());
    let file = generate::client(&Document { path, revision, sha256, value: document.clone() }).unwrap();
    let mut lines = BTreeSet::new();
    add(&file.items, &mut lines);
    lines
}

/// What becomes of code that uses a client when another takes its place.
pub(super) fn class(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Class {
    if !old.is_subset(new) {
        Class::Breaking
    } else if old == new {
        Class::Documentation
    } else {
        Class::Additive
    }
}

fn add(items: &[Item], lines: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Mod(module) => {
                // What tells branches apart is private, and the errors of builders are always the same.
                if let Some((_, items)) = &module.content
                    && ["types", "operations"].contains(&module.ident.to_string().as_str())
                {
                    add(items, lines);
                }
            }
            Item::Struct(model) => {
                lines.insert(format!("{}", model.ident));
                add_traits(&model.ident.to_string(), &model.attrs, lines);
                add_fields(&model.ident.to_string(), &model.fields, false, lines);
            }
            Item::Enum(model) => {
                add_traits(&model.ident.to_string(), &model.attrs, lines);
                for variant in &model.variants {
                    let name = format!("{}::{}", model.ident, variant.ident);
                    lines.insert(name.clone());
                    add_fields(&name, &variant.fields, true, lines);
                }
            }
            Item::Const(constant) => {
                lines.insert(format!("const {}", constant.ident));
            }
            Item::Impl(block) => add_impl(block, lines),
            _ => {}
        }
    }
}

fn add_traits(name: &str, attributes: &[Attribute], lines: &mut BTreeSet<String>) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let traits = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).unwrap();
        lines.extend(traits.iter().map(|of| format!("{name} is {}", text(of))));
    }
}

fn add_fields(name: &str, fields: &Fields, are_public: bool, lines: &mut BTreeSet<String>) {
    for (index, field) in fields.iter().enumerate() {
        if are_public || matches!(field.vis, Visibility::Public(_)) {
            let field_name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            lines.insert(format!("{name}.{field_name}: {}", text(&field.ty)));
        }
    }
}

fn add_impl(block: &ItemImpl, lines: &mut BTreeSet<String>) {
    let of = text(&block.self_ty);
    if let Some((_, implemented, _)) = &block.trait_ {
        lines.insert(format!("{of} is {}", text(implemented)));
        return;
    }
    for item in &block.items {
        if let ImplItem::Fn(function) = item
            && matches!(function.vis, Visibility::Public(_))
        {
            let signature = &function.sig;
            let arguments: Vec<_> = signature.inputs.iter().map(argument).collect();
            let result = match &signature.output {
                ReturnType::Default => String::new(),
                ReturnType::Type(_, of) => text(of),
            };
            lines.insert(format!("{of}::{}({}) -> {result}", signature.ident, arguments.join(", ")));
        }
    }
}

fn argument(argument: &FnArg) -> String {
    match argument {
        FnArg::Receiver(receiver) => text(receiver),
        FnArg::Typed(typed) => text(&typed.ty),
    }
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
