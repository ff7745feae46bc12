//! `anyOf` and `oneOf`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Log, Loss, Rule};
use crate::effective::{named_schemas, resolve};
use crate::schemas::for_each_schema;

pub(super) const ONE_SCALAR: Rule = Rule {
    name: "union-of-one-scalar",
    why: "alternatives of one scalar type differ in their limits only, which the crates do not keep",
    loss: Loss::Widens,
    apply: to_scalar,
};

fn to_scalar(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    for_each_schema(document, &mut |place, schema| {
        let Some(scalar) = scalar(&original, schema) else { return };
        schema.retain(|key, _| key != "anyOf" && key != "oneOf");
        schema.insert("type".to_owned(), Value::from(scalar.clone()));
        log.note(place, format!("its alternatives are all {scalar}"));
    });
}

/// The scalar type that all alternatives of a schema have.
fn scalar(document: &Value, schema: &Map<String, Value>) -> Option<String> {
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
    let types: BTreeSet<_> = branches
        .iter()
        .map(|branch| resolve(document, branch).get("type").and_then(Value::as_str).unwrap_or("none"))
        .collect();
    let only =
        types.first().filter(|only| types.len() == 1 && ["boolean", "integer", "number", "string"].contains(only))?;
    Some((*only).to_owned())
}

pub(super) const FIRST_MATCH: Rule = Rule {
    name: "first-match",
    why: "the generator makes one struct of all alternatives of `anyOf`, with every field optional",
    loss: Loss::Widens,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            if let (false, Some(branches)) = (schema.contains_key("oneOf"), schema.remove("anyOf")) {
                schema.insert("oneOf".to_owned(), branches);
                log.note(place, "the first alternative that fits is taken");
            }
        });
    },
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::run;
    use super::*;

    fn document(schema: Value) -> Value {
        json!({"components": {"schemas": {"Id": {"type": "string", "minLength": 1}, "Thing": schema}}})
    }

    #[test]
    fn alternatives_of_one_scalar_are_that_scalar() {
        let union = json!({"anyOf": [{"$ref": "#/components/schemas/Id"}, {"type": "string", "format": "ipv4"}]});
        assert_eq!(run(&ONE_SCALAR, document(union)), (document(json!({"type": "string"})), 1));
        for schema in
            [json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), json!({"oneOf": [{"type": "object"}]})]
        {
            assert_eq!(run(&ONE_SCALAR, document(schema.clone())), (document(schema), 0));
        }
    }

    #[test]
    fn the_first_alternative_that_fits_is_taken() {
        let branches = json!([{"type": "object"}, {"type": "array"}]);
        let mended = document(json!({"oneOf": branches}));
        assert_eq!(run(&FIRST_MATCH, document(json!({"anyOf": branches}))), (mended.clone(), 1));
        assert_eq!(run(&FIRST_MATCH, mended.clone()), (mended, 0));
    }
}
