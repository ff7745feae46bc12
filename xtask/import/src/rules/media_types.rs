//! Types of bodies.

use serde_json::{Map, Value, json};

use super::bodies::content_mut;
use super::{Log, Loss, Rule, for_each_operation};
use xtask_document::media_types::{FORM, JSON};
use xtask_document::resolved::{References, named_schemas};

const OCTETS: &str = "application/octet-stream";
const TEXTS: [&str; 2] = ["text/plain", "text/x-markdown"];

/// What the generator can send, what it does best first.
pub(super) const KNOWN: [&str; 5] = [JSON, OCTETS, FORM, "text/plain", "text/x-markdown"];

pub(super) const PARAMETERS: Rule = Rule {
    name: "media-type-parameters",
    why: "rules and generator know a type by its name alone; JSON has no parameters, and those of other types are not sent",
    seen_in: "the generator compares media types as text, and `application/json; charset=utf-8` is another one",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation| {
            let bodies = content_mut(operation).into_iter().map(drop_parameters).collect::<Vec<_>>();
            let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
            let contents = responses.filter_map(|(_, response)| response.get_mut("content")?.as_object_mut());
            let responses = contents.map(drop_parameters).collect::<Vec<_>>();
            for (written, known) in bodies.into_iter().chain(responses).flatten() {
                let loss = if known == JSON { Loss::Lossless } else { Loss::Narrows };
                log.note_loss(loss, place, format!("{written} is {known}"));
            }
        });
    },
};

/// Calls what is known by its plain name, unless there is something of that name. The result is what was called
/// otherwise, with that name.
fn drop_parameters(content: &mut Map<String, Value>) -> Vec<(String, &'static str)> {
    let mut renamed = Vec::new();
    for known in KNOWN.into_iter().filter(|known| !content.contains_key(*known)).collect::<Vec<_>>() {
        let essence = |written: &str| written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if let Some(written) = content.keys().filter(|written| essence(written) == known).min().cloned()
            && let Some(value) = content.remove(&written)
        {
            content.insert(known.to_owned(), value);
            renamed.push((written, known));
        }
    }
    renamed
}

pub(super) const ODD: Rule = Rule {
    name: "odd-media-type",
    why: "the generator sends bytes as octets only, and wants octets and text described as nothing else",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 8 operations; GitHub, REST API: 1",
    loss: Loss::Widens,
    apply: to_octets,
};

fn to_octets(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        let Some(content) = content_mut(operation) else { return };
        let odd: Vec<String> =
            content.keys().filter(|media_type| !KNOWN.contains(&media_type.as_str())).cloned().collect();
        for media_type in odd {
            content.remove(&media_type);
            content.insert(OCTETS.to_owned(), json!({"schema": octets()}));
            log.note(place, format!("its body was {media_type} and is octets; the content type has to be set by hand"));
        }
        let raw = [(OCTETS, octets(), "octets are a binary string")].into_iter();
        for (media_type, wanted, what) in
            raw.chain(TEXTS.map(|text| (text, json!({"type": "string"}), "text is a string")))
        {
            let Some(body) = content.get_mut(media_type) else { continue };
            let schema = body.get("schema").map(|schema| references.resolve(schema));
            if schema.is_some_and(|schema| Value::Object(without_words(schema)) == wanted) {
                continue;
            }
            let loss = if schema.is_some() { Loss::Widens } else { Loss::Lossless };
            set_schema(body, wanted);
            log.note_loss(loss, place, format!("its {what}"));
        }
    });
}

/// Describes the content of a type, of which everything else stays.
pub(super) fn set_schema(content: &mut Value, schema: Value) {
    match content {
        Value::Object(content) => drop(content.insert("schema".to_owned(), schema)),
        other => *other = json!({"schema": schema}),
    }
}

fn octets() -> Value {
    json!({"type": "string", "format": "binary"})
}

/// What a schema says of its values, without what only describes them.
pub(super) fn without_words(schema: &Value) -> Map<String, Value> {
    let is_said =
        |key: &str| !matches!(key, "description" | "example" | "externalDocs" | "title") && !key.starts_with("x-");
    let said = schema.as_object().into_iter().flatten().filter(|(key, _)| is_said(key));
    said.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{losses, run};
    use super::*;

    fn document(content: Value) -> Value {
        json!({"paths": {"/a": {"post": {"requestBody": {"content": content}}}}})
    }

    #[test]
    fn what_is_not_known_is_octets() {
        let octets = document(json!({OCTETS: {"schema": octets()}}));
        assert_eq!(
            losses(&ODD, document(json!({"application/x-ndjson": {"schema": {"type": "object"}}}))),
            (octets, vec![Loss::Widens])
        );
        let json = document(json!({JSON: {}}));
        assert_eq!(run(&ODD, json.clone()), (json, 0));
    }

    #[test]
    fn only_a_schema_of_octets_or_text_that_says_something_else_is_lost() {
        let text = json!({"type": "string"});
        for (media_type, plain) in [(OCTETS, octets()), ("text/plain", text)] {
            let mended = document(json!({media_type: {"schema": plain}}));
            assert_eq!(losses(&ODD, document(json!({media_type: {}}))), (mended.clone(), vec![Loss::Lossless]));
            for other in [json!({"type": "object"}), json!({"type": "string", "enum": ["a"]})] {
                let widened = (mended.clone(), vec![Loss::Widens]);
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
    fn a_type_is_known_by_its_name_alone() {
        let both = |media_type: &str| {
            let content = json!({media_type: {"schema": {"type": "string"}}});
            let mut document = document(content.clone());
            document["paths"]["/a"]["post"]["responses"]["200"]["content"] = content;
            document
        };
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
