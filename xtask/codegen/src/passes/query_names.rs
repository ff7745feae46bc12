//! The names of the pairs that encode each query parameter of an operation.
//!
//! Seen in: Cloudflare's document of 2024-08-06, where 3 query parameters are objects.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use xtask_document::operation::Operation;
use xtask_document::resolved::{References, ResolvedSchema};

/// The most levels of nested unions that are followed. A union can be a branch of itself.
const DEEPEST: usize = 8;

/// The expressions of the type `::api_runtime::QueryNames`, by the name of the parameter.
pub(super) type QueryNames = BTreeMap<String, TokenStream>;

/// The names of an operation's parameters.
pub(super) fn of<'a>(references: &References<'a>, operation: &Operation<'a>) -> QueryNames {
    let parameters = operation.parameters();
    let in_query = parameters.iter().filter(|parameter| parameter.place == "query");
    let pairs: BTreeMap<_, _> = in_query
        .filter_map(|parameter| {
            let mut pairs = Pairs::default();
            pairs.add(references, parameter.name, parameter.schema()?, DEEPEST);
            Some((parameter.name, pairs))
        })
        .collect();
    pairs.keys().map(|name| ((*name).to_owned(), expression(name, &pairs))).collect()
}

/// The names of the pairs of a parameter.
#[derive(Default)]
struct Pairs<'a> {
    names: BTreeSet<&'a str>,
    /// Whether other names are possible.
    is_map: bool,
}

impl<'a> Pairs<'a> {
    fn add(&mut self, references: &References<'a>, name: &'a str, schema: &'a Value, deepest: usize) {
        let schema = ResolvedSchema::of(references, schema);
        let branches: Vec<_> = schema.union_branches().collect();
        let is_object = schema.text("type") == Some("object") || !schema.properties.is_empty();
        match deepest.checked_sub(1) {
            Some(deepest) if !branches.is_empty() => {
                branches.iter().for_each(|branch| self.add(references, name, branch, deepest));
            }
            _ if is_object => {
                let members = schema.get("additionalProperties").is_some_and(|members| *members != Value::Bool(false));
                self.is_map |= members || schema.properties.is_empty();
                self.names.extend(schema.properties.keys());
            }
            _ => {
                self.is_map |= schema.get("type").is_none() && schema.get("enum").is_none();
                self.names.insert(name);
            }
        }
    }
}

fn expression(name: &str, all: &BTreeMap<&str, Pairs<'_>>) -> TokenStream {
    let others = || all.iter().filter(|(other, _)| **other != name).map(|(_, pairs)| pairs);
    let names: BTreeSet<_> = others().flat_map(|pairs| &pairs.names).collect();
    let Some(own) = all.get(name) else { return TokenStream::new() };
    let shared = names.iter().filter(|name| own.names.contains(**name));
    let shared = match (others().any(|pairs| pairs.is_map), shared.collect::<Vec<_>>()) {
        (true, _) => quote! { .all_shared() },
        (false, shared) if own.is_map || shared.is_empty() => TokenStream::new(),
        (false, shared) => quote! { .shared(&[#(#shared),*]) },
    };
    let own = if own.is_map {
        quote! { except(&[#(#names),*]) }
    } else {
        let own = &own.names;
        quote! { of(&[#(#own),*]) }
    };
    quote! { ::api_runtime::QueryNames::#own #shared }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use serde_json::json;

    use super::*;
    use xtask_document::operation::operations;

    /// The names of the parameter `a`.
    fn names(a: &Value, others: &[(&str, Value)]) -> String {
        let parameter = |(name, schema): &(&str, Value)| json!({"in": "query", "name": name, "schema": schema});
        let shared = parameter(&("a", json!({"type": "string"})));
        let own: Vec<_> = [("a", a.clone())].iter().chain(others).map(parameter).collect();
        let document =
            json!({"paths": {"/a~b": {"parameters": [shared], "get": {"operationId": "x", "parameters": own}}}});
        let operation = operations(&document).next().unwrap();
        let names = of(&References::of(&document), &operation);
        let text = names.get("a").unwrap().to_token_stream().to_string();
        text.replace(' ', "").replace("::api_runtime::QueryNames::", "")
    }

    #[test]
    fn scalar_and_list_have_one_name_and_an_object_has_those_of_its_properties() {
        let text = json!({"type": "string"});
        let object = json!({"type": "object", "properties": {"x": text, "y": text}});
        let (list, either) = (json!({"type": "array", "items": text}), json!({"oneOf": [text, object]}));
        for (schema, expected) in [
            (&text, r#"of(&["a"])"#),
            (&list, r#"of(&["a"])"#),
            (&object, r#"of(&["x","y"])"#),
            (&either, r#"of(&["a","x","y"])"#),
        ] {
            assert_eq!(names(schema, &[("b", text.clone())]), expected, "{schema}");
        }
        assert_eq!(names(&object, &[("y", text.clone()), ("z", text.clone())]), r#"of(&["x","y"]).shared(&["y"])"#);
        assert_eq!(names(&text, &[("b", json!({"properties": {"a": text}}))]), r#"of(&["a"]).shared(&["a"])"#);
    }

    #[test]
    fn map_has_every_name_that_no_other_parameter_has() {
        let text = json!({"type": "string"});
        let map = json!({"type": "object", "additionalProperties": text});
        let open = json!({"type": "object", "properties": {"x": text}, "additionalProperties": {}});
        for schema in [&map, &open, &json!({"type": "object"}), &json!({}), &json!({"anyOf": [text, map]})] {
            assert_eq!(names(schema, &[("b", text.clone())]), r#"except(&["b"])"#, "{schema}");
            assert_eq!(names(&text, &[("b", schema.clone())]), r#"of(&["a"]).all_shared()"#, "{schema}");
            assert_eq!(names(schema, &[("b", map.clone())]), r#"except(&[]).all_shared()"#, "{schema}");
        }
    }
}
