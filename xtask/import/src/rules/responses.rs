//! Responses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::media_types::{keep_one, set};
use super::{Log, Loss, Rule};
use crate::hoist::{SchemaNames, holds_types};
use xtask_document::media_types::JSON;
use xtask_document::naming::pascal;
use xtask_document::operation::{content_mut, for_each_operation, is_success, responses_mut};
use xtask_document::pointer::escape;
use xtask_document::resolved::References;
use xtask_document::schemas::named_schemas;

pub(super) const DEFAULT: Rule = Rule {
    name: "success-by-default",
    why: "without another response, `default` is the one to every call, and the generator reads it as bytes",
    seen_in: "the generator makes bytes of a success that is not described (`ResponseValue<ByteStream>`)",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
            // With a redirect, the call most likely succeeds by that.
            if responses.keys().any(|status| status.starts_with(['2', '3'])) {
                return;
            }
            let Some(default) = responses.remove("default") else { return };
            for status in ["2XX", "4XX", "5XX"] {
                responses.entry(status).or_insert_with(|| default.clone());
            }
            log.note(place, "the response default is that of every success and failure");
        });
    },
};

pub(super) const WITHOUT_SCHEMA: Rule = Rule {
    name: "response-without-schema",
    why: "JSON without a schema is any JSON, but the generator asks for its type",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 20 responses",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_response(document, |place, response| {
            let json = content_mut(response).and_then(|content| content.get_mut(JSON));
            if let Some(json) = json.filter(|json| json.get("schema").is_none()) {
                set(json, "schema", json!({}));
                log.note(place, "it is any JSON");
            }
        });
    },
};

pub(super) const ONE_MEDIA_TYPE: Rule = Rule {
    name: "one-response-type",
    why: "the generated method gives back one type",
    seen_in: "GitHub, REST API: 35 responses",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_response(document, |place, response| {
            let content = content_mut(response);
            if let Some(content) = content.filter(|content| content.len() > 1 && content.contains_key(JSON)) {
                keep_one(content, JSON, place, log);
            }
        });
    },
};

pub(super) const ALIKE: Rule = Rule {
    name: "successes-alike",
    why: "successes that are alike are one type, which has to have one name: by itself, each would be a type of its own",
    seen_in: "the generator fails if two successes of an operation have different types",
    loss: Loss::Lossless,
    apply: name_alike,
};

/// Gives the successes that are like the first one the very schemas of it.
fn name_alike(document: &mut Value, log: &mut Log<'_>) {
    let (original, mut names) = (named_schemas(document), SchemaNames::of(document));
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or(place);
        let name = format!("{}Response", pascal(id));
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let resolved = |response| {
            let schemas = schemas(response).into_iter();
            schemas.map(|(media_type, schema)| (media_type, references.resolve(schema))).collect::<BTreeMap<_, _>>()
        };
        let Some((first_status, first)) = first_success(responses) else { return };
        let wanted = resolved(first);
        let others = responses.iter().filter(|(status, _)| is_success(status) && *status != first_status);
        let alike = others.filter(|(_, response)| resolved(response) == wanted);
        let alike: BTreeSet<String> = alike.map(|(status, _)| status.clone()).collect();
        let first_status = first_status.clone();
        let Some(first) = responses.get_mut(&first_status).filter(|_| !alike.is_empty()) else { return };
        for schema in schemas_mut(first).filter(|schema| holds_types(schema)) {
            let name = names.free(&name);
            names.give(name, schema);
        }
        let shared: BTreeMap<_, _> =
            schemas(first).into_iter().map(|(media_type, schema)| (media_type.to_owned(), schema.clone())).collect();
        for (status, response) in responses.iter_mut().filter(|(status, _)| alike.contains(*status)) {
            let before = response.clone();
            for (schema, shared) in schemas_mut(response).zip(shared.values().filter(|schema| !schema.is_null())) {
                *schema = shared.clone();
            }
            if *response != before {
                log.note(&format!("{place}/responses/{}", escape(status)), format!("it is what {first_status} is"));
            }
        }
    });
    names.insert(document);
}

pub(super) const ONE_SUCCESS: Rule = Rule {
    name: "one-success",
    why: "the generated method gives back one type, whatever the status of success, and fails for all other statuses; one \
          for all other statuses would be of that type as well",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 13 operations; GitHub, REST API: 22",
    loss: Loss::Narrows,
    apply: keep_one_success,
};

/// Keeps the successes that are like the first one. What is there for all other statuses is there for the failures.
fn keep_one_success(document: &mut Value, log: &mut Log<'_>) {
    for_each_operation(document, |place, _, operation| {
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let Some((_, first)) = first_success(responses) else { return };
        let first = schemas(first);
        let extra = responses.iter().filter(|(status, response)| is_success(status) && schemas(response) != first);
        let extra: Vec<String> = extra.map(|(status, _)| status.clone()).collect();
        for status in extra {
            responses.remove(&status);
            log.note(place, format!("the response {status} is not read"));
        }
        if let Some(others) = responses.remove("default") {
            for failures in ["4XX", "5XX"] {
                responses.entry(failures).or_insert_with(|| others.clone());
            }
            log.note(place, "the response default is for failures only");
        }
    });
}

/// The success that is read: the first one with a body, or else the first one.
fn first_success(responses: &Map<String, Value>) -> Option<(&String, &Value)> {
    let is_empty = |response: &Value| schemas(response).is_empty();
    let successes = responses.iter().filter(|(status, _)| is_success(status));
    successes.min_by_key(|(status, response)| (is_empty(response), *status))
}

