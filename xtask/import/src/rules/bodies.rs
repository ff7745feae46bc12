//! Bodies of requests.

use serde_json::{Map, Value, json};

use super::media_types::{KNOWN, set_schema};
use super::{Log, Loss, Rule, for_each_operation};
use xtask_document::media_types::{FORM, JSON};

pub(super) const MULTIPART: Rule = Rule {
    name: "multipart-body",
    why: "the generator cannot send parts; an operation that needs them cannot be called",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 18 operations",
    loss: Loss::Drops,
    apply: drop_multipart,
};

fn drop_multipart(document: &mut Value, log: &mut Log<'_>) {
    let mut dropped = Vec::new();
    for_each_operation(document, |place, _, operation| {
        let mut types = content(operation).into_iter().flat_map(|content| content.keys());
        if types.next().is_some_and(|first| is_multipart(first)) && types.all(|other| is_multipart(other)) {
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or("without an id");
            log.note(place, format!("dropped the operation {id}"));
            dropped.push(place.to_owned());
        }
    });
    for place in dropped {
        let Some((item, method)) = place.rsplit_once('/') else { continue };
        if let Some(item) = document.pointer_mut(item).and_then(Value::as_object_mut) {
            item.remove(method);
        }
    }
}

pub(super) const WITHOUT_SCHEMA: Rule = Rule {
    name: "body-without-schema",
    why: "a GET or DELETE that lists JSON without a schema most likely takes none, but the generator asks for its type",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 104 operations",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_operation(document, |place, method, operation| {
            if !matches!(method, "get" | "delete" | "head") || !json_lacks_schema(operation) {
                return;
            }
            let has_schema = |media_type: &Value| media_type.get("schema").is_some();
            match content_mut(operation).filter(|content| content.values().any(has_schema)) {
                Some(content) => {
                    content.remove(JSON);
                    log.note(place, "its body is not JSON");
                }
                None => {
                    operation.remove("requestBody");
                    log.note(place, "it takes no body");
                }
            }
        });
    },
};

pub(super) const FREE_FORM: Rule = Rule {
    name: "free-form-body",
    why: "JSON without a schema is any JSON, and a form any form, but the generator asks for their types",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 31 operations",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let Some(content) = content_mut(operation) else { return };
            for (media_type, any, what) in [(JSON, json!({}), "JSON"), (FORM, json!({"type": "object"}), "form")] {
                if let Some(body) = content.get_mut(media_type).filter(|body| body.get("schema").is_none()) {
                    set_schema(body, any);
                    log.note(place, format!("its body is any {what}"));
                }
            }
        });
    },
};

pub(super) const ONE_MEDIA_TYPE: Rule = Rule {
    name: "one-body-type",
    why: "the generated method sends one type of body",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 2 operations; GitHub, REST API: 1",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let Some(content) = content_mut(operation).filter(|content| content.len() > 1) else { return };
            let known = KNOWN.into_iter().find(|known| content.contains_key(*known));
            let sent = || content.keys().filter(|media_type| !is_multipart(media_type)).min().cloned();
            let Some(kept) = known.map(str::to_owned).or_else(sent) else { return };
            let others: Vec<String> = content.keys().filter(|media_type| **media_type != kept).cloned().collect();
            content.retain(|media_type, _| *media_type == kept);
            log.note(place, format!("its body is {kept} alone, and not {}", others.join(", ")));
        });
    },
};

fn content(operation: &Map<String, Value>) -> Option<&Map<String, Value>> {
    operation.get("requestBody")?.get("content")?.as_object()
}

pub(super) fn content_mut(operation: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    operation.get_mut("requestBody")?.get_mut("content")?.as_object_mut()
}

fn json_lacks_schema(operation: &Map<String, Value>) -> bool {
    content(operation).and_then(|content| content.get(JSON)).is_some_and(|json| json.get("schema").is_none())
}

fn is_multipart(media_type: &str) -> bool {
    media_type.starts_with("multipart/")
}

#[cfg(test)]
mod tests {
    use super::super::{fire, run};
    use super::*;

    fn document(method: &str, content: Value) -> Value {
        json!({"paths": {"/a/b": {method: {"operationId": "id", "requestBody": {"content": content}}}}})
    }

    #[test]
    fn an_operation_that_needs_parts_goes() {
        let (mended, fired) = run(&MULTIPART, document("post", json!({"multipart/form-data": {}})));
        assert_eq!((mended, fired), (json!({"paths": {"/a/b": {}}}), 1));
        let either = document("post", json!({"multipart/form-data": {}, JSON: {}}));
        assert_eq!(run(&MULTIPART, either.clone()), (either.clone(), 0));
        let (mended, applied) = fire(&ONE_MEDIA_TYPE, either);
        assert_eq!(mended, document("post", json!({JSON: {}})));
        assert_eq!(applied[0].what, "its body is application/json alone, and not multipart/form-data");
        assert_eq!(applied[0].loss, Loss::Narrows);
    }

    #[test]
    fn a_get_or_delete_without_a_schema_takes_no_body() {
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
    fn a_post_without_a_schema_takes_anything_and_keeps_its_example() {
        let any = document("post", json!({JSON: {"schema": {}}}));
        assert_eq!(run(&FREE_FORM, document("post", json!({JSON: {}}))), (any.clone(), 1));
        assert_eq!(run(&FREE_FORM, any.clone()), (any.clone(), 0));
        assert_eq!(run(&FREE_FORM, document("post", json!({JSON: null}))), (any, 1));
        let form = document("post", json!({FORM: {"schema": {"type": "object"}, "example": {"a": 1}}}));
        assert_eq!(run(&FREE_FORM, document("post", json!({FORM: {"example": {"a": 1}}}))), (form, 1));
    }

    #[test]
    fn of_several_types_json_stays_or_else_what_can_be_sent() {
        let (mended, fired) = run(&ONE_MEDIA_TYPE, document("post", json!({"a/a": {}, JSON: {}})));
        assert_eq!((mended, fired), (document("post", json!({JSON: {}})), 1));
        for (other, kept) in [("b/b", "a/a"), ("text/plain", "text/plain")] {
            let (mended, fired) = run(&ONE_MEDIA_TYPE, document("post", json!({"a/a": {}, other: {}})));
            assert_eq!((mended, fired), (document("post", json!({kept: {}})), 1));
        }
    }
}
