//! Responses.

use serde_json::{Map, Value, json};

use super::{Log, Loss, Rule, for_each_operation};
use crate::schemas::escape;

const JSON: &str = "application/json";

pub(super) const WITHOUT_SCHEMA: Rule = Rule {
    name: "response-without-schema",
    why: "JSON without a schema is any JSON, but the generator asks for its type",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_response(document, |place, response| {
            let json = content(response).and_then(|content| content.get_mut(JSON));
            if let Some(json) = json.filter(|json| json.get("schema").is_none()) {
                *json = json!({"schema": {}});
                log.note(place, "it is any JSON");
            }
        });
    },
};

pub(super) const ONE_MEDIA_TYPE: Rule = Rule {
    name: "one-response-type",
    why: "the generated method gives back one type",
    loss: Loss::Widens,
    apply: |document, log| {
        for_each_response(document, |place, response| {
            if let Some(content) = content(response).filter(|content| content.len() > 1 && content.contains_key(JSON)) {
                content.retain(|media_type, _| media_type == JSON);
                log.note(place, "it is JSON alone");
            }
        });
    },
};

pub(super) const ONE_SUCCESS: Rule = Rule {
    name: "one-success",
    why: "the generated method gives back one type, whatever the status of success",
    loss: Loss::Widens,
    apply: keep_one_success,
};

/// Keeps the successes that are like the first one, and no response for all other statuses: it would be one of the
/// successes as well.
fn keep_one_success(document: &mut Value, log: &mut Log<'_>) {
    for_each_operation(document, |place, _, operation| {
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let is_success = |status: &str| status.starts_with('2');
        let Some(first) = responses.iter().find(|(status, _)| is_success(status)) else { return };
        let first = first.1.get("content").cloned();
        let extra: Vec<String> = responses
            .iter()
            .filter(|(status, response)| {
                *status == "default" || (is_success(status) && response.get("content") != first.as_ref())
            })
            .map(|(status, _)| status.clone())
            .collect();
        for status in extra {
            responses.remove(&status);
            log.note(place, format!("the response {status} is not read"));
        }
    });
}

fn for_each_response(document: &mut Value, mut mend: impl FnMut(&str, &mut Value)) {
    for_each_operation(document, |place, _, operation| {
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            mend(&format!("{place}/responses/{}", escape(status)), response);
        }
    });
}

fn content(response: &mut Value) -> Option<&mut Map<String, Value>> {
    response.get_mut("content")?.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use super::*;

    fn document(responses: Value) -> Value {
        json!({"paths": {"/a": {"get": {"responses": responses}}}})
    }

    #[test]
    fn json_without_a_schema_is_any_json() {
        let mended = document(json!({"200": {"content": {JSON: {"schema": {}}}}}));
        assert_eq!(run(&WITHOUT_SCHEMA, document(json!({"200": {"content": {JSON: {}}}}))), (mended.clone(), 1));
        assert_eq!(run(&WITHOUT_SCHEMA, mended.clone()), (mended, 0));
    }

    #[test]
    fn of_several_types_json_stays() {
        let mended = document(json!({"200": {"content": {JSON: {}}}}));
        assert_eq!(
            run(&ONE_MEDIA_TYPE, document(json!({"200": {"content": {JSON: {}, "text/csv": {}}}}))),
            (mended, 1)
        );
        let other = document(json!({"200": {"content": {"text/csv": {}, "text/plain": {}}}}));
        assert_eq!(run(&ONE_MEDIA_TYPE, other.clone()), (other, 0));
    }

    #[test]
    fn successes_are_of_one_type() {
        let one = json!({"content": {JSON: {"schema": {"type": "object"}}}});
        let other = json!({"content": {JSON: {"schema": {"type": "array"}}}});
        let failure = json!({"description": "failed"});
        let several = json!({"200": one, "201": other, "202": one, "4XX": failure, "default": other});
        let mended = document(json!({"200": one, "202": one, "4XX": failure}));
        assert_eq!(run(&ONE_SUCCESS, document(several)), (mended, 2));
        let only_default = document(json!({"default": one}));
        assert_eq!(run(&ONE_SUCCESS, only_default.clone()), (only_default, 0));
    }
}