/// The schemas of a response, by media type. What has none is null.
fn schemas(response: &Value) -> BTreeMap<&str, &Value> {
    let content = response.get("content").and_then(Value::as_object).into_iter().flatten();
    content.map(|(media_type, content)| (media_type.as_str(), content.get("schema").unwrap_or(&Value::Null))).collect()
}

/// The same in the same order, to be changed, of the media types that have a schema.
fn schemas_mut(response: &mut Value) -> impl Iterator<Item = &mut Value> {
    let content = response.get_mut("content").and_then(Value::as_object_mut);
    let content: BTreeMap<_, _> = content.into_iter().flatten().collect();
    content.into_values().filter_map(|content| content.get_mut("schema"))
}

fn for_each_response(document: &mut Value, mut change: impl FnMut(&str, &mut Map<String, Value>)) {
    for_each_operation(document, |place, _, operation| {
        for (status, response) in responses_mut(operation) {
            change(&format!("{place}/responses/{}", escape(status)), response);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{apply_rule, run};
    use super::*;

    fn document(responses: Value) -> Value {
        json!({"paths": {"/a": {"get": {"responses": responses}}}})
    }

    #[test]
    fn json_without_a_schema_is_any_json_and_keeps_its_example() {
        let fixed = document(json!({"200": {"content": {JSON: {"schema": {}, "example": 1}}}}));
        let without = document(json!({"200": {"content": {JSON: {"example": 1}}}}));
        assert_eq!(run(&WITHOUT_SCHEMA, without), (fixed.clone(), 1));
        assert_eq!(run(&WITHOUT_SCHEMA, fixed.clone()), (fixed, 0));
    }

    #[test]
    fn default_alone_is_the_response_to_every_success_and_failure() {
        let (one, other) = (json!({"content": {JSON: {}}}), json!({"description": "d"}));
        let fixed = document(json!({"2XX": one, "404": other, "4XX": one, "5XX": one}));
        let (document_, applied) = apply_rule(&DEFAULT, document(json!({"404": other, "default": one})));
        assert_eq!((document_, applied[0].loss), (fixed, Loss::Lossless));
        for status in ["204", "302"] {
            let described = document(json!({status: other, "default": one}));
            assert_eq!(run(&DEFAULT, described.clone()), (described, 0));
        }
    }

    #[test]
    fn of_several_types_json_stays() {
        let fixed = document(json!({"200": {"content": {JSON: {}}}}));
        assert_eq!(run(&ONE_MEDIA_TYPE, document(json!({"200": {"content": {JSON: {}, "text/csv": {}}}}))), (fixed, 1));
        let other = document(json!({"200": {"content": {"text/csv": {}, "text/plain": {}}}}));
        assert_eq!(run(&ONE_MEDIA_TYPE, other.clone()), (other, 0));
    }

    #[test]
    fn successes_that_are_alike_are_one_type() {
        let body = |schema: &Value| json!({"content": {JSON: {"schema": schema}}});
        let thing = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut alike = document(json!({"200": body(&thing), "201": body(&thing), "202": body(&reference("Other"))}));
        alike["paths"]["/a"]["get"]["operationId"] = json!("get_a");
        alike["components"] = json!({"schemas": {"Other": thing}});
        let mut fixed = alike.clone();
        let named = body(&reference("GetAResponse"));
        fixed["paths"]["/a"]["get"]["responses"] = json!({"200": named, "201": named, "202": named});
        fixed["components"]["schemas"]["GetAResponse"] = thing.clone();
        assert_eq!(run(&ALIKE, alike), (fixed.clone(), 2));
        assert_eq!(run(&ONE_SUCCESS, fixed.clone()), (fixed, 0));
        let nothing = document(json!({"200": body(&thing), "204": {"description": "d"}}));
        assert_eq!(run(&ALIKE, nothing.clone()), (nothing, 0));
    }

    #[test]
    fn an_example_makes_no_other_type() {
        let with = |example: &str| json!({"content": {JSON: {"schema": {"type": "object"}, "example": example}}});
        let document = document(json!({"200": with("a"), "201": with("b")}));
        assert_eq!(run(&ONE_SUCCESS, document.clone()), (document, 0));
    }

    #[test]
    fn an_answer_without_content_beside_one_with_it_is_not_read() {
        let one = json!({"content": {JSON: {"schema": {"type": "object"}}}});
        let (fixed, applied) = apply_rule(&ONE_SUCCESS, document(json!({"200": one, "204": {"description": "d"}})));
        assert_eq!(fixed, document(json!({"200": one})));
        assert_eq!((applied[0].loss, applied[0].what.as_str()), (Loss::Narrows, "the response 204 is not read"));
        let later = document(json!({"200": {"description": "d"}, "201": one}));
        assert_eq!(run(&ONE_SUCCESS, later), (document(json!({"201": one})), 1));
    }

    #[test]
    fn successes_are_of_one_type() {
        let one = json!({"content": {JSON: {"schema": {"type": "object"}}}});
        let other = json!({"content": {JSON: {"schema": {"type": "array"}}}});
        let failure = json!({"description": "failed"});
        let several = json!({"200": one, "201": other, "202": one, "4XX": failure, "default": other});
        let fixed = document(json!({"200": one, "202": one, "4XX": failure, "5XX": other}));
        assert_eq!(run(&ONE_SUCCESS, document(several)), (fixed, 2));
        let only_default = document(json!({"default": one}));
        assert_eq!(run(&ONE_SUCCESS, only_default.clone()), (only_default, 0));
    }
}
