//! The components that a part of a document refers to.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::{Error, ReferenceProblem};
use crate::inheritance::Inheritance;
use xtask_document::Fields;
use xtask_document::pointer::unescape;
use xtask_document::schemas::SCHEMAS;
use xtask_document::walk::{ObjectKind, for_each_reference};

/// Every component of the whole that a part refers to, directly or through other components. Escaped references are
/// replaced by plain ones, since the other modules and the generator do not decode escapes.
pub(super) fn components(whole: &Value, from: &mut Value) -> Result<Map<String, Value>, Error> {
    let mut search = Search { whole, seen: BTreeSet::new(), pending: Vec::new(), acyclic: BTreeSet::new() };
    let inheritance = Inheritance::of(whole);
    search.follow_all(from, ObjectKind::Document)?;
    let mut components = Map::new();
    while let Some(Component { group, name, kind, target }) = search.pending.pop() {
        if group == "schemas" && inheritance.bases().contains_key(name.as_str()) {
            // A child may be used through its base only.
            for kind in inheritance.kinds(&name) {
                search.follow(&format!("{SCHEMAS}{kind}"))?;
            }
        }
        let mut component = target.clone();
        search.follow_all(&mut component, kind)?;
        if let Some(group) = components.entry(group).or_insert_with(|| json!({})).as_object_mut() {
            group.insert(name, component);
        }
    }
    Ok(components)
}

/// A search for components.
struct Search<'w> {
    whole: &'w Value,
    /// The references that have been followed, without escapes.
    seen: BTreeSet<String>,
    /// The targets that were not searched for references yet.
    pending: Vec<Component<'w>>,
    /// The references that are in no cycle. They let a chain be followed once, not from each of its links.
    acyclic: BTreeSet<String>,
}

impl Search<'_> {
    fn follow_all(&mut self, part: &mut Value, kind: ObjectKind) -> Result<(), Error> {
        let mut result = Ok(());
        for_each_reference(part, kind, &mut |_, reference| {
            let followed = if result.is_ok() { self.follow(reference) } else { Ok(None) };
            followed.unwrap_or_else(|error| {
                result = Err(error);
                None
            })
        });
        result
    }

    /// Adds the target of a reference. Returns the plain reference if the reference has escapes.
    fn follow(&mut self, reference: &str) -> Result<Option<String>, Error> {
        if self.seen.contains(reference) {
            return Ok(None);
        }
        let component = Component::of(self.whole, reference)?;
        let plain = component.reference();
        if self.seen.insert(plain.clone()) {
            self.check_chain(&component)?;
            self.pending.push(component);
        }
        Ok((plain != reference).then_some(plain))
    }

    /// Rejects a component that is a reference in a cycle of references.
    fn check_chain(&mut self, first: &Component<'_>) -> Result<(), Error> {
        let reference = first.reference();
        let (mut chain, mut value) = (BTreeSet::from([reference.clone()]), first.target);
        while let Some(further) = value.text("$ref") {
            let next = Component::of(self.whole, further)?;
            let further = next.reference();
            if self.acyclic.contains(&further) {
                break;
            }
            if !chain.insert(further) {
                return Err(error(&reference, ReferenceProblem::Itself));
            }
            value = next.target;
        }
        self.acyclic.extend(chain);
        Ok(())
    }
}

/// The target of a reference.
struct Component<'w> {
    /// Its group: a key of `components`.
    group: String,
    name: String,
    kind: ObjectKind,
    target: &'w Value,
}

impl<'w> Component<'w> {
    /// The component with the name in a reference, or else with the decoded name: a JSON pointer (RFC 6901) in a URI
    /// escapes some characters.
    fn of(whole: &'w Value, reference: &str) -> Result<Self, Error> {
        let path = reference.strip_prefix("#/").ok_or_else(|| error(reference, ReferenceProblem::Outside))?;
        let no_component = || error(reference, ReferenceProblem::NoComponent);
        let parts = path.strip_prefix("components/").and_then(|path| path.split_once('/'));
        let (group, name) = parts.ok_or_else(no_component)?;
        let Some(ObjectKind::Names(kind)) = ObjectKind::Components.below(group) else { return Err(no_component()) };
        let of_group = whole.entries("components").entries(group);
        let named = |name: &str| of_group.get(name);
        let (name, target) = match named(name) {
            Some(target) => (name.to_owned(), target),
            None if name.contains('/') => return Err(no_component()),
            None => {
                let name = unescape(name);
                let target = named(&name).ok_or_else(|| error(reference, ReferenceProblem::Nowhere))?;
                (name, target)
            }
        };
        Ok(Self { group: group.to_owned(), name, kind: *kind, target })
    }

    /// The reference without escapes.
    fn reference(&self) -> String {
        format!("#/components/{}/{}", self.group, self.name)
    }
}

