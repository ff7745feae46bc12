//! Responses.

use serde_json::{Map, Value, json};

use super::media_types::{keep_one, set};
use super::{Log, Loss, Rule};
use crate::hoist::{SchemaNames, holds_types};
use xtask_document::Fields;
use xtask_document::envelope::{is_envelope, is_free_form, is_union as is_union_of_envelopes};
use xtask_document::keywords::without_documentation;
use xtask_document::media_types::JSON;
use xtask_document::naming::pascal;
use xtask_document::operation::{content_mut, for_each_operation, is_success, responses_mut};
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;

pub(super) const DEFAULT: Rule = Rule {
    name: "success-by-default",
    why: "without another response, `default` describes the response to every call, and the generator reads it as bytes",
    seen_in: "the generator makes bytes of a success that is not described (`ResponseValue<ByteStream>`)",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
            // A redirect is most likely the success.
            if responses.keys().any(|status| status.starts_with(['2', '3'])) {
                return;
            }
            let Some(default) = responses.remove("default") else { return };
            for status in ["2XX", "4XX", "5XX"] {
                responses.entry(status).or_insert_with(|| default.clone());
            }
            log.note(place, "used the response default for every success and failure");
        });
    },
};

pub(super) const WITHOUT_CONTENT: Rule = Rule {
    name: "impossible-content",
    why: "a response to HEAD, or one with the status 204, 205 or 304, has no content, so decoding it would fail every call",
    seen_in: "RFC 9110, sections 9.3.2, 15.3.5, 15.3.6 and 15.4.5; not seen yet in a vendor's document",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_operation(document, |place, method, operation| {
            for (status, response) in responses_mut(operation) {
                let has_none = method == "head" || matches!(status, "204" | "205" | "304");
                if has_none && response.remove("content").is_some() {
                    log.note(&format!("{place}/responses/{}", escape(status)), "dropped its content");
                }
            }
        });
    },
};

pub(super) const WITHOUT_SCHEMA: Rule = Rule {
    name: "response-without-schema",
    why: "JSON without a schema is any JSON, but the generator requires a schema",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 20 responses",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_response(document, |place, response| {
            let json = content_mut(response).and_then(|content| content.get_mut(JSON));
            if let Some(json) = json.filter(|json| json.get("schema").is_none()) {
                set(json, "schema", json!({}));
                log.note(place, "made it any JSON");
            }
        });
    },
};

pub(super) const ONE_MEDIA_TYPE: Rule = Rule {
    name: "one-response-type",
    why: "the generated method returns one type",
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

pub(super) const ONE_SCHEMA: Rule = Rule {
    name: "one-success-schema",
    why: "the generated method returns one type: equal JSON successes share one named schema, and different ones become a union",
    seen_in: "GitHub, REST API: 201 and 202 of `POST /repos/{owner}/{repo}/deployments`",
    loss: Loss::Widens,
    apply: unite,
};

/// Gives the JSON successes of an operation one schema, if the first one is JSON.
fn unite(document: &mut Value, log: &mut Log<'_>) {
    let (original, mut names) = (named_schemas(document), SchemaNames::of(document));
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        let id = operation.text("operationId").unwrap_or(place);
        let name = format!("{}Response", pascal(id));
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let Some((first_status, Some(first))) = first_success(responses).map(|(status, of)| (status, json(of))) else {
            return;
        };
        let successes = responses.iter().filter(|(status, _)| is_success(status));
        let successes: Vec<_> = successes.filter_map(|(status, of)| Some((status, json(of)?))).collect();
        let meaning = |schema| without_documentation(references.resolve(schema));
        let mut branches = vec![first];
        for (_, schema) in &successes {
            if !branches.iter().any(|branch| meaning(branch) == meaning(schema)) {
                branches.push(schema);
            }
        }
        // A branch for any JSON would hide the branches after it.
        branches.sort_by_key(|branch| is_free_form(&ResolvedSchema::of(&references, branch)));
        let union = json!({"oneOf": branches});
        // A union of an envelope and another schema would hide the envelope's result.
        let is_enveloped = is_envelope(&references, first) || is_union_of_envelopes(&references, first);
        let is_union = branches.len() > 1 && (!is_enveloped || is_union_of_envelopes(&references, &union));
        let mut shared = if is_union { union.clone() } else { first.clone() };
        let joined = successes.iter().filter(|(_, schema)| is_union || meaning(schema) == meaning(first));
        let joined: Vec<_> = joined.map(|(status, _)| (*status).clone()).collect();
        if joined.len() > 1 && holds_types(&shared) {
            let name = names.free(&name);
            names.give(name, &mut shared);
        }
        let (loss, what) = match is_union {
            true => (Loss::Widens, format!("made one union of the schemas of {}", joined.join(", "))),
            false => (Loss::Lossless, format!("used the schema of {first_status}")),
        };
        let first_status = first_status.clone();
        for (status, response) in responses.iter_mut().filter(|(status, _)| joined.contains(status)) {
            let Some(schema) = response.pointer_mut(SCHEMA).filter(|schema| **schema != shared) else { continue };
            *schema = shared.clone();
            if is_union || *status != first_status {
                log.note_loss(loss, &format!("{place}/responses/{}", escape(status)), what.clone());
            }
        }
    });
    names.insert(document);
}

