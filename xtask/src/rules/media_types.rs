//! Types of bodies that are neither JSON nor text.

use serde_json::{Value, json};

use super::bodies::content_mut;
use super::{Log, Loss, Rule, for_each_operation};

/// What the generator can send, what it does best first.
pub(super) const KNOWN: [&str; 5] =
    ["application/json", OCTETS, "application/x-www-form-urlencoded", "text/plain", "text/x-markdown"];
const OCTETS: &str = "application/octet-stream";

pub(super) const ODD: Rule = Rule {
    name: "odd-media-type",
    why: "the generator sends bytes as octets only, and wants them described as a binary string",
    loss: Loss::Widens,
    apply: to_octets,
};

fn to_octets(document: &mut Value, log: &mut Log<'_>) {
    let octets = || json!({"schema": {"type": "string", "format": "binary"}});
    for_each_operation(document, |place, _, operation| {
        let Some(content) = content_mut(operation) else { return };
        let odd: Vec<String> =
            content.keys().filter(|media_type| !KNOWN.contains(&media_type.as_str())).cloned().collect();
        for media_type in odd {
            content.remove(&media_type);
            content.insert(OCTETS.to_owned(), octets());
            log.note(place, format!("its body was {media_type} and is octets; the content type has to be set by hand"));
        }
        if let Some(bytes) = content.get_mut(OCTETS).filter(|bytes| **bytes != octets()) {
            *bytes = octets();
            log.note(place, "its octets are a binary string");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use super::*;

    #[test]
    fn what_is_not_known_is_octets() {
        let document = |content: Value| json!({"paths": {"/a": {"post": {"requestBody": {"content": content}}}}});
        let octets = document(json!({OCTETS: {"schema": {"type": "string", "format": "binary"}}}));
        assert_eq!(
            run(&ODD, document(json!({"application/x-ndjson": {"schema": {"type": "object"}}}))),
            (octets.clone(), 1)
        );
        assert_eq!(run(&ODD, document(json!({OCTETS: {}}))), (octets, 1));
        let json = document(json!({"application/json": {}}));
        assert_eq!(run(&ODD, json.clone()), (json, 0));
    }
}
