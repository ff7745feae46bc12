//! Mutations of schemas.

use serde_json::{Map, Value, json};

use super::dice::{Dice, Mutation, remove, remove_entry, set, toggle};
use xtask_document::Fields;
use xtask_document::schemas::SCHEMAS;
use xtask_document::walk::ObjectKind;

const fn schema(name: &'static str, apply: fn(&mut Dice<'_>, &mut Value)) -> Mutation {
    Mutation { name, kinds: &[ObjectKind::Schema], apply }
}

pub(super) const ALL: &[Mutation] = &[
    schema("type", another_type),
    schema("schema replaced", |dice, schema| *schema = dice.schema(2)),
    schema("schema replaced by a reference", |dice, schema| *schema = dice.reference()),
    schema("nullable", |_, schema| toggle(schema, "nullable")),
    schema("readOnly", |_, schema| toggle(schema, "readOnly")),
    schema("writeOnly", |_, schema| toggle(schema, "writeOnly")),
    schema("deprecated", |_, schema| toggle(schema, "deprecated")),
    schema("format", |dice, schema| dice.remove_or_set(schema, "format", |dice| dice.format().into())),
    schema("enum", enumeration),
    schema("enum value", enumeration_value),
    schema("required", required),
    schema("new property", new_property),
    schema("property removed", property_removed),
    schema("property renamed", |dice, schema| {
        let new = dice.name();
        dice.rename(schema.get_mut("properties"), |_, _| new);
    }),
    schema("property replaced by a copy of another", |dice, schema| dice.copy(schema.get_mut("properties"))),
    // It may close a cycle.
    schema("new property that is a reference", |dice, schema| {
        let (name, reference) = (dice.name(), dice.reference());
        set(schema.get_mut("properties").unwrap_or(&mut Value::Null), &name, reference);
    }),
    schema("additionalProperties", |dice, schema| {
        dice.remove_or_set(schema, "additionalProperties", additional_properties);
    }),
    schema("items", |dice, schema| dice.remove_or_set(schema, "items", |dice| dice.schema(1))),
    schema("allOf of one", |_, schema| *schema = json!({"allOf": [schema.clone()]})),
    schema("allOf with an annotation", |_, schema| {
        *schema = json!({"allOf": [schema.clone()], "description": "Other."})
    }),
    schema("allOf of two", |dice, schema| *schema = json!({"allOf": [schema.clone(), dice.schema(2)]})),
    schema("property moved into a part", property_moved),
    schema("union of one", |dice, schema| *schema = json!({union(dice): [schema.clone()]})),
    schema("union of two", |dice, schema| *schema = json!({union(dice): [schema.clone(), dice.schema(1)]})),
    schema("union with null", |dice, schema| {
        *schema = json!({union(dice): [schema.clone(), {"type": "string", "nullable": true}]})
    }),
    schema("tagged union", |dice, schema| {
        let tags: &[&str] = if dice.flip() { &["a", "b"] } else { &["a", "b", "c"] };
        *schema = json!({"oneOf": tags.iter().map(|tag| dice.tagged(tag)).collect::<Vec<_>>()});
    }),
    schema("keyword of a union", union_keyword),
    schema("new alternative", new_alternative),
    schema("alternative removed", |dice, schema| dice.remove_item(alternatives(schema))),
    schema("order of alternatives", |dice, schema| dice.shuffle(alternatives(schema))),
    schema("discriminator", discriminator),
    schema("title", title),
    schema("annotation", annotation),
    schema("constraint", constraint),
    schema("extension", extension),
    schema("not", |dice, schema| set(schema, "not", dice.scalar())),
    schema("keyword removed", remove_entry),
];

