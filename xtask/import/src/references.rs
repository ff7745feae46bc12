//! What a part of a document refers to.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::{Error, ReferenceProblem};
use crate::inheritance::Inheritance;
use xtask_document::pointer::unescape;
use xtask_document::schemas::SCHEMAS;
use xtask_document::walk::{ObjectKind, for_each_reference};

/// Every component of the whole that something refers to, and that those refer to in turn. A reference with escapes in
/// it becomes one with the plain name: nothing else knows escapes.
pub(super) fn components(whole: &Value, from: &mut Value) -> Result<Map<String, Value>, Error> {
    let mut found = Found { whole, seen: BTreeSet::new(), pending: Vec::new(), sound: BTreeSet::new() };
    let inheritance = Inheritance::of(whole);
    found.follow_all(from, ObjectKind::Document)?;
    let mut components = Map::new();
    while let Some(Component { group, name, kind, target }) = found.pending.pop() {
        if group == "schemas" && inheritance.bases().contains_key(name.as_str()) {
            // Nothing else may refer to what a value of a base can be.
            for kind in inheritance.kinds(&name) {
                found.follow(&format!("{SCHEMAS}{kind}"))?;
            }
        }
        let mut component = target.clone();
        found.follow_all(&mut component, kind)?;
        if let Some(group) = components.entry(group).or_insert_with(|| json!({})).as_object_mut() {
            group.insert(name, component);
        }
    }
    Ok(components)
}

/// What has been found.
struct Found<'w> {
    whole: &'w Value,
    /// The references that have been followed, without escapes.
    seen: BTreeSet<String>,
    /// Their targets that have not been searched for references yet.
    pending: Vec<Component<'w>>,
    /// The references that are no cycle: a chain of references is followed once, and not from each of its links.
    sound: BTreeSet<String>,
}