pub(super) const ONE_SUCCESS: Rule = Rule {
    name: "one-success",
    why: "the generated method returns one type for all statuses of success, and an error for all other statuses; `default` \
          would have that type as well",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 13 operations; GitHub, REST API: 22",
    loss: Loss::Narrows,
    apply: keep_one_success,
};

/// Keeps the successes that are read like the first one, and `default` for failures.
fn keep_one_success(document: &mut Value, log: &mut Log<'_>) {
    for_each_operation(document, |place, _, operation| {
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let Some((_, first)) = first_success(responses) else { return };
        let first = (is_empty(first), json(first));
        let extra = responses.iter().filter(|(status, of)| is_success(status) && (is_empty(of), json(of)) != first);
        let extra: Vec<String> = extra.map(|(status, _)| status.clone()).collect();
        for status in extra {
            responses.remove(&status);
            log.note(place, format!("dropped the response {status}"));
        }
        if let Some(others) = responses.remove("default") {
            for failures in ["4XX", "5XX"] {
                responses.entry(failures).or_insert_with(|| others.clone());
            }
            log.note(place, "kept the response default for failures only");
        }
    });
}

/// The success that the generated method reads: the first one with a body, or else the first one.
fn first_success(responses: &Map<String, Value>) -> Option<(&String, &Value)> {
    let successes = responses.iter().filter(|(status, _)| is_success(status));
    successes.min_by_key(|(status, response)| (is_empty(response), *status))
}

/// Whether a response has no body.
fn is_empty(response: &Value) -> bool {
    response.get("content").and_then(Value::as_object).is_none_or(Map::is_empty)
}

/// The place of the JSON schema in a response.
const SCHEMA: &str = "/content/application~1json/schema";

