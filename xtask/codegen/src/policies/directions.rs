//! A required property that a request or a response leaves out is optional.
//!
//! `required` holds for a `readOnly` property in responses only, and for a `writeOnly` one in requests only (OpenAPI
//! 3.0.3, Schema Object). The generator does not know that: a response without a required `writeOnly` property would
//! fail, and a request could not leave out a required `readOnly` one. So the property becomes optional in each schema
//! that such a request or response reaches.
//!
//! One type still serves both directions. Two types would make a program copy field by field what it reads, changes and
//! writes back, and a schema that one more operation uses would change the types of the others. So a program can leave
//! out of a request what only responses may lack, and the API rejects that.
//!
//! Seen in: Cloudflare's document of 2024-08-06 (124 required `readOnly` properties) and GitHub's REST document (16).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use xtask_document::operation::operations;
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::walk::{ObjectKind, for_each_schema};

/// The keyword of properties that requests leave out, and of those that responses leave out.
const LEFT_OUT: [&str; 2] = ["readOnly", "writeOnly"];

pub(super) fn apply(document: &mut Value) {
    let references = References::of(document);
    let mut optional = BTreeMap::new();
    for keyword in LEFT_OUT {
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

/// The schemas that all requests, or all responses, consist of.
struct Reach<'a, 'b> {
    document: &'a Value,
    references: &'b References<'a>,
    /// The keyword of properties that are left out.
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

    /// What a value consists of, with the places.
    fn children(&self, place: &str, kind: ObjectKind, value: &'a Value) -> Vec<(String, ObjectKind)> {
        if let Some(target) = target(value).filter(|_| !matches!(kind, ObjectKind::Names(_))) {
            return vec![(target.to_owned(), kind)];
        }
        let is_sent = |value: &'a Value| kind != ObjectKind::Names(&ObjectKind::Schema) || !self.is_left_out(value);
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

    /// Finds the properties that a schema requires and that are left out. Each part of its `allOf` may require them.
    fn visit_schema(&mut self, place: &str, schema: &'a Value) {
        let schema = ResolvedSchema::of(self.references, schema);
        let is_left_out = |name: &&str| {
            schema.added(name).is(self.keyword) || schema.properties.get(name).is_some_and(|of| self.is_left_out(of))
        };
        let names: Vec<_> = schema.required().into_iter().filter(is_left_out).collect();
        let mut pending = vec![place.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(place) = pending.pop().filter(|_| !names.is_empty()) {
            let Some(part) = self.document.pointer(&place).filter(|_| seen.insert(place.clone())) else { continue };
            match (target(part), part.get("allOf").and_then(Value::as_array)) {
                (Some(target), _) => pending.push(target.to_owned()),
                (None, parts) => {
                    let parts = 0..parts.map_or(0, Vec::len);
                    pending.extend(parts.map(|index| format!("{place}/allOf/{index}")));
                    let names = names.iter().map(|name| (*name).to_owned());
                    self.optional.entry(place).or_default().extend(names);
                }
            }
        }
    }

    fn is_left_out(&self, property: &'a Value) -> bool {
        ResolvedSchema::of(self.references, property).is(self.keyword)
    }
}

/// The place that a reference leads to.
fn target(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix('#')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// What the given schemas require when one operation sends and returns `sent` and `returned`.
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
    fn property_is_optional_if_its_schema_is_used_where_it_is_left_out() {
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
        let mut left_out = json!({"type": "object", "properties": {"a": {"allOf": [to], "readOnly": true}}});
        assert_eq!(
            required(&left_out, &json!({}), &json!({"Thing": thing()})),
            json!({"Thing": ["id", "name", "secret"]})
        );
        left_out["properties"]["$ref"] = to;
        assert_eq!(required(&left_out, &json!({}), &json!({"Thing": thing()})), json!({"Thing": ["name", "secret"]}));
    }

    #[test]
    fn keyword_may_stand_at_a_component_or_in_another_part() {
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
    fn parameter_of_a_path_is_sent_and_a_failure_is_returned() {
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
