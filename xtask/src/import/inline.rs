//! Names for schemas that have none.
//!
//! The generator would make names of its own, such as `ResponseResultVariant0Value`, which change with their surroundings.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::METHODS;
use crate::names::pascal;

/// Makes a component of every schema that becomes a type and has no name. It is called after where it stands.
pub(super) fn name_all(document: &mut Value) {
    let mut named = Names::of(document);
    for (path, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                let id = operation.get("operationId").and_then(Value::as_str).map(pascal);
                let id = id.unwrap_or_else(|| pascal(&format!("{method} {path}")));
                name_in_operation(operation, &id, &mut named);
            }
        }
    }
    let components = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in components.into_iter().flatten() {
        let name = pascal(name);
        name_parts(schema, &name, &mut named);
    }
    named.insert(document);
}

/// The names that schemas have.
pub(crate) struct Names {
    /// How often a name has been wanted.
    wanted: BTreeMap<String, u32>,
    /// The schemas that have become components.
    new: Map<String, Value>,
}

impl Names {
    pub(crate) fn of(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        let wanted = schemas.into_iter().flat_map(Map::keys).map(|name| (pascal(name), 1)).collect();
        Self { wanted, new: Map::new() }
    }

    /// The name, with a number if it is taken. It remembers the numbers: a thousand schemas may want one name.
    pub(crate) fn free(&mut self, name: &str) -> String {
        let mut name = name.to_owned();
        loop {
            let times = self.wanted.entry(name.clone()).or_default();
            *times = times.saturating_add(1);
            match *times {
                1 => return name,
                times => name = format!("{name}{times}"),
            }
        }
    }

    /// Makes a component of a schema, and a reference to it of what stood there.
    pub(crate) fn give(&mut self, name: String, schema: &mut Value) {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        self.new.insert(name, std::mem::replace(schema, reference));
    }

    /// Puts the new components into the document.
    pub(crate) fn insert(self, document: &mut Value) {
        if self.new.is_empty() {
            return;
        }
        let Some(root) = document.as_object_mut() else { return };
        let components = root.entry("components").or_insert_with(|| json!({}));
        let Some(components) = components.as_object_mut() else { return };
        if let Some(schemas) = components.entry("schemas").or_insert_with(|| json!({})).as_object_mut() {
            schemas.extend(self.new);
        }
    }
}

fn name_in_operation(operation: &mut Value, id: &str, names: &mut Names) {
    for content in contents(operation.get_mut("requestBody")) {
        name_one(content, &format!("{id}Body"), names);
    }
    for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
        let status = if status.starts_with('2') { String::new() } else { pascal(status) };
        for content in contents(Some(response)) {
            name_one(content, &format!("{id}{status}Response"), names);
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = parameter.get("name").and_then(Value::as_str).map(pascal).unwrap_or_default();
        if let Some(schema) = parameter.get_mut("schema") {
            name_one(schema, &format!("{id}{name}"), names);
        }
    }
}

/// The schemas of a body, by media type.
fn contents(body: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    let content = body.and_then(|body| body.get_mut("content")).and_then(Value::as_object_mut);
    content.into_iter().flatten().filter_map(|(_, content)| content.get_mut("schema"))
}

/// Names a schema, if it becomes a type, after all that it consists of.
fn name_one(schema: &mut Value, name: &str, names: &mut Names) {
    if !schema.as_object().is_some_and(becomes_type) {
        return name_parts(schema, name, names);
    }
    let name = names.free(name);
    name_parts(schema, &name, names);
    names.give(name, schema);
}

fn name_parts(schema: &mut Value, name: &str, names: &mut Names) {
    let Some(schema) = schema.as_object_mut() else { return };
    for (keyword, value) in schema {
        match keyword.as_str() {
            "properties" => {
                for (property, schema) in value.as_object_mut().into_iter().flatten() {
                    name_one(schema, &format!("{name}{}", pascal(property)), names);
                }
            }
            "items" => name_one(value, &format!("{name}Item"), names),
            "additionalProperties" => name_one(value, &format!("{name}Value"), names),
            _ => {}
        }
    }
}

/// Whether the generator makes a type of a schema: of an object with properties, and of a list of values.
pub(crate) fn becomes_type(schema: &Map<String, Value>) -> bool {
    let has_properties = schema.get("properties").and_then(Value::as_object).is_some_and(|object| !object.is_empty());
    has_properties || schema.get("enum").is_some()
}
