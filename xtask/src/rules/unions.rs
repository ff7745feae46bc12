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
        if !schema.contains_key("nullable") && unions(schema).all(|branches| allows_null(&original, branches)) {
            schema.insert("nullable".to_owned(), Value::Bool(true));
        }
        schema.retain(|key, _| key != "anyOf" && key != "oneOf");
        schema.insert("type".to_owned(), Value::from(scalar.clone()));
        log.note(place, format!("its alternatives are all {scalar}"));
    });
}

/// The scalar type that all alternatives of a schema have.
fn scalar(document: &Value, schema: &Map<String, Value>) -> Option<String> {
    let types: BTreeSet<_> = unions(schema)
        .flatten()
        .map(|branch| resolve(document, branch).get("type").and_then(Value::as_str).unwrap_or("none"))
        .collect();
    let only =
        types.first().filter(|only| types.len() == 1 && ["boolean", "integer", "number", "string"].contains(only))?;
    Some((*only).to_owned())
}

/// The alternatives of a schema: a value is one of each list.
fn unions(schema: &Map<String, Value>) -> impl Iterator<Item = &Vec<Value>> {
    ["anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array())
}

fn allows_null(document: &Value, branches: &[Value]) -> bool {
    branches.iter().any(|branch| resolve(document, branch).get("nullable") == Some(&Value::Bool(true)))
}

pub(super) const FIRST_MATCH: Rule = Rule {
    name: "first-match",
    why: "the generator makes one struct of all alternatives of `anyOf`, with every field optional, and takes no `anyOf` \
          beside `oneOf`; what only a later alternative says is not read if an earlier one fits, too",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            let Some(branches) = schema.remove("anyOf") else { return };
            if schema.contains_key("oneOf") {
                log.note(place, "it is one of its oneOf, whatever its anyOf says");
            } else {
                schema.insert("oneOf".to_owned(), branches);
                log.note(place, "the first alternative that fits is taken");
            }
        });
    },
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{fire, run};
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
    fn a_scalar_may_be_null_if_one_of_its_alternatives_may() {
        let text = |nullable: bool| json!({"type": "string", "nullable": nullable});
        for (schema, mended) in [
            (json!({"anyOf": [{"$ref": "#/components/schemas/Id"}, text(true)]}), text(true)),
            (json!({"oneOf": [text(true), text(false)], "nullable": false}), text(false)),
            (json!({"anyOf": [text(true)], "oneOf": [text(true)]}), text(true)),
            (json!({"anyOf": [text(true)], "oneOf": [text(false)]}), json!({"type": "string"})),
        ] {
            assert_eq!(run(&ONE_SCALAR, document(schema)), (document(mended), 1));
        }
        let either = document(json!({"anyOf": [text(true)], "oneOf": [{"type": "integer"}]}));
        assert_eq!(run(&ONE_SCALAR, either.clone()), (either, 0));
    }

    #[test]
    fn of_two_unions_one_stays_and_the_other_is_named() {
        let both = json!({"anyOf": [{"type": "object"}], "oneOf": [{"type": "array"}, {"type": "object"}]});
        let (mended, fired) = fire(&FIRST_MATCH, document(both));
        assert_eq!(mended, document(json!({"oneOf": [{"type": "array"}, {"type": "object"}]})));
        assert_eq!(fired[0].what, "it is one of its oneOf, whatever its anyOf says");
    }

    #[test]
    fn the_first_alternative_that_fits_is_taken() {
        let branches = json!([{"type": "object"}, {"type": "array"}]);
        let mended = document(json!({"oneOf": branches}));
        assert_eq!(run(&FIRST_MATCH, document(json!({"anyOf": branches}))), (mended.clone(), 1));
        assert_eq!(run(&FIRST_MATCH, mended.clone()), (mended, 0));
    }
}
