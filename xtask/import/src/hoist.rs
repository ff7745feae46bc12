//! Names for schemas that have none.
//!
//! The generator would make names of its own, such as `ResponseResultVariant0Value`, which change with their
//! surroundings.

mod branches;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use xtask_document::envelope::{alias, is_union};
use xtask_document::naming::{pascal, type_name};
use xtask_document::operation::{METHODS, is_success};
use xtask_document::pointer::escape;
use xtask_document::resolved::References;
use xtask_document::schemas::{named_schemas, reference_to, schemas};
use xtask_document::walk::for_each_schema;

/// Makes a component of every schema that becomes a type and has no name. Its place gives it its name. The
/// result is the place of each, and its name.
pub(super) fn name_all(document: &mut Value) -> Vec<(String, String)> {
    let naming = Naming::all(document);
    naming.names.insert(document);
    naming.given
}

/// Every schema that becomes a type and has no name: its place, and the name that it would get.
pub fn unnamed(document: &Value) -> Vec<(String, String)> {
    let mut named = Naming::all(&mut document.clone()).given;
    named.sort();
    named
}

/// The names that schemas have.
pub(crate) struct SchemaNames {
    /// How often a name has been wanted.
    wanted: BTreeMap<String, u32>,
    /// The schemas that have become components.
    new: Map<String, Value>,
}

impl SchemaNames {
    pub(crate) fn of(document: &Value) -> Self {
        let wanted = schemas(document).keys().map(|name| (pascal(name), 1)).collect();
        Self { wanted, new: Map::new() }
    }

    /// The name, with a number if it is taken. It remembers the numbers: a thousand schemas may want one name.
    pub(crate) fn free(&mut self, name: &str) -> String {
        let mut name = pascal(name);
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
        let described = std::mem::replace(schema, reference_to(&name));
        self.new.insert(name, described);
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

/// A walk through the schemas of a document that names them.
struct Naming {
    names: SchemaNames,
    /// What has got a name: where it stood, and the name.
    given: Vec<(String, String)>,
    /// Where it is.
    place: String,
}

impl Naming {
    fn all(document: &mut Value) -> Self {
        let mut naming = Self { names: SchemaNames::of(document), given: Vec::new(), place: String::new() };
        let called = called(document);
        let schemas = named_schemas(document);
        let references = References::of(&schemas);
        let mut outermost = String::new();
        for_each_schema(document, &mut |place, schema| {
            // The parts of an outermost schema follow it, and have been named with it.
            if !outermost.is_empty() && place.strip_prefix(&outermost).is_some_and(|rest| rest.starts_with('/')) {
                return;
            }
            place.clone_into(&mut outermost);
            place.clone_into(&mut naming.place);
            let mut whole = Value::Object(std::mem::take(schema));
            match place.strip_prefix("/components/schemas/") {
                Some(name) => naming.parts(&mut whole, &pascal(name)),
                // Only a named union becomes an envelope, even one of a single branch.
                None if is_success_content(place) && alias(&whole).is_none() && is_union(&references, &whole) => {
                    naming.give(&mut whole, &name_at(place, &called));
                }
                None => naming.one(&mut whole, &name_at(place, &called)),
            }
            if let Value::Object(whole) = whole {
                *schema = whole;
            }
        });
        naming
    }

    /// Names a schema if it becomes a type.
    fn one(&mut self, schema: &mut Value, name: &str) {
        if !becomes_type(schema) {
            return self.parts(schema, name);
        }
        self.give(schema, name);
    }

    /// Names a schema, after all that it consists of.
    fn give(&mut self, schema: &mut Value, name: &str) {
        let name = self.names.free(name);
        self.parts(schema, &name);
        self.given.push((self.place.clone(), name.clone()));
        self.names.give(name, schema);
    }

    fn parts(&mut self, schema: &mut Value, name: &str) {
        let Some(schema) = schema.as_object_mut() else { return };
        for (keyword, value) in schema {
            self.below(keyword, |naming| match keyword.as_str() {
                "properties" => {
                    for (property, schema) in value.as_object_mut().into_iter().flatten() {
                        let name = format!("{name}{}", pascal(property));
                        naming.below(property, |naming| naming.one(schema, &name));
                    }
                }
                "items" => naming.one(value, &format!("{name}Item")),
                "additionalProperties" => naming.one(value, &format!("{name}Value")),
                "allOf" | "anyOf" | "oneOf" => naming.branches(value, keyword, name),
                _ => {}
            });
        }
    }

    fn branches(&mut self, value: &mut Value, keyword: &str, name: &str) {
        let Some(branches) = value.as_array_mut() else { return };
        let are_one = are_one(keyword, branches);
        let names = branches::names(branches, name);
        for (index, (branch, variant)) in branches.iter_mut().zip(names).enumerate() {
            self.below(&index.to_string(), |naming| match branch {
                _ if are_one => naming.parts(branch, name),
                _ => naming.one(branch, &variant),
            });
        }
    }

    /// Calls a function with the place one step further down.
    fn below(&mut self, step: &str, go: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place.push('/');
        self.place += &escape(step);
        go(self);
        self.place.truncate(length);
    }
}

/// Whether the generator makes a type of a schema: of an object whose properties are known, of a list of values, of a
/// union, and of what is put together of such. The parts of an `allOf` are no types of their own.
pub fn becomes_type(schema: &Value) -> bool {
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let has_properties = schema.get("properties").and_then(Value::as_object).is_some_and(|object| !object.is_empty());
    let has_required = schema.get("type").is_some_and(|of| of == "object") && !list("required").is_empty();
    let is_of_such = |keyword: &str| {
        let branches = list(keyword);
        (keyword != "allOf" && branches.len() > 1) || branches.iter().any(becomes_type)
    };
    has_properties
        || has_required
        || schema.get("enum").is_some()
        || ["allOf", "anyOf", "oneOf"].into_iter().any(is_of_such)
}

/// Whether a schema is, or holds, what becomes a type.
pub(crate) fn holds_types(schema: &Value) -> bool {
    let mut naming = Naming { names: SchemaNames::of(&Value::Null), given: Vec::new(), place: String::new() };
    naming.one(&mut schema.clone(), "");
    !naming.given.is_empty()
}

/// Whether a place is that of the schema of a success.
fn is_success_content(place: &str) -> bool {
    let steps: Vec<_> = place.split('/').skip(1).collect();
    match steps.as_slice() {
        ["paths", _, _, "responses", status, "content", _, "schema"] => is_success(status),
        ["components", "responses", _, "content", _, "schema"] => true,
        _ => false,
    }
}

/// Whether branches are one type together with what they are the branches of.
fn are_one(keyword: &str, branches: &[Value]) -> bool {
    keyword == "allOf" || branches.len() == 1
}

/// What places are called where their names do not say it: operations by their ids, and their parameters.
pub(crate) fn called(document: &Value) -> BTreeMap<String, String> {
    let mut called = BTreeMap::new();
    let mut add_parameters = |owner: &Value, place: &str| {
        for (index, parameter) in owner.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let name = parameter.get("name").and_then(Value::as_str).map(pascal).unwrap_or_default();
            called.insert(format!("{place}/parameters/{index}"), name);
        }
    };
    let mut ids = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let place = format!("/paths/{}", escape(path));
        add_parameters(item, &place);
        for (method, operation) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                let place = format!("{place}/{method}");
                add_parameters(operation, &place);
                let id = operation.get("operationId").and_then(Value::as_str).map(|id| type_name(id, None));
                ids.push((place, id.unwrap_or_else(|| pascal(&format!("{method} {path}")))));
            }
        }
    }
    called.extend(ids);
    called
}

