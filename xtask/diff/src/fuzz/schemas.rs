//! Mutations of schemas.

use serde_json::{Map, Value, json};
use xtask_document::schemas::SCHEMAS;
use xtask_document::walk::ObjectKind;

use super::dice::{Dice, Mutation};

const fn schema(name: &'static str, apply: fn(&mut Dice<'_>, &mut Value)) -> Mutation {
    Mutation { name, kind: |kind| kind == ObjectKind::Schema, apply }
}

pub(super) const ALL: &[Mutation] = &[
    schema("another type", another_type),
    schema("another schema", |dice, schema| *schema = dice.schema(2)),
    schema("a reference", |dice, schema| *schema = dice.reference()),
    schema("nullable", |_, schema| toggle(schema, "nullable")),
    schema("readOnly", |_, schema| toggle(schema, "readOnly")),
    schema("writeOnly", |_, schema| toggle(schema, "writeOnly")),
    schema("deprecated", |_, schema| toggle(schema, "deprecated")),
    schema("format", format),
    schema("enum", enumeration),
    schema("enum value", enumeration_value),
    schema("required", required),
    schema("new property", new_property),
    schema("property gone", property_gone),
    schema("property renamed", property_renamed),
    schema("property exchanged", property_exchanged),
    schema("property of itself", property_of_itself),
    schema("additionalProperties", additional_properties),
    schema("items", items),
    schema("allOf of one", |_, schema| *schema = json!({"allOf": [schema.clone()]})),
    schema("allOf with an annotation", |_, schema| {
        *schema = json!({"allOf": [schema.clone()], "description": "Other."})
    }),
    schema("allOf of two", |dice, schema| *schema = json!({"allOf": [schema.clone(), dice.schema(2)]})),
    schema("allOf apart", all_of_apart),
    schema("union of one", |dice, schema| *schema = json!({union(dice): [schema.clone()]})),
    schema("union of two", |dice, schema| *schema = json!({union(dice): [schema.clone(), dice.schema(1)]})),
    schema("union with null", |dice, schema| {
        *schema = json!({union(dice): [schema.clone(), {"type": "string", "nullable": true}]})
    }),
    schema("tagged union", tagged_union),
    schema("union of another keyword", another_keyword),
    schema("new alternative", new_alternative),
    schema("alternative gone", alternative_gone),
    schema("alternatives in another order", alternatives_in_another_order),
    schema("discriminator", discriminator),
    schema("title", title),
    schema("annotation", annotation),
    schema("constraint", constraint),
    schema("extension", extension),
    schema("not", |dice, schema| set(schema, "not", dice.scalar())),
    schema("keyword gone", keyword_gone),
];

fn set(schema: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(key.to_owned(), value.into());
    }
}

fn remove(schema: &mut Value, key: &str) -> Option<Value> {
    schema.as_object_mut()?.remove(key)
}

fn toggle(schema: &mut Value, key: &str) {
    if remove(schema, key).is_none() {
        set(schema, key, true);
    }
}

fn union(dice: &mut Dice<'_>) -> &'static str {
    if dice.flip() { "oneOf" } else { "anyOf" }
}

fn properties(schema: &mut Value) -> Option<&mut Map<String, Value>> {
    schema.get_mut("properties")?.as_object_mut()
}

fn another_type(dice: &mut Dice<'_>, schema: &mut Value) {
    let of = dice.one(["string", "integer", "number", "boolean", "array", "object"]).unwrap_or_default();
    set(schema, "type", of);
    if of == "array" {
        set(schema, "items", dice.schema(1));
    }
}

fn format(dice: &mut Dice<'_>, schema: &mut Value) {
    if remove(schema, "format").is_none() || dice.flip() {
        set(schema, "format", dice.format());
    }
}

fn enumeration(dice: &mut Dice<'_>, schema: &mut Value) {
    if remove(schema, "enum").is_none() {
        let values = dice.one([
            json!(["a"]),
            json!(["a", "b"]),
            json!(["a", "A"]),
            json!([1, 2]),
            json!(["a", 1]),
            json!(["a", null]),
            json!(["", "-"]),
            json!([true]),
        ]);
        set(schema, "enum", values.unwrap_or_default());
    }
}

fn enumeration_value(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return };
    if dice.flip() && !values.is_empty() {
        values.remove(dice.random.usize(..values.len()));
    } else {
        let first = values.first().and_then(Value::as_str).unwrap_or_default().to_uppercase();
        let value = dice.one([
            json!("new"),
            json!(first),
            json!(""),
            json!("+1"),
            json!("-1"),
            json!(3),
            Value::Null,
            json!("self"),
        ]);
        values.push(value.unwrap_or_default());
    }
}

