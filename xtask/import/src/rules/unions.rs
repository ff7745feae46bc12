//! `anyOf` and `oneOf`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Log, Loss, Rule};
use xtask_document::Fields;
use xtask_document::envelope::is_free_form;
use xtask_document::keywords::{UNIONS, without_documentation};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::walk::for_each_schema;

pub(super) const WITHOUT_SHAPE: Rule = Rule {
    name: "union-without-shape",
    why: "the generator ignores a type beside a union, and makes any JSON of an alternative without a type; such an \
          alternative allows every value of the type beside the union",
    seen_in: "typify 0.8: `type: integer` beside `anyOf: [{description}]` becomes any JSON",
    loss: Loss::Widens,
    apply: drop_unions,
};

fn drop_unions(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_schema(document, &mut |place, schema| {
        if !matches!(schema.text("type"), Some("boolean" | "integer" | "number" | "string")) {
            return;
        }
        for union in UNIONS {
            let has_shape = |branch| !is_free_form(&ResolvedSchema::of(&references, branch));
            let shaped = schema.list(union).iter().filter(|branch| has_shape(branch)).count();
            if shaped < schema.list(union).len() {
                let loss = if shaped == 0 { Loss::Lossless } else { Loss::Widens };
                schema.remove(union);
                log.note_loss(loss, place, format!("dropped its `{union}`, of which an alternative gives no shape"));
            }
        }
    });
}

pub(super) const ONE_SCALAR: Rule = Rule {
    name: "union-of-one-scalar",
    why: "alternatives of one scalar type differ in their limits only, which the crates do not keep; common keywords are kept",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 11 schemas",
    loss: Loss::Widens,
    apply: to_scalar,
};

fn to_scalar(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_schema(document, &mut |place, schema| {
        let Some(scalar) = scalar(&references, schema) else { return };
        if !schema.contains_key("nullable") && unions(schema).all(|branches| allows_null(&references, branches)) {
            schema.insert("nullable".to_owned(), Value::Bool(true));
        }
        let mut alternatives: Vec<_> = unions(schema).flatten().map(|branch| non_null(&references, branch)).collect();
        alternatives.iter_mut().for_each(|branch| drop(branch.insert("type".to_owned(), scalar.into())));
        let mut common = alternatives.first().cloned().unwrap_or_default();
        common.retain(|key, value| alternatives.iter().all(|branch| branch.get(key) == Some(value)));
        let loss = if alternatives.iter().all(|branch| *branch == common) { Loss::Lossless } else { Loss::Widens };
        schema.retain(|key, _| !UNIONS.contains(&key.as_str()));
        for (key, value) in common {
            schema.entry(key).or_insert(value);
        }
        log.note_loss(loss, place, format!("merged its alternatives into one {scalar}"));
    });
}

/// The keywords of an alternative without documentation and `nullable`.
fn non_null<'a>(references: &References<'a>, branch: &'a Value) -> Map<String, Value> {
    let mut keywords = without_documentation(references.resolve(branch));
    keywords.remove("nullable");
    keywords
}

/// The scalar type that all alternatives of a schema have. An integer is a number.
pub(super) fn scalar<'a>(references: &References<'a>, schema: &'a Map<String, Value>) -> Option<&'static str> {
    let types: BTreeSet<_> =
        unions(schema).flatten().map(|branch| references.resolve(branch).text("type").unwrap_or("none")).collect();
    match Vec::from_iter(types).as_slice() {
        ["integer", "number"] if unions(schema).count() == 1 => Some("number"),
        [only] => ["boolean", "integer", "number", "string"].into_iter().find(|scalar| scalar == only),
        _ => None,
    }
}

/// The lists of alternatives of a schema. A value fits an alternative of each list.
fn unions(schema: &Map<String, Value>) -> impl Iterator<Item = &Vec<Value>> {
    UNIONS.into_iter().filter_map(|keyword| schema.get(keyword)?.as_array())
}

fn allows_null<'a>(references: &References<'a>, branches: &'a [Value]) -> bool {
    branches.iter().any(|branch| references.resolve(branch).is("nullable"))
}