/// The schema of a response that is JSON. Others are read as bytes.
fn json(response: &Value) -> Option<&Value> {
    response.pointer(SCHEMA)
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
    fn response_that_never_has_content_is_described_without_it() {
        let (one, none) = (json!({"description": "d", "content": {JSON: {}}}), json!({"description": "d"}));
        let responses = json!({"200": one, "204": one, "205": one, "304": one, "default": one});
        let head = json!({"200": none, "204": none, "205": none, "304": none, "default": none});
        let get = json!({"200": one, "204": none, "205": none, "304": none, "default": one});
        let of = |get: &Value, head: &Value| json!({"paths": {"/a": {"get": {"responses": get}, "head": {"responses": head}}}});
        assert_eq!(run(&WITHOUT_CONTENT, of(&responses, &responses)), (of(&get, &head), 8));
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
        assert_eq!(run(&ONE_SCHEMA, alike), (fixed.clone(), 2));
        assert_eq!(run(&ONE_SUCCESS, fixed.clone()), (fixed, 0));
        let nothing = document(json!({"200": body(&thing), "204": {"description": "d"}}));
        assert_eq!(run(&ONE_SCHEMA, nothing.clone()), (nothing, 0));
    }

    #[test]
    fn json_successes_of_different_schemas_are_a_union() {
        let body = |schema: Value| json!({"content": {JSON: {"schema": schema}}});
        let object = |of: &str| json!({"type": "object", "properties": {of: {"type": "string"}}});
        let mut described = object("a");
        described["description"] = json!("the same");
        let (empty, text) = (json!({"description": "d"}), json!({"content": {"text/plain": {"schema": object("a")}}}));
        let mut several = document(json!({
            "200": body(object("a")), "201": body(described), "202": body(object("b")), "203": text, "204": empty,
            "400": body(object("c")),
        }));
        several["paths"]["/a"]["get"]["operationId"] = json!("get_a");
        let mut fixed = several.clone();
        for status in ["200", "201", "202"] {
            fixed["paths"]["/a"]["get"]["responses"][status] =
                body(json!({"$ref": "#/components/schemas/GetAResponse"}));
        }
        fixed["components"] = json!({"schemas": {"GetAResponse": {"oneOf": [object("a"), object("b")]}}});
        let (found, applied) = apply_rule(&ONE_SCHEMA, several);
        assert_eq!(found, fixed);
        assert!(
            applied.iter().all(|applied| applied.loss == Loss::Widens
                && applied.what == "made one union of the schemas of 200, 201, 202")
        );
        assert_eq!(applied.len(), 3);
        let any_first = document(json!({"200": body(json!({})), "201": body(object("a"))}));
        let (fixed, _) = apply_rule(&ONE_SCHEMA, any_first);
        let union = &fixed["components"]["schemas"]["Paths1aGetResponse"];
        assert_eq!(*union, json!({"oneOf": [object("a"), {}]}), "{fixed}");
        let not_first = document(json!({"200": text, "201": body(object("a")), "202": body(object("b"))}));
        assert_eq!(run(&ONE_SCHEMA, not_first.clone()), (not_first, 0));
    }

    #[test]
    fn first_success_that_is_an_envelope_stays_one() {
        let body = |schema: &Value| json!({"content": {JSON: {"schema": schema}}});
        let object = |properties: Value| json!({"type": "object", "properties": properties});
        let envelope = |result: &str| object(json!({"success": {"type": "boolean"}, "result": {"type": result}}));
        let (first, plain) = (envelope("string"), object(json!({"id": {"type": "string"}})));
        for (one, other, is_union) in
            [(&first, &envelope("integer"), true), (&first, &plain, false), (&plain, &first, true)]
        {
            let document = document(json!({"200": body(one), "202": body(other)}));
            let (fixed, applied) = run(&ONE_SCHEMA, document.clone());
            assert_eq!((applied, fixed != document), (if is_union { 2 } else { 0 }, is_union), "{other}");
        }
    }

    #[test]
    fn successes_with_different_examples_are_of_one_type() {
        let with = |example: &str| json!({"content": {JSON: {"schema": {"type": "object"}, "example": example}}});
        let document = document(json!({"200": with("a"), "201": with("b")}));
        assert_eq!(run(&ONE_SUCCESS, document.clone()), (document, 0));
    }

    #[test]
    fn success_without_content_beside_one_with_content_is_dropped() {
        let one = json!({"content": {JSON: {"schema": {"type": "object"}}}});
        let (fixed, applied) = apply_rule(&ONE_SUCCESS, document(json!({"200": one, "204": {"description": "d"}})));
        assert_eq!(fixed, document(json!({"200": one})));
        assert_eq!((applied[0].loss, applied[0].what.as_str()), (Loss::Narrows, "dropped the response 204"));
        let later = document(json!({"200": {"description": "d"}, "201": one}));
        assert_eq!(run(&ONE_SUCCESS, later), (document(json!({"201": one})), 1));
    }

    #[test]
    fn successes_of_bytes_are_of_one_type() {
        let of = |media_type: &str| json!({"content": {media_type: {"schema": {"type": "string"}}}});
        let bytes = json!({"200": of("text/plain"), "202": of("application/octet-stream")});
        assert_eq!(run(&ONE_SUCCESS, document(bytes.clone())), (document(bytes.clone()), 0));
        let mut with_json = bytes.clone();
        with_json["201"] = of(JSON);
        assert_eq!(run(&ONE_SUCCESS, document(with_json)), (document(bytes), 1));
    }

    #[test]
    fn success_of_another_schema_than_the_first_is_dropped() {
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