fn required(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(name) = properties(schema).and_then(|properties| dice.key(properties)) else { return };
    let mut listed = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    match listed.iter().position(|listed| *listed == name) {
        Some(index) => drop(listed.remove(index)),
        None => listed.push(name.into()),
    }
    remove(schema, "required");
    if !listed.is_empty() {
        set(schema, "required", listed);
    }
}

fn new_property(dice: &mut Dice<'_>, schema: &mut Value) {
    let (name, property) = (dice.name(), dice.schema(2));
    let is_object = schema.get("type").is_some_and(|of| of == "object");
    if is_object && schema.get("properties").is_none() {
        set(schema, "properties", json!({}));
    }
    let Some(properties) = properties(schema) else { return };
    let name = match dice.key(properties).filter(|_| dice.random.u8(..4) == 0) {
        // A name that may make the same field as another one.
        Some(other) => {
            dice.one([other.to_uppercase(), other.replace('_', "-"), other.replace('_', "")]).unwrap_or(name)
        }
        None => name,
    };
    properties.insert(name.clone(), property);
    if dice.random.u8(..4) == 0 {
        let mut required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        required.push(name.into());
        set(schema, "required", required);
    }
}

fn property_gone(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(properties) = properties(schema) else { return };
    let Some(name) = dice.key(properties) else { return };
    properties.remove(&name);
    if dice.flip()
        && let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut)
    {
        required.retain(|required| *required != name);
    }
}

fn property_renamed(dice: &mut Dice<'_>, schema: &mut Value) {
    let new = dice.name();
    let Some(properties) = properties(schema) else { return };
    if let Some(name) = dice.key(properties)
        && let Some(property) = properties.remove(&name)
    {
        properties.insert(new, property);
    }
}

fn property_exchanged(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(properties) = properties(schema) else { return };
    if let (Some(one), Some(other)) = (dice.key(properties), dice.key(properties))
        && let Some(value) = properties.get(&one).cloned()
    {
        properties.insert(other, value);
    }
}

/// Closes cycles: a reference to some component as a property.
fn property_of_itself(dice: &mut Dice<'_>, schema: &mut Value) {
    let (name, reference) = (dice.name(), dice.reference());
    if let Some(properties) = properties(schema) {
        properties.insert(name, reference);
    }
}

fn additional_properties(dice: &mut Dice<'_>, schema: &mut Value) {
    if remove(schema, "additionalProperties").is_none() || dice.flip() {
        let value = match dice.random.u8(..4) {
            0 => json!(true),
            1 => json!(false),
            2 => json!({}),
            _ => dice.schema(1),
        };
        set(schema, "additionalProperties", value);
    }
}

fn items(dice: &mut Dice<'_>, schema: &mut Value) {
    if remove(schema, "items").is_none() || dice.flip() {
        set(schema, "items", dice.schema(1));
    }
}

/// Moves some properties into a part of their own.
fn all_of_apart(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(properties) = properties(schema) else { return };
    let Some(name) = dice.key(properties) else { return };
    let moved = properties.remove(&name).unwrap_or_default();
    let mut part = json!({"type": "object", "properties": {name: moved}});
    if dice.flip() {
        part = json!({"allOf": [part]});
    }
    if dice.random.u8(..3) == 0 {
        set(&mut part, "nullable", true);
    }
    *schema = json!({"allOf": if dice.flip() { [schema.take(), part] } else { [part, schema.take()] }});
}