impl Found<'_> {
    fn follow_all(&mut self, part: &mut Value, kind: ObjectKind) -> Result<(), Error> {
        let mut fault = Ok(());
        for_each_reference(part, kind, &mut |_, reference| {
            let followed = if fault.is_ok() { self.follow(reference) } else { Ok(None) };
            followed.unwrap_or_else(|error| {
                fault = Err(error);
                None
            })
        });
        fault
    }

    /// Takes the target of a reference. The result is the reference without escapes, if it had any.
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
        while let Some(further) = value.get("$ref").and_then(Value::as_str) {
            let next = Component::of(self.whole, further)?;
            let further = next.reference();
            if self.sound.contains(&further) {
                break;
            }
            if !chain.insert(further) {
                return Err(error(&reference, ReferenceProblem::Itself));
            }
            value = next.target;
        }
        self.sound.extend(chain);
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
    /// The component of exactly that name, or else of the one that is meant: in a JSON pointer (RFC 6901) in a URI,
    /// some characters are escaped.
    fn of(whole: &'w Value, reference: &str) -> Result<Self, Error> {
        let path = reference.strip_prefix("#/").ok_or_else(|| error(reference, ReferenceProblem::Outside))?;
        let no_component = || error(reference, ReferenceProblem::NoComponent);
        let parts = path.strip_prefix("components/").and_then(|path| path.split_once('/'));
        let (group, name) = parts.ok_or_else(no_component)?;
        let Some(ObjectKind::Names(kind)) = ObjectKind::Components.below(group) else { return Err(no_component()) };
        let of_group = whole.get("components").and_then(|components| components.get(group));
        let named = |name: &str| of_group.and_then(|of_group| of_group.get(name));
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

    /// A document in which one operation has a part.
    fn with(key: &str, part: &Value) -> Value {
        json!({"paths": {"/things": {"get": {key: part}}}})
    }

    /// A document that gets a schema back.
    fn getting(schema: &Value) -> Value {
        with("responses", &json!({"200": {"content": {"application/json": {"schema": schema}}}}))
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
        let pet = |mapping: Value| getting(&json!({"discriminator": {"propertyName": "kind", "mapping": mapping}}));
        let from = pet(json!({"a": "#/components/schemas/A", "b": "B", "c": "#/components/schemas/C%20D"}));
        let (names, from) = found(&json!({"A": {}, "B": {}, "C D": {}, "E": {}}), &from);
        assert_eq!(names, ["A", "B", "C D"]);
        assert_eq!(from, pet(json!({"a": "#/components/schemas/A", "b": "B", "c": "#/components/schemas/C D"})));
        let whole = json!({"components": {"schemas": {}}});
        let error = components(&whole, &mut pet(json!({"a": "A"}))).unwrap_err();
        assert!(error.to_string().contains("has no target"), "{error}");
    }

    #[test]
    fn references_in_data_are_none() {
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
        let (names, after) = found(&json!({"A B": {"example": data}}), &parameter("A%20B"));
        assert_eq!(names, ["A B"]);
        assert_eq!(after, parameter("A B"));
    }

    #[test]
    fn an_extension_refers_to_nothing_wherever_it_stands() {
        let nowhere = json!({"$ref": "#/components/responses/nowhere"});
        let mut document = with("responses", &json!({"200": {"description": "d"}, "x-data": nowhere}));
        document["paths"]["x-data"] = json!({"get": {"responses": {"200": nowhere}}});
        document["paths"]["/things"]["get"]["callbacks"] = json!({"done": {"x-data": nowhere}});
        assert_eq!(found(&json!({}), &document), (vec![], document));
    }

    #[test]
    fn what_a_link_sends_is_data() {
        let link = json!({"parameters": {"a": schema("Nowhere")}, "requestBody": schema("Nowhere")});
        let document = with("responses", &json!({"200": {"links": {"next": link}}}));
        assert_eq!(found(&json!({}), &document), (vec![], document));
    }

    #[test]
    fn a_name_may_be_that_of_data() {
        let names = ["default", "enum", "example", "examples", "x-data", "discriminator"];
        let schemas: Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        let named = |of: &dyn Fn(&str) -> Value| -> Value {
            names.iter().map(|name| ((*name).to_owned(), of(name))).collect::<Map<_, _>>().into()
        };
        let headers = named(&|name| json!({"schema": schema(name)}));
        for document in [
            getting(&json!({"properties": named(&schema)})),
            with("responses", &json!({"200": {"headers": headers}})),
            with("requestBody", &json!({"content": headers})),
        ] {
            assert_eq!(found(&Value::Object(schemas.clone()), &document).0.len(), names.len(), "{document}");
        }
        let (names, _) = found(&json!({}), &getting(&json!({"properties": {"$ref": {"type": "string"}}})));
        assert!(names.is_empty());
    }

    #[test]
    fn escapes_in_references_are_read() {
        let schemas = json!({"a b": {}, "c/d": schema("e~0f"), "e~f": {}, "100%": {}, "g%20h": {}});
        let any_of = |names: [&str; 4]| getting(&json!({"oneOf": names.map(schema)}));
        let (names, from) = found(&schemas, &any_of(["a%20b", "c~1d", "100%25", "g%20h"]));
        assert_eq!(names.len(), 5);
        assert_eq!(from, any_of(["a b", "c/d", "100%", "g%20h"]));
        // It is not read a second time.
        assert_eq!(found(&schemas, &from).1, from);
    }

    #[test]
    fn target_of_a_reference_is_a_component_of_a_known_kind() {
        let whole =
            json!({"definitions": {"A": {}}, "components": {"pathItems": {"A": {}}, "schemas": {"A": {"a": {}}}}});
        for reference in ["#/definitions/A", "#/components/pathItems/A", "#/components/schemas/A/a"] {
            let error = components(&whole, &mut getting(&json!({"$ref": reference}))).unwrap_err();
            assert!(error.to_string().contains("has a target that is no component"), "{error}");
        }
    }
}
