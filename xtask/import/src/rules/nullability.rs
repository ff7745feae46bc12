//! Null.

use serde_json::{Map, Value, json};

use super::{Log, Loss, Rule};
use xtask_document::Fields;
use xtask_document::keywords::UNIONS;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::walk::for_each_schema;

pub(super) const BESIDE_REFERENCE: Rule = Rule {
    name: "nullable-reference",
    why: "OpenAPI 3.0 ignores keywords beside `$ref`, but vendors who write `nullable: true` there intend that the value may \
          be null",
    seen_in: "OpenAPI 3.0.3, Reference Object: a client of such a vendor cannot decode null",
    loss: Loss::Widens,
    apply: honour,
};

fn honour(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_schema(document, &mut |place, schema| {
        // An alternative has to be a plain reference: the discriminator knows it by its name.
        let mut may_be_null = false;
        for keyword in UNIONS {
            for branch in schema.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten() {
                may_be_null |= branch.as_object_mut().is_some_and(take_null);
            }
        }
        let loss = match schema.get("$ref").cloned() {
            Some(reference) if take_null(schema) => {
                let target = json!({"$ref": reference});
                let is_nullable = ResolvedSchema::of(&references, &target).is("nullable");
                schema.clear();
                schema.insert("allOf".to_owned(), json!([target]));
                if is_nullable { Loss::Lossless } else { Loss::Widens }
            }
            _ if may_be_null => Loss::Widens,
            _ => return,
        };
        schema.insert("nullable".to_owned(), true.into());
        log.note_loss(loss, place, "applied the `nullable` beside a reference");
    });
}

/// Removes `nullable: true` beside a reference. Returns whether it was present.
fn take_null(schema: &mut Map<String, Value>) -> bool {
    let is_nullable = schema.contains_key("$ref") && schema.is("nullable");
    is_nullable && schema.remove("nullable").is_some()
}

#[cfg(test)]
mod tests {
    use super::super::losses;
    use super::*;

    #[test]
    fn nullable_beside_a_reference_is_honoured_in_every_place() {
        let document = |reference: Value, or_null: Value, union: Value| {
            json!({
                "paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": reference}}}}}}},
                "components": {"schemas": {
                    "Text": {"type": "string"},
                    "Null": {"type": "string", "nullable": true},
                    "Thing": {"properties": {"a": reference}, "items": reference, "additionalProperties": reference},
                    "Either": union,
                    "Alias": or_null,
                }},
            })
        };
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let beside = |name: &str| json!({"$ref": to(name)["$ref"], "nullable": true, "description": "d"});
        let fixed = |name: &str| json!({"allOf": [to(name)], "nullable": true});
        let vendors = document(beside("Text"), beside("Null"), json!({"oneOf": [beside("Text"), {"type": "integer"}]}));
        let union =
            json!({"oneOf": [{"$ref": to("Text")["$ref"], "description": "d"}, {"type": "integer"}], "nullable": true});
        let expected = document(fixed("Text"), fixed("Null"), union);
        let (result, mut lost) = losses(&BESIDE_REFERENCE, vendors);
        assert_eq!(result, expected);
        lost.sort();
        assert_eq!(lost, [vec![Loss::Lossless], vec![Loss::Widens; 5]].concat());
    }

    #[test]
    fn reference_with_nullable_false_is_not_changed() {
        let document = json!({"components": {"schemas": {
            "Text": {"type": "string"},
            "Thing": {"properties": {"a": {"$ref": "#/components/schemas/Text", "nullable": false}}},
        }}});
        assert_eq!(losses(&BESIDE_REFERENCE, document.clone()), (document, vec![]));
    }
}
