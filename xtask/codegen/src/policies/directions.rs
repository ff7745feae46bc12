//! A required property that requests or responses omit becomes optional.
//!
//! `required` applies to a `readOnly` property in responses only, and to a `writeOnly` one in requests only (OpenAPI
//! 3.0.3, Schema Object). The generator ignores that: a response without a required `writeOnly` property would fail,
//! and a request could not omit a required `readOnly` one. The property therefore becomes optional in each schema that
//! such a request or response uses.
//!
//! One type still serves both directions. With two types, a program would copy every field between reading and writing,
//! and a further operation with a schema would change the types of the others. A program can therefore omit a property
//! that a request needs; the API rejects such a request.
//!
//! Seen in: Cloudflare's document of 2024-08-06 (124 required `readOnly` properties) and GitHub's REST document (16).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use xtask_document::Fields;
use xtask_document::operation::operations;
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::walk::{ObjectKind, for_each_schema};

/// The keyword of properties that requests omit, and that of properties that responses omit.
const OMITTED: [&str; 2] = ["readOnly", "writeOnly"];

pub(super) fn apply(document: &mut Value) {
    let references = References::of(document);
    let mut optional = BTreeMap::new();
    for keyword in OMITTED {
        Reach { document, references: &references, keyword, optional: &mut optional }.visit();
    }
    for_each_schema(document, &mut |place, schema| {
        let (Some(names), Some(Value::Array(required))) = (optional.get(place), schema.get_mut("required")) else {
            return;
        };
        required.retain(|name| name.as_str().is_none_or(|name| !names.contains(name)));
        if required.is_empty() {
            schema.remove("required");
        }
    });
}

/// A walk of the schemas that all requests, or all responses, use.
struct Reach<'a, 'b> {
    document: &'a Value,
    references: &'b References<'a>,
    /// The keyword of omitted properties.
    keyword: &'static str,
    /// The properties that become optional, by the place of the schema that may require them.
    optional: &'b mut BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Reach<'a, '_> {
    fn visit(&mut self) {
        let is_request = self.keyword == "readOnly";
        let mut pending = Vec::new();
        for operation in operations(self.document) {
            let place = operation.pointer();
            if is_request {
                let path = escape(operation.path);
                pending.push((format!("/paths/{path}/parameters"), ObjectKind::Parameter));
                pending.push((format!("{place}/parameters"), ObjectKind::Parameter));
                pending.push((format!("{place}/requestBody"), ObjectKind::RequestBody));
            } else {
                pending.push((format!("{place}/responses"), ObjectKind::Responses));
            }
        }
        let mut seen = BTreeSet::new();
        while let Some((place, kind)) = pending.pop() {
            if let Some(value) = self.document.pointer(&place)
                && seen.insert(place.clone())
            {
                if kind == ObjectKind::Schema && value.is_object() {
                    self.visit_schema(&place, value);
                }
                pending.extend(self.children(&place, kind, value));
            }
        }
    }