fn union(dice: &mut Dice<'_>) -> &'static str {
    if dice.flip() { "oneOf" } else { "anyOf" }
}

fn properties(schema: &mut Value) -> Option<&mut Map<String, Value>> {
    schema.get_mut("properties")?.as_object_mut()
}

fn another_type(dice: &mut Dice<'_>, schema: &mut Value) {
    let of = dice.one(["string", "integer", "number", "boolean", "array", "object"]);
    set(schema, "type", of);
    if of == "array" {
        set(schema, "items", dice.schema(1));
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
        set(schema, "enum", values);
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
        values.push(value);
    }
}

fn required(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(name) = properties(schema).and_then(|properties| dice.key(properties)) else { return };
    let mut listed = schema.list("required").to_vec();
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
    let is_object = schema.text("type") == Some("object");
    if is_object && schema.get("properties").is_none() {
        set(schema, "properties", json!({}));
    }
    let Some(properties) = properties(schema) else { return };
    let name = match dice.key(properties).filter(|_| dice.random.u8(..4) == 0) {
        // The field may have the name of another field.
        Some(other) => dice.one([other.to_uppercase(), other.replace('_', "-"), other.replace('_', "")]),
        None => name,
    };
    properties.insert(name.clone(), property);
    if dice.random.u8(..4) == 0 {
        let mut required = schema.list("required").to_vec();
        required.push(name.into());
        set(schema, "required", required);
    }
}

fn property_removed(dice: &mut Dice<'_>, schema: &mut Value) {
    let Some(properties) = properties(schema) else { return };
    let Some(name) = dice.key(properties) else { return };
    properties.remove(&name);
    if dice.flip()
        && let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut)
    {
        required.retain(|required| *required != name);
    }
}

fn additional_properties(dice: &mut Dice<'_>) -> Value {
    match dice.random.u8(..4) {
        0 => json!(true),
        1 => json!(false),
        2 => json!({}),
        _ => dice.schema(1),
    }
}

/// Moves some properties into a part of their own.
fn property_moved(dice: &mut Dice<'_>, schema: &mut Value) {
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

fn union_keyword(_: &mut Dice<'_>, schema: &mut Value) {
    for (old, new) in [("oneOf", "anyOf"), ("anyOf", "oneOf")] {
        if let Some(alternatives) = remove(schema, old) {
            return set(schema, new, alternatives);
        }
    }
}

fn alternatives(schema: &mut Value) -> Option<&mut Value> {
    let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| schema.get(*keyword).is_some())?;
    schema.get_mut(keyword)
}

fn new_alternative(dice: &mut Dice<'_>, schema: &mut Value) {
    let alternative = if dice.flip() { dice.schema(2) } else { dice.tagged("new") };
    if let Some(Value::Array(alternatives)) = alternatives(schema) {
        alternatives.push(alternative);
    }
}

fn discriminator(dice: &mut Dice<'_>, schema: &mut Value) {
    let property = if dice.flip() { "kind".to_owned() } else { dice.name() };
    let reference = dice.reference();
    dice.remove_or_set(schema, "discriminator", |dice| {
        let mut discriminator = json!({"propertyName": property});
        if dice.flip() && reference.get("$ref").is_some() {
            set(&mut discriminator, "mapping", json!({"a": reference.get("$ref")}));
        }
        discriminator
    });
}

fn title(dice: &mut Dice<'_>, schema: &mut Value) {
    let reference = dice.reference();
    let component = reference.text("$ref").and_then(|reference| reference.strip_prefix(SCHEMAS));
    let title = dice.one(["Other", "other thing", component.unwrap_or("Other")]).to_owned();
    dice.remove_or_set(schema, "title", |_| title.into());
}

fn annotation(dice: &mut Dice<'_>, schema: &mut Value) {
    let (key, value) = dice.one([
        ("description", json!("Other.")),
        ("example", json!("a")),
        ("default", json!("a")),
        ("default", json!(1)),
        ("externalDocs", json!({"url": "https://example.com"})),
    ]);
    set(schema, key, value);
}

fn constraint(dice: &mut Dice<'_>, schema: &mut Value) {
    let (key, value) = dice.one([
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
    ]);
    set(schema, key, value);
}

fn extension(dice: &mut Dice<'_>, schema: &mut Value) {
    let rust_type = json!({"crate": "serde_json", "version": "1.0.0", "path": "serde_json::Value"});
    let (key, value) = dice.one([
        ("x-rust-type", rust_type),
        ("x-nullable", json!(true)),
        ("x-enum-varnames", json!(["A", "B"])),
        ("x-a", json!({})),
    ]);
    set(schema, key, value);
}