/// What a schema is called that is no part of a named one.
pub(crate) fn name_at(place: &str, called: &BTreeMap<String, String>) -> String {
    let steps: Vec<_> = place.split('/').skip(1).map(unescape).collect();
    let steps: Vec<_> = steps.iter().map(String::as_str).collect();
    let (owner, rest) = match steps.as_slice() {
        ["paths", path, method, rest @ ..] if METHODS.contains(method) => {
            (called.get(&format!("/paths/{}/{method}", escape(path))).cloned().unwrap_or_default(), rest)
        }
        ["paths", path, rest @ ..] => (type_name(path, None), rest),
        ["components", rest @ ..] => (String::new(), rest),
        rest => (String::new(), rest),
    };
    let with =
        |name: &str, ending: &str| if name.ends_with(ending) { name.to_owned() } else { format!("{name}{ending}") };
    let of_status = |status: &str| match owner.as_str() {
        "" => type_name(status, None),
        owner if is_success(status) => owner.to_owned(),
        owner => format!("{owner}{}", pascal(status)),
    };
    match rest {
        ["requestBody", "content", _, "schema"] => format!("{owner}Body"),
        ["requestBodies", name, "content", _, "schema"] => with(&type_name(name, None), "Body"),
        ["responses", status, "content", _, "schema"] => format!("{}Response", of_status(status)),
        ["responses", status, "headers", header, ..] => {
            format!("{}{}", of_status(status), with(&pascal(header), "Header"))
        }
        ["headers", name, ..] => with(&type_name(name, None), "Header"),
        ["parameters", parameter, ..] => {
            let list = place.split_inclusive("/parameters/").next().unwrap_or_default();
            let name = called.get(&format!("{list}{parameter}")).cloned();
            format!("{owner}{}", name.unwrap_or_else(|| pascal(parameter)))
        }
        others => format!("{owner}{}", pascal(&others.join(" "))),
    }
}

/// A part of a JSON pointer as a name.
fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests;