    /// The places and kinds of the objects in a value.
    fn children(&self, place: &str, kind: ObjectKind, value: &'a Value) -> Vec<(String, ObjectKind)> {
        if let Some(target) = target(value).filter(|_| !matches!(kind, ObjectKind::Names(_))) {
            return vec![(target.to_owned(), kind)];
        }
        let is_sent = |value: &'a Value| kind != ObjectKind::Names(&ObjectKind::Schema) || !self.is_omitted(value);
        match value {
            Value::Array(list) => (0..list.len()).map(|index| (format!("{place}/{index}"), kind)).collect(),
            Value::Object(object) => object
                .iter()
                .filter(|(_, value)| is_sent(value))
                .filter_map(|(key, _)| Some((format!("{place}/{}", escape(key)), kind.below(key)?)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Finds the required properties of a schema that are omitted. Each part of its `allOf` may require them.
    fn visit_schema(&mut self, place: &str, schema: &'a Value) {
        let schema = ResolvedSchema::of(self.references, schema);
        let is_omitted = |name: &&str| {
            schema.added(name).is(self.keyword) || schema.properties.get(name).is_some_and(|of| self.is_omitted(of))
        };
        let names: Vec<_> = schema.required().into_iter().filter(is_omitted).collect();
        let mut pending = vec![place.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(place) = pending.pop().filter(|_| !names.is_empty()) {
            let Some(part) = self.document.pointer(&place).filter(|_| seen.insert(place.clone())) else { continue };
            match target(part) {
                Some(target) => pending.push(target.to_owned()),
                None => {
                    let parts = 0..part.list("allOf").len();
                    pending.extend(parts.map(|index| format!("{place}/allOf/{index}")));
                    let names = names.iter().map(|name| (*name).to_owned());
                    self.optional.entry(place).or_default().extend(names);
                }
            }
        }
    }

    fn is_omitted(&self, property: &'a Value) -> bool {
        ResolvedSchema::of(self.references, property).is(self.keyword)
    }
}

/// The place of the target of a reference.
fn target(value: &Value) -> Option<&str> {
    value.text("$ref")?.strip_prefix('#')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// The required properties of schemas if one operation sends `sent` and returns `returned`.
    fn required(sent: &Value, returned: &Value, schemas: &Value) -> Value {
        let content = |schema: &Value| json!({"content": {"application/json": {"schema": schema}}});
        let operation = json!({"requestBody": content(sent), "responses": {"200": content(returned)}});
        let mut document = json!({"paths": {"/things": {"put": operation}}, "components": {"schemas": schemas}});
        apply(&mut document);
        let schemas = document["components"]["schemas"].as_object().unwrap().iter();
        schemas.map(|(name, schema)| (name.clone(), schema.get("required").cloned().unwrap_or_default())).collect()
    }

    fn thing() -> Value {
        json!({"type": "object", "required": ["id", "name", "secret"], "properties": {
            "id": {"type": "string", "readOnly": true}, "name": {"type": "string"},
            "secret": {"type": "string", "writeOnly": true},
        }})
    }

    #[test]
    fn required_property_is_optional_if_a_used_direction_omits_it() {
        let schemas = json!({"Thing": thing()});
        let (used, unused) = (reference("Thing"), json!({}));
        for (sent, returned, expected) in [
            (&used, &unused, json!(["name", "secret"])),
            (&unused, &used, json!(["id", "name"])),
            (&used, &used, json!(["name"])),
            (&unused, &unused, json!(["id", "name", "secret"])),
        ] {
            assert_eq!(required(sent, returned, &schemas), json!({"Thing": expected}));
        }
    }

    #[test]
    fn schema_is_reached_through_every_kind_of_reference() {
        let to = reference("Thing");
        for schema in [
            json!({"type": "array", "items": to}),
            json!({"type": "object", "additionalProperties": to}),
            json!({"type": "object", "properties": {"readOnly": to}}),
            json!({"oneOf": [{"type": "string"}, to]}),
            json!({"allOf": [to], "nullable": true}),
        ] {
            let schemas = json!({"Thing": thing(), "Alias": reference("Other"), "Other": schema});
            let expected = json!({"Thing": ["name", "secret"], "Alias": null, "Other": null});
            assert_eq!(required(&reference("Alias"), &json!({}), &schemas), expected, "{schema}");
        }
        let mut omitted = json!({"type": "object", "properties": {"a": {"allOf": [to], "readOnly": true}}});
        assert_eq!(
            required(&omitted, &json!({}), &json!({"Thing": thing()})),
            json!({"Thing": ["id", "name", "secret"]})
        );
        omitted["properties"]["$ref"] = to;
        assert_eq!(required(&omitted, &json!({}), &json!({"Thing": thing()})), json!({"Thing": ["name", "secret"]}));
    }

    #[test]
    fn keyword_is_found_at_a_component_and_in_another_part() {
        let schemas = json!({
            "Whole": {"allOf": [reference("Part"), {"properties": {"b": {"readOnly": true}}}]},
            "Part": {"required": ["a", "b", "c"], "properties": {
                "a": reference("Id"), "b": {"type": "string"}, "c": {"type": "string", "readOnly": false},
            }},
            "Id": {"type": "string", "readOnly": true},
            "Only": {"required": ["a"], "properties": {"a": reference("Id")}},
        });
        let sent = json!({"oneOf": [reference("Whole"), reference("Only")]});
        let expected = json!({"Whole": null, "Part": ["c"], "Id": null, "Only": null});
        assert_eq!(required(&sent, &json!({}), &schemas), expected);
    }

    #[test]
    fn parameters_of_a_path_belong_to_requests_and_failures_to_responses() {
        let parameter = json!({"in": "query", "name": "a", "schema": reference("Thing")});
        let failure = json!({"content": {"application/json": {"schema": reference("Failure")}}});
        let mut document = json!({
            "paths": {"/a~b": {"parameters": [{"$ref": "#/components/parameters/one"}], "get": {
                "responses": {"404": {"$ref": "#/components/responses/none"}},
            }}},
            "components": {
                "parameters": {"one": parameter}, "responses": {"none": failure},
                "schemas": {"Thing": thing(), "Failure": thing()},
            },
        });
        apply(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Thing"]["required"], json!(["name", "secret"]));
        assert_eq!(schemas["Failure"]["required"], json!(["id", "name"]));
    }
}
