//! What a part of a document refers to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

const EXAMPLES: &str = "#/components/examples/";

/// Every component of the whole that something refers to, and that those refer to in turn. A reference with escapes in it is
/// replaced by one with the plain name: nothing else knows escapes.
pub(super) fn components(whole: &Value, from: &mut Value) -> Result<Map<String, Value>> {
    let Found { mut components, escaped, .. } = find(whole, from)?;
    if !escaped.is_empty() {
        unescape(from, Within::Object, &escaped);
        for (kind, of_kind) in &mut components {
            let within = if kind == "examples" { Within::Examples } else { Within::Names };
            unescape(of_kind, within, &escaped);
        }
    }
    Ok(components)
}

/// What an object is, and so what its keys are.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    /// It has the keys of OpenAPI.
    Object,
    /// Its keys are names, and may be anything: a property may be called `default`.
    Names,
    /// Its keys are names of examples.
    Examples,
    /// A reference to an example, or data.
    Example,
}

impl Within {
    /// What stands under a key. Nothing, if that is data: a reference in it is none.
    fn below(self, key: &str) -> Option<Self> {
        match (self, key) {
            (Self::Names, _) => Some(Self::Object),
            (Self::Examples, _) => Some(Self::Example),
            (Self::Example, _) | (Self::Object, "default" | "enum" | "example") => None,
            (Self::Object, "examples") => Some(Self::Examples),
            (
                Self::Object,
                "callbacks" | "content" | "encoding" | "headers" | "links" | "paths" | "properties" | "responses",
            ) => Some(Self::Names),
            (Self::Object, _) => (!key.starts_with("x-")).then_some(Self::Object),
        }
    }

    fn is_reference(self, reference: &str) -> bool {
        match self {
            Self::Object => true,
            Self::Names | Self::Examples => false,
            Self::Example => reference.starts_with(EXAMPLES),
        }
    }
}

/// What has been found.
#[derive(Default)]
struct Found {
    components: Map<String, Value>,
    /// The references that lead to more than themselves: a chain of references is followed once, and not from each of its links.
    sound: BTreeSet<String>,
    /// The references with escapes in them, each with the one that has none.
    escaped: BTreeMap<String, String>,
}

fn find(whole: &Value, from: &Value) -> Result<Found> {
    let mut found = Found::default();
    let mut pending = vec![(from, Within::Object)];
    let mut seen = BTreeSet::new();
    while let Some((value, within)) = pending.pop() {
        match value {
            Value::Object(object) => {
                for reference in references(object, within) {
                    if seen.contains(&reference) {
                        continue;
                    }
                    let component = found.follow(whole, &reference)?;
                    let within = if component.kind == "examples" { Within::Example } else { Within::Object };
                    pending.push((component.target, within));
                    seen.insert(reference);
                }
                pending.extend(object.iter().filter_map(|(key, value)| Some((value, within.below(key)?))));
            }
            Value::Array(array) => pending.extend(array.iter().map(|value| (value, within))),
            _ => {}
        }
    }
    Ok(found)
}

/// The references that an object itself holds: its own, and those by which the values of a property choose a schema. The latter
/// may be names alone.
fn references(object: &Map<String, Value>, within: Within) -> impl Iterator<Item = Cow<'_, str>> {
    let own = object.get("$ref").and_then(Value::as_str).filter(move |reference| within.is_reference(reference));
    let discriminator = object.get("discriminator").filter(|_| within == Within::Object);
    let mapping = discriminator.and_then(|discriminator| discriminator.get("mapping")?.as_object());
    let chosen = mapping.into_iter().flat_map(Map::values).filter_map(Value::as_str).map(|chosen| {
        let is_name = !chosen.contains(['#', '/']);
        if is_name { Cow::Owned(format!("#/components/schemas/{chosen}")) } else { Cow::Borrowed(chosen) }
    });
    own.map(Cow::Borrowed).into_iter().chain(chosen)
}

impl Found {
    /// Takes what a reference leads to; not just to another one and so on in a circle.
    fn follow<'w>(&mut self, whole: &'w Value, reference: &str) -> Result<Component<'w>> {
        let first = Component::of(whole, reference)?;
        let plain = first.reference();
        let mut chain = BTreeSet::from([plain.clone()]);
        let mut value = first.target;
        while let Some(further) = value.get("$ref").and_then(Value::as_str) {
            let next = Component::of(whole, further)?;
            let further = next.reference();
            if self.sound.contains(&further) {
                break;
            }
            ensure!(chain.insert(further), "the reference {reference:?} leads to nothing but itself");
            value = next.target;
        }
        self.sound.extend(chain);
        let of_kind = self.components.entry(first.kind.clone()).or_insert_with(|| json!({}));
        if let Some(of_kind) = of_kind.as_object_mut() {
            of_kind.insert(first.name.clone(), first.target.clone());
        }
        if plain != reference {
            self.escaped.insert(reference.to_owned(), plain);
        }
        Ok(first)
    }
}

/// What a reference leads to.
struct Component<'w> {
    kind: String,
    name: String,
    target: &'w Value,
}

