//! Bodies of requests.

use serde_json::{Map, Value, json};

use super::media_types::{KNOWN, keep_one, set};
use super::operations::is_multipart;
use super::{Loss, Rule, body_content};
use xtask_document::Fields;
use xtask_document::media_types::{FORM, JSON};
use xtask_document::operation::for_each_operation;

pub(super) const WITHOUT_SCHEMA: Rule = Rule {
    name: "body-without-schema",
    why: "a GET or DELETE that lists JSON without a schema most likely takes no body, but the generator requires a type",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 104 operations",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_operation(document, |place, method, operation| {
            if !matches!(method, "get" | "delete" | "head") || !json_lacks_schema(operation) {
                return;
            }
            let has_schema = |media_type: &Value| media_type.get("schema").is_some();
            match body_content(operation).filter(|content| content.values().any(has_schema)) {
                Some(content) => {
                    content.remove(JSON);
                    log.note(place, "dropped JSON from its body");
                }
                None => {
                    operation.remove("requestBody");
                    log.note(place, "dropped its body");
                }
            }
        });
    },
};

pub(super) const FREE_FORM: Rule = Rule {
    name: "free-form-body",
    why: "content without a schema is any JSON or any form, but the generator requires a type",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 31 operations",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let Some(content) = body_content(operation) else { return };
            for (media_type, schema, kind) in [(JSON, json!({}), "JSON"), (FORM, json!({"type": "object"}), "form")] {
                if let Some(body) = content.get_mut(media_type).filter(|body| body.get("schema").is_none()) {
                    set(body, "schema", schema);
                    log.note(place, format!("allowed any {kind} as its body"));
                }
            }
        });
    },
};

pub(super) const ONE_MEDIA_TYPE: Rule = Rule {
    name: "one-body-type",
    why: "a generated method sends bodies of one media type only",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 2 operations; GitHub, REST API: 1",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let Some(content) = body_content(operation).filter(|content| content.len() > 1) else { return };
            let known = KNOWN.into_iter().find(|known| content.contains_key(*known));
            let sendable = || content.keys().filter(|media_type| !is_multipart(media_type)).min().cloned();
            let Some(kept) = known.map(str::to_owned).or_else(sendable) else { return };
            keep_one(content, &kept, place, log);
        });
    },
};

fn json_lacks_schema(operation: &Map<String, Value>) -> bool {
    let content = operation.entries("requestBody").entries("content");
    content.get(JSON).is_some_and(|json| json.get("schema").is_none())
}

#[cfg(test)]
mod tests {
    use super::super::{apply_rule, run};
    use super::*;

    fn document(method: &str, content: Value) -> Value {
        json!({"paths": {"/a/b": {method: {"operationId": "id", "requestBody": {"content": content}}}}})
    }

    #[test]
    fn dropping_a_media_type_is_lossless_only_for_json_with_the_same_schema() {
        let schema = |of: &str| json!({"schema": {"type": of}});
        let json = document("post", json!({JSON: schema("object")}));
        for (other, of, loss) in [
            ("multipart/form-data", "object", Loss::Narrows),
            ("text/json", "object", Loss::Lossless),
            ("text/json", "array", Loss::Narrows),
        ] {
            let (fixed, applied) =
                apply_rule(&ONE_MEDIA_TYPE, document("post", json!({JSON: schema("object"), other: schema(of)})));
            assert_eq!((fixed, applied[0].loss), (json.clone(), loss));
            assert_eq!(applied[0].what, format!("kept application/json, and dropped {other}"));
        }
    }

    #[test]
    fn get_or_delete_with_json_without_a_schema_takes_no_body() {
        let none = json!({"paths": {"/a/b": {"delete": {"operationId": "id"}}}});
        assert_eq!(run(&WITHOUT_SCHEMA, document("delete", json!({JSON: {}}))), (none, 1));
        let text = json!({"text/plain": {"schema": {"type": "string"}}});
        let mut either = text.clone();
        either[JSON] = json!({});
        assert_eq!(run(&WITHOUT_SCHEMA, document("delete", either)), (document("delete", text), 1));
        for (method, json) in [("delete", json!({"schema": {}})), ("post", json!({}))] {
            let document = document(method, json!({JSON: json}));
            assert_eq!(run(&WITHOUT_SCHEMA, document.clone()), (document, 0));
        }
    }

    #[test]
    fn post_without_a_schema_takes_any_content_and_keeps_its_example() {
        let any = document("post", json!({JSON: {"schema": {}}}));
        assert_eq!(run(&FREE_FORM, document("post", json!({JSON: {}}))), (any.clone(), 1));
        assert_eq!(run(&FREE_FORM, any.clone()), (any.clone(), 0));
        assert_eq!(run(&FREE_FORM, document("post", json!({JSON: null}))), (any, 1));
        let form = document("post", json!({FORM: {"schema": {"type": "object"}, "example": {"a": 1}}}));
        assert_eq!(run(&FREE_FORM, document("post", json!({FORM: {"example": {"a": 1}}}))), (form, 1));
    }

    #[test]
    fn json_or_else_a_sendable_type_is_kept_of_several_media_types() {
        let (fixed, applied) = run(&ONE_MEDIA_TYPE, document("post", json!({"a/a": {}, JSON: {}})));
        assert_eq!((fixed, applied), (document("post", json!({JSON: {}})), 1));
        for (other, kept) in [("b/b", "a/a"), ("text/plain", "text/plain")] {
            let (fixed, applied) = run(&ONE_MEDIA_TYPE, document("post", json!({"a/a": {}, other: {}})));
            assert_eq!((fixed, applied), (document("post", json!({kept: {}})), 1));
        }
    }
}
