//! Names for unnamed schemas.
//!
//! The generator would derive names such as `ResponseResultVariant0Value`, which change with the schemas around them.

mod branches;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use xtask_document::Fields;
use xtask_document::envelope::{alias, is_union};
use xtask_document::keywords::BRANCHES;
use xtask_document::naming::{pascal, type_name};
use xtask_document::operation::{METHODS, is_success, operations};
use xtask_document::pointer::escape;
use xtask_document::resolved::References;
use xtask_document::schemas::{named_schemas, reference_to, schemas};
use xtask_document::walk::for_each_outermost_schema;

/// Moves every unnamed schema that becomes a type to the components, under a name that is derived from its place.
/// Returns the place and the name of each.
pub(super) fn name_all(document: &mut Value) -> Vec<(String, String)> {
    let naming = Naming::all(document);
    naming.names.insert(document);
    naming.given
}

/// The place of every unnamed schema that becomes a type, and the name that an import would give it.
pub fn unnamed(document: &Value) -> Vec<(String, String)> {
    let mut named = Naming::all(&mut document.clone()).given;
    named.sort();
    named
}

/// The names of schemas that are in use.
pub(crate) struct SchemaNames {
    /// The number of requests for each name.
    requests: BTreeMap<String, u32>,
    /// The new components.
    new: Map<String, Value>,
}

impl SchemaNames {
    pub(crate) fn of(document: &Value) -> Self {
        let requests = schemas(document).keys().map(|name| (pascal(name), 1)).collect();
        Self { requests, new: Map::new() }
    }

    /// Reserves a name, with a number if it is taken. The counters avoid a search: a thousand schemas may request one
    /// name.
    pub(crate) fn free(&mut self, name: &str) -> String {
        let mut name = pascal(name);
        loop {
            let times = self.requests.entry(name.clone()).or_default();
            *times = times.saturating_add(1);
            match *times {
                1 => return name,
                times => name = format!("{name}{times}"),
            }
        }
    }

    /// Moves a schema to the components, and leaves a reference in its place.
    pub(crate) fn give(&mut self, name: String, schema: &mut Value) {
        let moved = std::mem::replace(schema, reference_to(&name));
        self.new.insert(name, moved);
    }

    /// Adds the new components to the document.
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

/// A walk of the schemas of a document that names them.
struct Naming {
    names: SchemaNames,
    /// The place and the name of each schema that was named.
    given: Vec<(String, String)>,
    /// The current place.
    place: String,
}

impl Naming {
    fn all(document: &mut Value) -> Self {
        let mut naming = Self { names: SchemaNames::of(document), given: Vec::new(), place: String::new() };
        let place_names = place_names(document);
        let schemas = named_schemas(document);
        let references = References::of(&schemas);
        for_each_outermost_schema(document, |place, schema| {
            place.clone_into(&mut naming.place);
            let mut whole = Value::Object(std::mem::take(schema));
            match place.strip_prefix("/components/schemas/") {
                Some(name) => naming.parts(&mut whole, &pascal(name)),
                // Only a named union becomes an envelope, even one of a single branch.
                None if is_success_content(place) && alias(&whole).is_none() && is_union(&references, &whole) => {
                    naming.give(&mut whole, &name_at(place, &place_names));
                }
                None => naming.one(&mut whole, &name_at(place, &place_names)),
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

    /// Names a schema, and its parts before it.
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

    /// Runs an action with the place extended by a step.
    fn below(&mut self, step: &str, action: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place.push('/');
        self.place += &escape(step);
        action(self);
        self.place.truncate(length);
    }
}

/// Whether the generator makes a type of a schema: an object with listed properties, an enum, a union, or a merger of
/// these. The parts of an `allOf` do not become separate types.
pub fn becomes_type(schema: &Value) -> bool {
    let has_properties = !schema.entries("properties").is_empty();
    let has_required = schema.text("type") == Some("object") && !schema.list("required").is_empty();
    let has_type_in = |keyword: &str| {
        let branches = schema.list(keyword);
        (keyword != "allOf" && branches.len() > 1) || branches.iter().any(becomes_type)
    };
    has_properties || has_required || schema.get("enum").is_some() || BRANCHES.into_iter().any(has_type_in)
}

/// Whether a schema, or a schema in it, becomes a type.
pub(crate) fn holds_types(schema: &Value) -> bool {
    let mut naming = Naming { names: SchemaNames::of(&Value::Null), given: Vec::new(), place: String::new() };
    naming.one(&mut schema.clone(), "");
    !naming.given.is_empty()
}

/// Whether a place is the schema of a success.
fn is_success_content(place: &str) -> bool {
    let steps: Vec<_> = place.split('/').skip(1).collect();
    match steps.as_slice() {
        ["paths", _, _, "responses", status, "content", _, "schema"] => is_success(status),
        ["components", "responses", _, "content", _, "schema"] => true,
        _ => false,
    }
}

/// Whether branches and the schema around them become one type.
fn are_one(keyword: &str, branches: &[Value]) -> bool {
    keyword == "allOf" || branches.len() == 1
}

/// The names of operations and parameters, by their places: their JSON pointers contain methods and numbers instead.
pub(crate) fn place_names(document: &Value) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut add_parameters = |parameters: &[Value], place: &str| {
        for (index, parameter) in parameters.iter().enumerate() {
            let name = parameter.text("name").map(pascal).unwrap_or_default();
            names.insert(format!("{place}/parameters/{index}"), name);
        }
    };
    for (path, item) in document.entries("paths") {
        add_parameters(item.list("parameters"), &format!("/paths/{}", escape(path)));
    }
    for operation in operations(document) {
        add_parameters(operation.object.list("parameters"), &operation.pointer());
    }
    names.extend(operations(document).map(|operation| {
        let id = operation.id().map(|id| type_name(id, None));
        (operation.pointer(), id.unwrap_or_else(|| pascal(&operation.route())))
    }));
    names
}

/// The name for a schema that is not part of a named one, from its place.
pub(crate) fn name_at(place: &str, place_names: &BTreeMap<String, String>) -> String {
    let steps: Vec<_> = place.split('/').skip(1).map(unescape).collect();
    let steps: Vec<_> = steps.iter().map(String::as_str).collect();
    let (owner, rest) = match steps.as_slice() {
        ["paths", path, method, rest @ ..] if METHODS.contains(method) => {
            (place_names.get(&format!("/paths/{}/{method}", escape(path))).cloned().unwrap_or_default(), rest)
        }
        ["paths", path, rest @ ..] => (type_name(path, None), rest),
        ["components", rest @ ..] => (String::new(), rest),
        rest => (String::new(), rest),
    };
    let with =
        |name: &str, suffix: &str| if name.ends_with(suffix) { name.to_owned() } else { format!("{name}{suffix}") };
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
            let name = place_names.get(&format!("{list}{parameter}")).cloned();
            format!("{owner}{}", name.unwrap_or_else(|| pascal(parameter)))
        }
        steps => format!("{owner}{}", pascal(&steps.join(" "))),
    }
}

/// The name that a part of a JSON pointer stands for.
fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests;