fn tagged_union(dice: &mut Dice<'_>, schema: &mut Value) {
    let tags: &[&str] = if dice.flip() { &["a", "b"] } else { &["a", "b", "c"] };
    let alternatives: Vec<_> = tags.iter().map(|tag| dice.tagged("kind", tag)).collect();
    *schema = json!({"oneOf": alternatives});
}

fn another_keyword(_: &mut Dice<'_>, schema: &mut Value) {
    for (old, new) in [("oneOf", "anyOf"), ("anyOf", "oneOf")] {
        if let Some(alternatives) = remove(schema, old) {
            return set(schema, new, alternatives);
        }
    }
}

fn alternatives(schema: &mut Value) -> Option<&mut Vec<Value>> {
    let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| schema.get(*keyword).is_some())?;
    schema.get_mut(keyword)?.as_array_mut()
}

fn new_alternative(dice: &mut Dice<'_>, schema: &mut Value) {
    let alternative = if dice.flip() { dice.schema(2) } else { dice.tagged("kind", "new") };
    if let Some(alternatives) = alternatives(schema) {
        alternatives.push(alternative);
    }
}

fn alternative_gone(dice: &mut Dice<'_>, schema: &mut Value) {
    if let Some(alternatives) = alternatives(schema).filter(|alternatives| !alternatives.is_empty()) {
        alternatives.remove(dice.random.usize(..alternatives.len()));
    }
}

fn alternatives_in_another_order(dice: &mut Dice<'_>, schema: &mut Value) {
    if let Some(alternatives) = alternatives(schema) {
        dice.random.shuffle(alternatives);
    }
}

fn discriminator(dice: &mut Dice<'_>, schema: &mut Value) {
    let property = if dice.flip() { "kind".to_owned() } else { dice.name() };
    let reference = dice.reference();
    if remove(schema, "discriminator").is_none() || dice.flip() {
        let mut discriminator = json!({"propertyName": property});
        if dice.flip() && reference.get("$ref").is_some() {
            set(&mut discriminator, "mapping", json!({"a": reference.get("$ref")}));
        }
        set(schema, "discriminator", discriminator);
    }
}

fn title(dice: &mut Dice<'_>, schema: &mut Value) {
    let reference = dice.reference();
    let component = reference.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix(SCHEMAS));
    let title = dice.one(["Other", "other thing", component.unwrap_or("Other")]).unwrap_or_default().to_owned();
    if remove(schema, "title").is_none() || dice.flip() {
        set(schema, "title", title);
    }
}

fn annotation(dice: &mut Dice<'_>, schema: &mut Value) {
    let (key, value) = dice
        .one([
            ("description", json!("Other.")),
            ("example", json!("a")),
            ("default", json!("a")),
            ("default", json!(1)),
            ("externalDocs", json!({"url": "https://example.com"})),
        ])
        .unwrap_or_default();
    set(schema, key, value);
}

fn constraint(dice: &mut Dice<'_>, schema: &mut Value) {
    let constraints = [
        ("maxLength", json!(9)),
        ("minLength", json!(1)),
        ("pattern", json!("^a$")),
        ("minimum", json!(0)),
        ("maximum", json!(10)),
        ("maxItems", json!(3)),
        ("minItems", json!(1)),
        ("uniqueItems", json!(true)),
        ("minProperties", json!(1)),
        ("multipleOf", json!(2)),
        ("exclusiveMinimum", json!(true)),
    ];
    let (key, value) = dice.one(constraints).unwrap_or_default();
    set(schema, key, value);
}

fn extension(dice: &mut Dice<'_>, schema: &mut Value) {
    let rust_type = json!({"crate": "serde_json", "version": "1.0.0", "path": "serde_json::Value"});
    let (key, value) = dice
        .one([
            ("x-rust-type", rust_type),
            ("x-nullable", json!(true)),
            ("x-enum-varnames", json!(["A", "B"])),
            ("x-a", json!({})),
        ])
        .unwrap_or_default();
    set(schema, key, value);
}

fn keyword_gone(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(key) = dice.key(schema) {
        schema.remove(&key);
    }
}
