//! Media types of bodies.

use serde_json::{Map, Value, json};

use super::operations::is_multipart;
use super::{Log, Loss, Rule, body_content};
use xtask_document::keywords::without_documentation;
use xtask_document::media_types::{CONTENT_TYPE, FORM, JSON, essence, is_json, is_sendable};
use xtask_document::operation::{content_mut, for_each_operation, responses_mut};
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;

const OCTETS: &str = "application/octet-stream";
const TEXTS: [&str; 2] = ["text/plain", "text/x-markdown"];

/// The media types that the generator can send, in the order of preference.
pub(super) const KNOWN: [&str; 5] = [JSON, OCTETS, FORM, "text/plain", "text/x-markdown"];

pub(super) const PARAMETERS: Rule = Rule {
    name: "media-type-parameters",
    why: "rules and generator compare media types without parameters; JSON has none, and those of other types are not sent",
    seen_in: "the generator compares media types as text, and `application/json; charset=utf-8` is another one",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_content(document, |place, _, content| {
            for known in KNOWN {
                // Content may have the type without parameters, too.
                let written = content.keys().filter(|written| essence(written) == known).min().cloned();
                let Some(written) = written.filter(|_| !content.contains_key(known)) else { continue };
                let value = content.remove(&written).unwrap_or_default();
                content.insert(known.to_owned(), value);
                let loss = if known == JSON { Loss::Lossless } else { Loss::Narrows };
                log.note_loss(loss, place, format!("replaced {written} by {known}"));
            }
        });
    },
};

/// Calls `change` with the content of every body and response, its place, and whether it is of a request.
fn for_each_content(document: &mut Value, mut change: impl FnMut(&str, bool, &mut Map<String, Value>)) {
    for_each_operation(document, |place, _, operation| {
        if let Some(content) = body_content(operation) {
            change(&format!("{place}/requestBody"), true, content);
        }
        for (status, response) in responses_mut(operation) {
            if let Some(content) = content_mut(response) {
                change(&format!("{place}/responses/{}", escape(status)), false, content);
            }
        }
    });
}

pub(super) const JSON_BY_ANOTHER_NAME: Rule = Rule {
    name: "json-by-another-name",
    why: "the generator supports JSON as `application/json` only, and treats other JSON as bytes; an extension keeps the \
          original media type, which the client sends and accepts",
    seen_in: "GitHub, REST API: 5 responses of `application/scim+json`; JSON Merge Patch (RFC 7396) has a media type of its own",
    loss: Loss::Narrows,
    apply: |document, log| {
        let original = named_schemas(document);
        let references = References::of(&original);
        for_each_content(document, |place, is_request, content| {
            let is_json_content = |(name, value): &(&String, &Value)| {
                is_json(name) || essence(name) == "*/*" && is_typed(&references, value)
            };
            let others = content.iter().filter(|_| !content.contains_key(JSON)).filter(is_json_content);
            let Some(written) = others.map(|(name, _)| name).min_by_key(|name| (!is_json(name), *name)).cloned() else {
                return;
            };
            let Some(Value::Object(mut json)) = content.remove(&written) else { return };
            let loss =
                if is_sendable(&written) || is_request && written == "*/*" { Loss::Lossless } else { Loss::Narrows };
            if is_sendable(&written) {
                json.insert(CONTENT_TYPE.to_owned(), Value::from(written.clone()));
            }
            content.insert(JSON.to_owned(), Value::Object(json));
            log.note_loss(loss, place, format!("treated {written} as JSON"));
        });
    },
};

/// Whether content has a schema of anything but text or bytes.
fn is_typed(references: &References<'_>, content: &Value) -> bool {
    let schema = content.get("schema").map(|schema| ResolvedSchema::of(references, schema));
    schema.is_some_and(|schema| schema.get("type").is_none_or(|of| of != "string"))
}

/// Keeps one of several media types. That is lossless if all of them are JSON with the same schema.
pub(super) fn keep_one(content: &mut Map<String, Value>, kept: &str, place: &str, log: &mut Log<'_>) {
    let schema = |media_type: &str| content.get(media_type).and_then(|value| value.get("schema"));
    let others: Vec<_> = content.keys().filter(|media_type| *media_type != kept).cloned().collect();
    let is_same = |other: &String| is_json(kept) && is_json(other) && schema(other) == schema(kept);
    let loss = if others.iter().all(is_same) { Loss::Lossless } else { Loss::Narrows };
    content.retain(|media_type, _| media_type == kept);
    log.note_loss(loss, place, format!("kept {kept}, and dropped {}", others.join(", ")));
}

pub(super) const ODD: Rule = Rule {
    name: "odd-media-type",
    why: "the generator sends bytes as octets only, and requires plain schemas for octets and text; an extension keeps the \
          original media type, which the client sends",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 8 operations; GitHub, REST API: 1",
    loss: Loss::Narrows,
    apply: to_octets,
};

fn to_octets(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        let Some(content) = body_content(operation) else { return };
        let odd: Vec<String> =
            content.keys().filter(|name| !KNOWN.contains(&name.as_str()) && !is_multipart(name)).cloned().collect();
        for media_type in odd {
            let mut body = content.remove(&media_type).unwrap_or_default();
            if is_sendable(&media_type) {
                set(&mut body, CONTENT_TYPE, Value::from(media_type.clone()));
                log.note_loss(Loss::Lossless, place, format!("treated its body {media_type} as bytes"));
            } else {
                let loss = if media_type == "*/*" { Loss::Lossless } else { Loss::Narrows };
                log.note_loss(loss, place, format!("replaced its media type {media_type} by {OCTETS}"));
            }
            content.insert(OCTETS.to_owned(), body);
        }
        let raw = [(OCTETS, octets(), "a binary string")].into_iter();
        for (media_type, wanted, kind) in raw.chain(TEXTS.map(|text| (text, json!({"type": "string"}), "a string"))) {
            let Some(body) = content.get_mut(media_type) else { continue };
            let schema = body.get("schema").map(|schema| references.resolve(schema));
            if schema.is_some_and(|schema| Value::Object(without_documentation(schema)) == wanted) {
                continue;
            }
            let loss = if schema.is_some() { Loss::Widens } else { Loss::Lossless };
            set(body, "schema", wanted);
            log.note_loss(loss, place, format!("described its {media_type} as {kind}"));
        }
    });
}