pub(super) const FIRST_MATCH: Rule = Rule {
    name: "first-match",
    why: "the generator makes one struct of all alternatives of `anyOf`, with optional fields, and rejects `anyOf` beside \
          `oneOf`; with `oneOf`, a value of several alternatives is decoded as one of them. For alternatives that only \
          require properties, it makes structs without the other properties",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 328 schemas; GitHub, REST API: 18",
    loss: Loss::Narrows,
    apply: |document, log| {
        let original = named_schemas(document);
        let references = References::of(&original);
        for_each_schema(document, &mut |place, schema| {
            let Some(branches) = schema.remove("anyOf") else { return };
            if only_require(&branches) {
                log.note_loss(Loss::Widens, place, "dropped its `anyOf`, whose alternatives only require properties");
            } else if schema.contains_key("oneOf") {
                log.note(place, "dropped its `anyOf` beside `oneOf`");
            } else {
                let loss = if exclude_each_other(&references, &branches) { Loss::Lossless } else { Loss::Narrows };
                schema.insert("oneOf".to_owned(), branches);
                log.note_loss(loss, place, "replaced `anyOf` by `oneOf`: the first alternative that fits is used");
            }
        });
    },
};

/// Whether alternatives only require properties.
fn only_require(branches: &Value) -> bool {
    let branches = branches.as_array().filter(|branches| !branches.is_empty());
    branches.is_some_and(|branches| branches.iter().all(|branch| without_documentation(branch).keys().eq(["required"])))
}

/// Whether no value fits two alternatives: their types differ, and objects have a discriminating property.
fn exclude_each_other<'a>(references: &References<'a>, branches: &'a Value) -> bool {
    let Some(branches) = branches.as_array().filter(|branches| branches.len() > 1) else { return true };
    let branches: Vec<_> = branches.iter().map(|branch| ResolvedSchema::of(references, branch)).collect();
    let mut types = BTreeSet::new();
    let are_different = branches.iter().all(|branch| match branch.text("type") {
        None => false,
        Some("object") => true,
        Some("integer") => types.insert("number"),
        Some(other) => types.insert(other),
    });
    let objects: Vec<_> = branches.iter().filter(|branch| branch.text("type") == Some("object")).collect();
    let nullable = branches.iter().filter(|branch| branch.is("nullable")).count();
    are_different && nullable < 2 && (objects.len() < 2 || have_tag(references, &objects))
}

