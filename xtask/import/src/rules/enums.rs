//! Enums.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Loss, Rule};
use xtask_document::Fields;
use xtask_document::naming::{camel, identifier};
use xtask_document::walk::for_each_schema;

pub(super) const OF_TEXT_ONLY: Rule = Rule {
    name: "enum-of-text-only",
    why: "the generated code for an enum does not compile if a value is no text, or is null without `nullable: true`",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 3,390 schemas",
    loss: Loss::Widens,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            let is_text = schema.text("type") == Some("string");
            let Some(values) = schema.get("enum").and_then(Value::as_array) else { return };
            if is_text && values.iter().all(|value| value.is_string() || value.is_null()) {
                if values.contains(&Value::Null) && !schema.is("nullable") {
                    schema.insert("nullable".to_owned(), Value::Bool(true));
                    log.note(place, "made it nullable, since null is one of its values");
                }
                return;
            }
            let is_boolean = schema.text("type") == Some("boolean");
            let has_both = [true, false].iter().all(|value| values.contains(&Value::from(*value)));
            let loss = if is_boolean && has_both { Loss::Lossless } else { Loss::Widens };
            schema.remove("enum");
            log.note_loss(loss, place, "dropped its `enum`");
        });
    },
};

pub(super) const CLASHING_VALUES: Rule = Rule {
    name: "clashing-values",
    why: "two values with the same name in Rust cannot be variants of one enum; a duplicate value needs no second variant",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 8 schemas; GitHub, REST API: 2",
    loss: Loss::Widens,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                let before = values.len();
                let mut seen = BTreeSet::new();
                values.retain(|value| seen.insert(value.to_string()));
                if values.len() != before {
                    log.note_loss(Loss::Lossless, place, "dropped duplicate values of its `enum`");
                }
            }
            if has_clash(schema) {
                schema.remove("enum");
                log.note(place, "dropped its `enum`, since values have the same name in Rust");
            }
        });
    },
};

fn has_clash(schema: &Map<String, Value>) -> bool {
    let mut seen = BTreeSet::new();
    schema.list("enum").iter().filter_map(Value::as_str).any(|value| !seen.insert(identifier(value, camel)))
}

pub(super) const NO_OTHER_LIMITS: Rule = Rule {
    name: "enum-without-other-limits",
    why: "the generator rejects a pattern or a length beside an enum, and the enum is more exact",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 1 schema",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            let before = schema.len();
            if schema.contains_key("enum") {
                schema.retain(|key, _| !["maxLength", "minLength", "pattern"].contains(&key.as_str()));
            }
            if schema.len() != before {
                log.note(place, "dropped the pattern or length beside its `enum`");
            }
        });
    },
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{losses, run};
    use super::*;

    fn document(schema: Value) -> Value {
        json!({"components": {"schemas": {"Thing": schema}}})
    }

    #[test]
    fn enum_of_other_values_than_text_is_dropped() {
        for kind in ["object", "array", "number", "integer", "boolean"] {
            let (fixed, count) = run(&OF_TEXT_ONLY, document(json!({"type": kind, "enum": [1]})));
            assert_eq!((fixed, count), (document(json!({"type": kind})), 1));
        }
        let mixed = document(json!({"type": "string", "enum": ["a", 1]}));
        assert_eq!(run(&OF_TEXT_ONLY, mixed), (document(json!({"type": "string"})), 1));
        let text = document(json!({"type": "string", "nullable": true, "enum": ["a", null]}));
        assert_eq!(run(&OF_TEXT_ONLY, text.clone()), (text, 0));
    }

    #[test]
    fn text_enum_with_null_becomes_nullable() {
        let listed = |nullable: bool| document(json!({"type": "string", "enum": ["a", null], "nullable": nullable}));
        assert_eq!(losses(&OF_TEXT_ONLY, listed(false)), (listed(true), vec![Loss::Widens]));
    }

    #[test]
    fn dropping_the_enum_of_a_boolean_with_both_values_is_lossless() {
        for (values, loss) in [(json!([true, false]), Loss::Lossless), (json!([true]), Loss::Widens)] {
            let (fixed, lost) = losses(&OF_TEXT_ONLY, document(json!({"type": "boolean", "enum": values})));
            assert_eq!((fixed, lost), (document(json!({"type": "boolean"})), vec![loss]));
        }
    }

    #[test]
    fn duplicate_value_of_an_enum_is_dropped() {
        let listed = |values: Value| document(json!({"type": "string", "enum": values}));
        let once = losses(&CLASHING_VALUES, listed(json!(["a", "b", "a"])));
        assert_eq!(once, (listed(json!(["a", "b"])), vec![Loss::Lossless]));
        let clash = losses(&CLASHING_VALUES, listed(json!(["<", "<=", "<"])));
        assert_eq!(clash, (document(json!({"type": "string"})), vec![Loss::Lossless, Loss::Widens]));
    }

    #[test]
    fn enum_with_clashing_names_becomes_any_text() {
        for values in
            [json!(["<", "<="]), json!(["a-b", "aB"]), json!(["a", "A"]), json!(["1", "x1"]), json!(["it's", "its"])]
        {
            let (fixed, count) = run(&CLASHING_VALUES, document(json!({"type": "string", "enum": values})));
            assert_eq!((fixed, count), (document(json!({"type": "string"})), 1));
        }
        let distinct = document(json!({"type": "string", "enum": ["ab", "a_b", "<", "+1", "-1", "1"]}));
        assert_eq!(run(&CLASHING_VALUES, distinct.clone()), (distinct, 0));
    }

    #[test]
    fn pattern_beside_an_enum_is_dropped() {
        let fixed = document(json!({"type": "string", "enum": ["a"]}));
        assert_eq!(
            run(&NO_OTHER_LIMITS, document(json!({"type": "string", "enum": ["a"], "pattern": "x"}))),
            (fixed, 1)
        );
        let free = document(json!({"type": "string", "pattern": "x"}));
        assert_eq!(run(&NO_OTHER_LIMITS, free.clone()), (free, 0));
    }
}