/// Sets a field of a media type object. A malformed object is replaced.
pub(super) fn set(content: &mut Value, field: &str, value: Value) {
    match content {
        Value::Object(content) => drop(content.insert(field.to_owned(), value)),
        other => *other = json!({field: value}),
    }
}

fn octets() -> Value {
    json!({"type": "string", "format": "binary"})
}

#[cfg(test)]
mod tests {
    use super::super::{losses, run};
    use super::*;

    fn document(content: Value) -> Value {
        json!({"paths": {"/a": {"post": {"requestBody": {"content": content}}}}})
    }

    fn both(media_type: &str, content: Value) -> Value {
        let content = json!({media_type: content});
        let mut document = document(content.clone());
        document["paths"]["/a"]["post"]["responses"]["200"]["content"] = content;
        document
    }

    #[test]
    fn json_of_another_media_type_keeps_that_as_its_content_type() {
        for media_type in ["application/merge-patch+json", "text/json", "application/vnd.x+json; v=1"] {
            let fixed = both(JSON, json!({"schema": {}, CONTENT_TYPE: media_type}));
            let (document, lost) = losses(&JSON_BY_ANOTHER_NAME, both(media_type, json!({"schema": {}})));
            assert_eq!((document, lost), (fixed, vec![Loss::Lossless; 2]));
        }
        let (document, lost) = losses(&JSON_BY_ANOTHER_NAME, both("application/*+json", json!({})));
        assert_eq!((document, lost), (both(JSON, json!({})), vec![Loss::Narrows; 2]));
        let (document, lost) = losses(&JSON_BY_ANOTHER_NAME, both("*/*", json!({"schema": {"type": "object"}})));
        assert_eq!(
            (document, lost),
            (both(JSON, json!({"schema": {"type": "object"}})), vec![Loss::Lossless, Loss::Narrows])
        );
    }

    #[test]
    fn text_bytes_and_types_beside_json_are_not_changed() {
        let binary = json!({"schema": {"type": "string", "format": "binary"}});
        for document in [both("*/*", binary), both("*/*", json!({})), document(json!({JSON: {}, "text/json": {}}))] {
            assert_eq!(run(&JSON_BY_ANOTHER_NAME, document.clone()), (document, 0));
        }
    }

    #[test]
    fn body_of_an_unknown_media_type_becomes_octets_with_that_content_type() {
        let sent = |media_type: Option<&str>| {
            let mut body = json!({"schema": octets()});
            media_type.into_iter().for_each(|media_type| body[CONTENT_TYPE] = json!(media_type));
            document(json!({OCTETS: body}))
        };
        let (xml, object) = ("application/xml", json!({"type": "object"}));
        for (media_type, schema, fixed, lost) in [
            (xml, octets(), sent(Some(xml)), vec![Loss::Lossless]),
            (xml, object, sent(Some(xml)), vec![Loss::Lossless, Loss::Widens]),
            ("image/*", octets(), sent(None), vec![Loss::Narrows]),
            ("*/*", octets(), sent(None), vec![Loss::Lossless]),
        ] {
            assert_eq!(losses(&ODD, document(json!({media_type: {"schema": schema}}))), (fixed, lost));
        }
        for known in [JSON, "multipart/form-data"] {
            let document = document(json!({known: {}}));
            assert_eq!(run(&ODD, document.clone()), (document, 0));
        }
    }

    #[test]
    fn replacing_the_schema_of_octets_or_text_widens_only_if_it_differs() {
        let text = json!({"type": "string"});
        for (media_type, plain) in [(OCTETS, octets()), ("text/plain", text)] {
            let fixed = document(json!({media_type: {"schema": plain}}));
            assert_eq!(losses(&ODD, document(json!({media_type: {}}))), (fixed.clone(), vec![Loss::Lossless]));
            for other in [json!({"type": "object"}), json!({"type": "string", "enum": ["a"]})] {
                let widened = (fixed.clone(), vec![Loss::Widens]);
                assert_eq!(losses(&ODD, document(json!({media_type: {"schema": other}}))), widened);
            }
            let mut described = plain;
            described["description"] = json!("d");
            let mut document = document(json!({media_type: {"schema": {"$ref": "#/components/schemas/Raw"}}}));
            document["components"]["schemas"]["Raw"] = described;
            assert_eq!(run(&ODD, document.clone()), (document, 0));
        }
    }

    #[test]
    fn parameters_of_a_known_media_type_are_dropped() {
        let both = |media_type: &str| both(media_type, json!({"schema": {"type": "string"}}));
        for (written, known, loss) in [
            ("application/json; charset=utf-8", JSON, Loss::Lossless),
            ("Application/JSON", JSON, Loss::Lossless),
            ("text/plain;charset=latin1", "text/plain", Loss::Narrows),
        ] {
            assert_eq!(losses(&PARAMETERS, both(written)), (both(known), vec![loss; 2]));
        }
        for other in [json!({JSON: {}, "application/json;v=2": {}}), json!({"text/csv; header=present": {}})] {
            assert_eq!(run(&PARAMETERS, document(other.clone())), (document(other), 0));
        }
    }
}