impl<'w> Component<'w> {
    /// The component of exactly that name, or else of the one that is meant: in a JSON pointer (RFC 6901) in a URI, some
    /// characters are escaped.
    fn of(whole: &'w Value, reference: &str) -> Result<Self> {
        let Some(path) = reference.strip_prefix("#/") else {
            bail!("the reference {reference:?} leads out of the document, which is not supported");
        };
        let no_component =
            || format!("the reference {reference:?} does not lead to a component, which is not supported");
        let parts = path.strip_prefix("components/").and_then(|path| path.split_once('/'));
        let (kind, name) = parts.with_context(no_component)?;
        let of_kind = whole.get("components").and_then(|components| components.get(kind));
        let named = |name: &str| of_kind.and_then(|of_kind| of_kind.get(name));
        let (name, target) = match named(name) {
            Some(target) => (name.to_owned(), target),
            None => {
                ensure!(!name.contains('/'), no_component());
                let name = plain(name);
                let target = named(&name).with_context(|| format!("the reference {reference:?} leads nowhere"))?;
                (name, target)
            }
        };
        Ok(Self { kind: kind.to_owned(), name, target })
    }

    /// The reference without escapes.
    fn reference(&self) -> String {
        format!("#/components/{}/{}", self.kind, self.name)
    }
}

/// A name without escapes.
fn plain(name: &str) -> String {
    let mut parts = name.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        bytes.extend(part.bytes().skip(if byte.is_some() { 2 } else { 0 }));
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

fn unescape(value: &mut Value, within: Within, escaped: &BTreeMap<String, String>) {
    let replace = |reference: &mut Value| {
        if let Value::String(reference) = reference
            && let Some(plain) = escaped.get(reference)
        {
            reference.clone_from(plain);
        }
    };
    match value {
        Value::Object(object) => {
            if matches!(within, Within::Object | Within::Example) {
                object.get_mut("$ref").into_iter().for_each(replace);
            }
            if within == Within::Object {
                let mapping =
                    object.get_mut("discriminator").and_then(|discriminator| discriminator.get_mut("mapping"));
                mapping.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut).for_each(replace);
            }
            for (key, value) in object {
                if let Some(within) = within.below(key) {
                    unescape(value, within, escaped);
                }
            }
        }
        Value::Array(array) => array.iter_mut().for_each(|value| unescape(value, within, escaped)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(reference: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{reference}")})
    }

    /// The names of the schemas that something refers to, and what has become of it.
    fn found(schemas: &Value, from: &Value) -> (Vec<String>, Value) {
        let whole = json!({"components": {"schemas": schemas, "examples": {"Example": {"value": schema("Nowhere")}}}});
        let mut from = from.clone();
        let components = components(&whole, &mut from).unwrap();
        let schemas = components.get("schemas").and_then(Value::as_object);
        (schemas.into_iter().flat_map(Map::keys).cloned().collect(), from)
    }

    #[test]
    fn the_schemas_of_a_discriminator_are_referred_to() {
        let from = json!({"discriminator": {"propertyName": "kind", "mapping": {
            "a": "#/components/schemas/A", "b": "B", "c": "#/components/schemas/C%20D",
        }}});
        let (names, from) = found(&json!({"A": {}, "B": {}, "C D": {}, "E": {}}), &from);
        assert_eq!(names, ["A", "B", "C D"]);
        let mapping = json!({"a": "#/components/schemas/A", "b": "B", "c": "#/components/schemas/C D"});
        assert_eq!(from["discriminator"]["mapping"], mapping);
        let whole = json!({"components": {"schemas": {}}});
        let error = components(&whole, &mut json!({"discriminator": {"mapping": {"a": "A"}}})).unwrap_err();
        assert!(error.to_string().contains("leads nowhere"), "{error}");
    }

    #[test]
    fn references_in_data_are_none() {
        let data = json!({"$ref": "elsewhere.json", "more": [schema("Nowhere"), schema("A%20B")]});
        let from = json!({
            "default": data, "enum": [data], "example": data, "x-data": data,
            "examples": {"a": data, "b": {"value": data}, "c": {"$ref": "#/components/examples/Example"}},
            "schema": schema("A%20B"),
        });
        let (names, after) = found(&json!({"A B": {"example": data}}), &from);
        assert_eq!(names, ["A B"]);
        assert_eq!(after["schema"], schema("A B"));
        for key in ["default", "enum", "example", "examples", "x-data"] {
            assert_eq!(after[key], from[key], "{key}");
        }
    }

    #[test]
    fn a_name_may_be_that_of_data() {
        let names = ["default", "enum", "example", "examples", "x-data", "discriminator"];
        let schemas: Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        for key in ["properties", "headers", "responses"] {
            let from: Map<_, _> = names.iter().map(|name| ((*name).to_owned(), schema(name))).collect();
            assert_eq!(found(&Value::Object(schemas.clone()), &json!({key: from})).0.len(), names.len(), "{key}");
        }
        let (names, _) = found(&json!({}), &json!({"properties": {"$ref": {"type": "string"}}}));
        assert!(names.is_empty());
    }

    #[test]
    fn escapes_in_references_are_read() {
        let schemas = json!({"a b": {}, "c/d": schema("e~0f"), "e~f": {}, "100%": {}, "g%20h": {}});
        let escaped = ["a%20b", "c~1d", "100%25", "g%20h"];
        let from: Vec<_> = escaped.into_iter().map(schema).collect();
        let (names, from) = found(&schemas, &Value::from(from));
        assert_eq!(names.len(), 5);
        assert_eq!(from, json!([schema("a b"), schema("c/d"), schema("100%"), schema("g%20h")]));
        // It is not read a second time.
        assert_eq!(found(&schemas, &from).1, from);
    }
}
