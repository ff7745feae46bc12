//! Where and why a body is not what the API documents, without repeating any of it.

use serde::de::DeserializeOwned;

use crate::auth::Secrets;
use crate::error::one_line;

/// Says where in a JSON document the first thing is that keeps it from being a `T`, or nothing if it is one.
pub(super) fn complaint<T: DeserializeOwned>(body: &[u8], secrets: &Secrets) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let error = serde_path_to_error::deserialize::<_, T>(&mut json).err()?;
    let path = one_line(&secrets.scrub(&error.path().to_string()));
    let place = if path == "." { "the document".to_owned() } else { format!("`{path}`") };
    Some(format!("{place}: {}", reason(&error.inner().to_string())))
}

/// The reason that serde gives, less the value it found: that is part of a body.
fn reason(text: &str) -> String {
    for known in ["missing field `", "duplicate field `"] {
        if let Some((name, _)) = text.strip_prefix(known).and_then(|rest| rest.split_once('`')) {
            return format!("{known}{name}`");
        }
    }
    if text.contains("duplicate key") {
        return "a key occurs twice".to_owned();
    }
    // "invalid type: string "…", expected a boolean at line 1 column 2": what is expected comes from the document, what
    // was found does not, but for its type.
    let expected = text.rsplit_once(", expected ").map(|(_, rest)| rest.split(" at line ").next().unwrap_or(rest));
    let found = text.strip_prefix("invalid type: ").and_then(|rest| rest.split(['"', '`', ',']).next());
    match (expected, found) {
        (Some(expected), Some(found)) => format!("expected {expected}, found {}", found.trim_end()),
        (Some(expected), None) => format!("expected {expected}"),
        (None, _) => "a value that cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use zt_risk_scoring_api::types::{BehaviorsEnvelope, SummaryEnvelope};

    use super::*;
    use crate::auth::ApiToken;

    fn complaint_of<T: DeserializeOwned>(body: &str) -> String {
        let token = ApiToken::new("cfut_secret").unwrap();
        let complaint = complaint::<T>(body.as_bytes(), &token.into()).unwrap();
        assert!(!complaint.contains("secret"), "{complaint}");
        complaint
    }

    fn behavior(behavior: &str) -> String {
        complaint_of::<BehaviorsEnvelope>(&format!(
            r#"{{"success":true,"result":{{"behaviors":{{"foo":{behavior}}}}}}}"#
        ))
    }

    #[test]
    fn the_place_and_the_reason_are_named_and_the_value_is_not() {
        assert_eq!(
            behavior(r#"{"description":"d","enabled":"secret, expected x","name":"n","risk_level":"low"}"#),
            "`result.behaviors.foo.enabled`: expected a boolean, found string"
        );
        assert_eq!(
            behavior(r#"{"description":"d","enabled":true,"risk_level":"low"}"#),
            "`result.behaviors.foo`: missing field `name`"
        );
        assert_eq!(behavior(r#"{"enabled":true,"enabled":true}"#), "`result.behaviors.foo`: duplicate field `enabled`");
        assert_eq!(behavior("null"), "`result.behaviors.foo`: expected struct Behavior, found null");
    }

    #[test]
    fn a_key_that_occurs_twice_is_named_as_such() {
        let behavior = r#"{"description":"d","enabled":true,"name":"n","risk_level":"low"}"#;
        let body = format!(r#"{{"success":true,"result":{{"behaviors":{{"foo":{behavior},"foo":{behavior}}}}}}}"#);
        let complaint = complaint_of::<BehaviorsEnvelope>(&body);
        assert_eq!(complaint, "`result.behaviors`: a key occurs twice");
    }

    #[test]
    fn a_value_that_only_its_format_forbids_is_not_repeated() {
        let user = r#"{"email":"e","event_count":1,"last_event":"secret","max_risk_level":"low","name":"n","user_id":"secret"}"#;
        let body = format!(r#"{{"success":true,"result":{{"users":[{user}]}}}}"#);
        assert!(complaint_of::<SummaryEnvelope>(&body).starts_with("`result.users[0].last_event`: "));
    }

    #[test]
    fn a_key_from_outside_is_scrubbed_and_shortened() {
        let body = format!(r#"{{"success":true,"result":{{"behaviors":{{"cfut_secret{}":1}}}}}}"#, "x".repeat(1000));
        assert!(complaint_of::<BehaviorsEnvelope>(&body).len() < 400);
    }
}