/// Whether all objects require a property whose values are different in each of them.
fn have_tag<'a>(references: &References<'a>, objects: &[&ResolvedSchema<'a>]) -> bool {
    let required: Vec<_> = objects.iter().map(|object| object.required()).collect();
    required.first().into_iter().flatten().any(|name| {
        let mut seen = BTreeSet::new();
        objects.iter().zip(&required).all(|(object, required)| {
            let property = object.properties.get(name).filter(|_| required.contains(name));
            let values = property.and_then(|property| ResolvedSchema::of(references, property).get("enum")?.as_array());
            values.is_some_and(|values| values.iter().all(|value| seen.insert(value.to_string())))
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{apply_rule, losses, run};
    use super::*;

    fn document(schema: Value) -> Value {
        json!({"components": {"schemas": {"Id": {"type": "string", "minLength": 1}, "Thing": schema}}})
    }

    #[test]
    fn union_of_one_scalar_type_becomes_that_scalar() {
        let union = json!({"anyOf": [{"$ref": "#/components/schemas/Id"}, {"type": "string", "format": "ipv4"}]});
        let text = document(json!({"type": "string"}));
        assert_eq!(losses(&ONE_SCALAR, document(union)), (text, vec![Loss::Widens]));
        for schema in
            [json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), json!({"oneOf": [{"type": "object"}]})]
        {
            assert_eq!(run(&ONE_SCALAR, document(schema.clone())), (document(schema), 0));
        }
    }

    #[test]
    fn union_beside_a_scalar_type_is_dropped_if_an_alternative_gives_no_shape() {
        let text = json!({"type": "string", "enum": ["a"]});
        let described = json!({"description": "d", "minimum": 1});
        let components = |schema: Value| json!({"components": {"schemas": {"Words": described, "Thing": schema}}});
        for of in ["boolean", "integer", "number", "string"] {
            for (branches, loss) in [
                (json!([described, {}]), Loss::Lossless),
                (json!([{"$ref": "#/components/schemas/Words"}]), Loss::Lossless),
                (json!([text, {}]), Loss::Widens),
            ] {
                let union = components(json!({"type": of, "oneOf": [text], "anyOf": branches}));
                let fixed = components(json!({"type": of, "oneOf": [text]}));
                assert_eq!(losses(&WITHOUT_SHAPE, union), (fixed, vec![loss]));
            }
        }
        for schema in [json!({"anyOf": [{}]}), json!({"type": "object", "anyOf": [{"required": ["a"]}]})] {
            assert_eq!(run(&WITHOUT_SHAPE, document(schema.clone())), (document(schema), 0));
        }
    }

    #[test]
    fn union_of_integer_and_number_becomes_a_number() {
        let union = json!({"oneOf": [{"type": "integer"}, {"type": "number"}], "title": "t"});
        let number = document(json!({"type": "number", "title": "t"}));
        assert_eq!(losses(&ONE_SCALAR, document(union)), (number, vec![Loss::Lossless]));
        let both = document(json!({"anyOf": [{"type": "integer"}], "oneOf": [{"type": "number"}]}));
        assert_eq!(run(&ONE_SCALAR, both.clone()), (both, 0));
    }

    #[test]
    fn keywords_common_to_all_alternatives_are_kept() {
        let time = |words: &str| json!({"type": "string", "format": "date-time", "description": words});
        let fixed = document(json!({"type": "string", "format": "date-time", "title": "t"}));
        let union = document(json!({"oneOf": [time("then"), time("now")], "title": "t"}));
        assert_eq!(losses(&ONE_SCALAR, union), (fixed.clone(), vec![Loss::Lossless]));
        let mut limited = time("later");
        limited["maxLength"] = json!(9);
        let union = document(json!({"oneOf": [time("then"), limited], "title": "t"}));
        assert_eq!(losses(&ONE_SCALAR, union), (fixed, vec![Loss::Widens]));
    }

    #[test]
    fn scalar_is_nullable_if_an_alternative_of_each_union_is() {
        let text = |nullable: bool| json!({"type": "string", "nullable": nullable});
        for (schema, fixed) in [
            (json!({"anyOf": [{"$ref": "#/components/schemas/Id"}, text(true)]}), text(true)),
            (json!({"oneOf": [text(true), text(false)], "nullable": false}), text(false)),
            (json!({"anyOf": [text(true)], "oneOf": [text(true)]}), text(true)),
            (json!({"anyOf": [text(true)], "oneOf": [text(false)]}), json!({"type": "string"})),
        ] {
            assert_eq!(run(&ONE_SCALAR, document(schema)), (document(fixed), 1));
        }
        let either = document(json!({"anyOf": [text(true)], "oneOf": [{"type": "integer"}]}));
        assert_eq!(run(&ONE_SCALAR, either.clone()), (either, 0));
    }

    #[test]
    fn one_of_is_kept_and_any_of_beside_it_is_reported() {
        let both = json!({"anyOf": [{"type": "object"}], "oneOf": [{"type": "array"}, {"type": "object"}]});
        let (fixed, applied) = apply_rule(&FIRST_MATCH, document(both));
        assert_eq!(fixed, document(json!({"oneOf": [{"type": "array"}, {"type": "object"}]})));
        assert_eq!(applied[0].what, "dropped its `anyOf` beside `oneOf`");
    }

    #[test]
    fn alternatives_that_only_require_properties_are_dropped() {
        let properties = json!({"a": {"type": "string"}, "b": {"type": "string"}});
        let alternatives = json!([{"required": ["a"], "title": "A"}, {"required": ["b"], "title": "B"}]);
        let (fixed, lost) = losses(&FIRST_MATCH, document(json!({"properties": properties, "anyOf": alternatives})));
        assert_eq!((fixed, lost), (document(json!({"properties": properties})), vec![Loss::Widens]));
    }

    #[test]
    fn any_of_becomes_one_of_with_loss_only_if_alternatives_overlap() {
        let object =
            |kinds: Value| json!({"type": "object", "properties": {"kind": {"enum": kinds}}, "required": ["kind"]});
        let nullable = |kind: &str| json!({"type": kind, "nullable": true});
        for (branches, loss) in [
            (json!([{"type": "object"}]), Loss::Lossless),
            (json!([{"type": "object"}, {"type": "array"}, {"$ref": "#/components/schemas/Id"}]), Loss::Lossless),
            (json!([object(json!(["a", "b"])), object(json!(["c"])), {"type": "string"}]), Loss::Lossless),
            (json!([object(json!(["a", "b"])), object(json!(["b"]))]), Loss::Narrows),
            (json!([object(json!(["a"])), {"type": "object", "properties": {"kind": {"enum": ["c"]}}}]), Loss::Narrows),
            (json!([{"type": "object"}, {"type": "object"}]), Loss::Narrows),
            (json!([{"type": "integer"}, {"type": "number"}]), Loss::Narrows),
            (json!([nullable("string"), nullable("array")]), Loss::Narrows),
            (json!([{"type": "string"}, {}]), Loss::Narrows),
        ] {
            let fixed = document(json!({"oneOf": branches}));
            assert_eq!(losses(&FIRST_MATCH, document(json!({"anyOf": branches}))), (fixed.clone(), vec![loss]));
            assert_eq!(run(&FIRST_MATCH, fixed.clone()), (fixed, 0));
        }
    }
}
