//! Schemas without a type.

use serde_json::{Map, Value};

use super::{Log, Loss, Rule};
use xtask_document::Fields;
use xtask_document::keywords::{self, BRANCHES};
use xtask_document::walk::for_each_schema;

pub(super) const FROM_SIBLINGS: Rule = Rule {
    name: "missing-type",
    why: "the generator treats a schema without a type as any JSON, even if its keywords apply to one type only; strictly, \
          it allows values of all other types, which vendors hardly ever intend",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 669 schemas; GitHub, REST API: 10",
    loss: Loss::Narrows,
    apply: add_types,
};

fn add_types(document: &mut Value, log: &mut Log<'_>) {
    for_each_schema(document, &mut |place, schema| {
        let Some(implied) = implied_type(schema) else { return };
        let loss = if lists_text(schema) { Loss::Lossless } else { Loss::Narrows };
        schema.insert("type".to_owned(), Value::from(implied));
        log.note_loss(loss, place, format!("added its type {implied}"));
    });
}

/// Whether every value that a schema allows is text.
fn lists_text(schema: &Map<String, Value>) -> bool {
    let values = schema.list("enum");
    !values.is_empty() && values.iter().all(Value::is_string)
}

pub(super) fn implied_type(schema: &Map<String, Value>) -> Option<&'static str> {
    let has = |keyword| schema.contains_key(keyword);
    if ["$ref", "type"].into_iter().chain(BRANCHES).any(has) {
        return None;
    }
    if lists_text(schema) {
        return Some("string");
    }
    keywords::implied_type(schema).or_else(|| match schema.text("format")? {
        "int32" | "int64" => Some("integer"),
        "double" | "float" => Some("number"),
        "binary" | "byte" | "date" | "date-time" | "email" | "ipv4" | "ipv6" | "uri" | "uuid" => Some("string"),
        _ => None,
    })
}

pub(super) const FORMAT_OF_NO_SCALAR: Rule = Rule {
    name: "format-of-no-scalar",
    why: "the generator fails at a format of an object, a list, a boolean or a free-form schema, where a format has no meaning",
    seen_in: "Twilio, api_v2010: 29 tags, with the formats `uri-map` and `phone-number-capabilities`",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            if matches!(schema.text("type"), Some("integer" | "number" | "string"))
                || BRANCHES.iter().chain(&["$ref"]).any(|keyword| schema.contains_key(*keyword))
            {
                return;
            }
            if let Some(format) = schema.remove("format") {
                log.note(place, format!("dropped the format {format}"));
            }
        });
    },
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{losses, run};
    use super::*;

    #[test]
    fn enum_of_text_gets_the_type_string_without_loss() {
        let document = |schema: Value| json!({"components": {"schemas": {"Thing": schema}}});
        for beside in ["description", "items", "minLength", "properties"] {
            let (fixed, lost) = losses(&FROM_SIBLINGS, document(json!({"enum": ["a"], beside: {}})));
            assert_eq!(fixed, document(json!({"enum": ["a"], beside: {}, "type": "string"})));
            assert_eq!(lost[0], Loss::Lossless);
        }
        assert_eq!(losses(&FROM_SIBLINGS, document(json!({"minLength": 1}))).1, [Loss::Narrows]);
    }

    #[test]
    fn keywords_of_one_type_imply_it() {
        let document = |schema: Value| json!({"components": {"schemas": {"Thing": schema}}});
        for (keyword, value, expected) in [
            ("properties", json!({}), "object"),
            ("items", json!({}), "array"),
            ("enum", json!(["a"]), "string"),
            ("minLength", json!(1), "string"),
            ("format", json!("binary"), "string"),
            ("format", json!("int64"), "integer"),
        ] {
            let fixed = document(json!({keyword: value, "type": expected}));
            let (result, count) = run(&FROM_SIBLINGS, document(json!({keyword: value})));
            assert_eq!(result, fixed);
            assert!(count >= 1);
        }
        for schema in [
            json!({}),
            json!({"description": "d"}),
            json!({"enum": [1]}),
            // An integer and a number are equally likely, so it stays any JSON.
            json!({"minimum": 1}),
            json!({"format": "odd"}),
            json!({"oneOf": [], "minimum": 1}),
        ] {
            assert_eq!(run(&FROM_SIBLINGS, document(schema.clone())), (document(schema), 0));
        }
    }

    #[test]
    fn format_is_kept_on_scalars_only() {
        let document = |schema: Value| json!({"components": {"schemas": {"Thing": schema}}});
        for of in ["object", "array", "boolean"] {
            let (fixed, lost) = losses(&FORMAT_OF_NO_SCALAR, document(json!({"type": of, "format": "uri-map"})));
            assert_eq!((fixed, lost), (document(json!({"type": of})), vec![Loss::Lossless]));
        }
        assert_eq!(run(&FORMAT_OF_NO_SCALAR, document(json!({"format": "x"}))), (document(json!({})), 1));
        for schema in
            [json!({"type": "string", "format": "x"}), json!({"allOf": [{"type": "string"}], "format": "date"})]
        {
            assert_eq!(run(&FORMAT_OF_NO_SCALAR, document(schema.clone())), (document(schema), 0));
        }
    }
}