fn error(reference: &str, problem: ReferenceProblem) -> Error {
    Error::Reference { reference: reference.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(reference: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{reference}")})
    }

    /// A document with one operation that has a part.
    fn with(key: &str, part: &Value) -> Value {
        json!({"paths": {"/things": {"get": {key: part}}}})
    }

    /// A document with one response of a schema.
    fn responding(schema: &Value) -> Value {
        with("responses", &json!({"200": {"content": {"application/json": {"schema": schema}}}}))
    }

    /// The names of the schemas that a document refers to, and the document with plain references.
    fn follow(schemas: &Value, from: &Value) -> (Vec<String>, Value) {
        let whole = json!({"components": {"schemas": schemas, "examples": {"Example": {"value": schema("Nowhere")}}}});
        let mut from = from.clone();
        let components = components(&whole, &mut from).unwrap();
        let schemas = components.get("schemas").and_then(Value::as_object);
        (schemas.into_iter().flat_map(Map::keys).cloned().collect(), from)
    }

    #[test]
    fn schemas_in_the_mapping_of_a_discriminator_are_kept() {
        let pet = |mapping: Value| responding(&json!({"discriminator": {"propertyName": "kind", "mapping": mapping}}));
        let from = pet(json!({"a": "#/components/schemas/A", "b": "B", "c": "#/components/schemas/C%20D"}));
        let (names, from) = follow(&json!({"A": {}, "B": {}, "C D": {}, "E": {}}), &from);
        assert_eq!(names, ["A", "B", "C D"]);
        assert_eq!(from, pet(json!({"a": "#/components/schemas/A", "b": "B", "c": "#/components/schemas/C D"})));
        let whole = json!({"components": {"schemas": {}}});
        let error = components(&whole, &mut pet(json!({"a": "A"}))).unwrap_err();
        assert!(error.to_string().contains("has no target"), "{error}");
    }

    #[test]
    fn reference_in_data_is_ignored() {
        let data = json!({"$ref": "elsewhere.json", "more": [schema("Nowhere"), schema("A%20B")]});
        let parameter = |reference: &str| {
            with(
                "parameters",
                &json!([{
                    "default": data, "enum": [data], "example": data, "x-data": data,
                    "examples": {"a": data, "b": {"value": data}, "c": {"$ref": "#/components/examples/Example"}},
                    "schema": schema(reference),
                }]),
            )
        };
        let (names, after) = follow(&json!({"A B": {"example": data}}), &parameter("A%20B"));
        assert_eq!(names, ["A B"]);
        assert_eq!(after, parameter("A B"));
    }

    #[test]
    fn reference_in_an_extension_is_ignored() {
        let nowhere = json!({"$ref": "#/components/responses/nowhere"});
        let mut document = with("responses", &json!({"200": {"description": "d"}, "x-data": nowhere}));
        document["paths"]["x-data"] = json!({"get": {"responses": {"200": nowhere}}});
        document["paths"]["/things"]["get"]["callbacks"] = json!({"done": {"x-data": nowhere}});
        assert_eq!(follow(&json!({}), &document), (vec![], document));
    }

    #[test]
    fn parameters_and_body_of_a_link_are_data() {
        let link = json!({"parameters": {"a": schema("Nowhere")}, "requestBody": schema("Nowhere")});
        let document = with("responses", &json!({"200": {"links": {"next": link}}}));
        assert_eq!(follow(&json!({}), &document), (vec![], document));
    }

    #[test]
    fn schema_named_like_a_data_keyword_is_found() {
        let names = ["default", "enum", "example", "examples", "x-data", "discriminator"];
        let schemas: Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        let named = |of: &dyn Fn(&str) -> Value| -> Value {
            names.iter().map(|name| ((*name).to_owned(), of(name))).collect::<Map<_, _>>().into()
        };
        let headers = named(&|name| json!({"schema": schema(name)}));
        for document in [
            responding(&json!({"properties": named(&schema)})),
            with("responses", &json!({"200": {"headers": headers}})),
            with("requestBody", &json!({"content": headers})),
        ] {
            assert_eq!(follow(&Value::Object(schemas.clone()), &document).0.len(), names.len(), "{document}");
        }
        let (names, _) = follow(&json!({}), &responding(&json!({"properties": {"$ref": {"type": "string"}}})));
        assert!(names.is_empty());
    }

    #[test]
    fn escaped_reference_is_replaced_by_the_plain_one() {
        let schemas = json!({"a b": {}, "c/d": schema("e~0f"), "e~f": {}, "100%": {}, "g%20h": {}});
        let any_of = |names: [&str; 4]| responding(&json!({"oneOf": names.map(schema)}));
        let (names, from) = follow(&schemas, &any_of(["a%20b", "c~1d", "100%25", "g%20h"]));
        assert_eq!(names.len(), 5);
        assert_eq!(from, any_of(["a b", "c/d", "100%", "g%20h"]));
        // A decoded name is not decoded again.
        assert_eq!(follow(&schemas, &from).1, from);
    }

    #[test]
    fn reference_to_anything_but_a_known_component_is_rejected() {
        let whole =
            json!({"definitions": {"A": {}}, "components": {"pathItems": {"A": {}}, "schemas": {"A": {"a": {}}}}});
        for reference in ["#/definitions/A", "#/components/pathItems/A", "#/components/schemas/A/a"] {
            let error = components(&whole, &mut responding(&json!({"$ref": reference}))).unwrap_err();
            assert!(error.to_string().contains("has a target that is no component"), "{error}");
        }
    }
}
