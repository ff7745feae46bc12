//! A part of an `allOf` that only annotates a reference moves beside the `allOf`.
//!
//! The generator uses the referenced type for `allOf` with one part. With two, it merges them: if the referenced schema
//! is or contains an `allOf`, the result is a type of its own, even if the second part is only a description. A title of
//! such a part is dropped: it would name that type.
//!
//! Seen in: the generator (`allOf: [{$ref}, {description}]`); `rulesets_RewriteUriPart` of Cloudflare's document, to
//! which `allOf: [{title}, {$ref}]` refers.

use serde_json::Value;

use xtask_document::keywords::without_annotations;
use xtask_document::schemas::reference;
use xtask_document::walk::for_each_schema;

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) else { return };
        let others: Vec<_> = parts.iter().filter(|part| !is_annotation(part)).collect();
        if !matches!(others.as_slice(), [other] if reference(other).is_some()) {
            return;
        }
        let moved: Vec<_> = parts.extract_if(.., |part| is_annotation(part)).collect();
        for (keyword, value) in moved.iter().filter_map(Value::as_object).flatten() {
            if keyword != "title" {
                schema.entry(keyword).or_insert_with(|| value.clone());
            }
        }
    });
}

/// Whether a part only annotates.
fn is_annotation(part: &Value) -> bool {
    part.is_object() && without_annotations(part).is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn annotation_of_a_reference_moves_beside_it() {
        let to = json!({"$ref": "#/components/schemas/Other"});
        let of = |schema: &Value| json!({"components": {"schemas": {"Thing": {"properties": {"a": schema}}}}});
        let annotation = json!({"title": "Name", "description": "d", "x-note": 1});
        for (schema, expected) in [
            (json!({"allOf": [to, annotation, {}]}), json!({"allOf": [to], "description": "d", "x-note": 1})),
            (
                json!({"allOf": [annotation, to], "description": "own"}),
                json!({"allOf": [to], "description": "own", "x-note": 1}),
            ),
        ] {
            let mut document = of(&schema);
            apply(&mut document);
            assert_eq!(document, of(&expected));
        }
        for schema in [
            json!({"allOf": [to, {"nullable": true}]}),
            json!({"allOf": [to, to, annotation]}),
            json!({"allOf": [{"type": "string"}, annotation]}),
        ] {
            let mut document = of(&schema);
            apply(&mut document);
            assert_eq!(document, of(&schema));
        }
    }
}
