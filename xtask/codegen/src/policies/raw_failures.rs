//! Failures are not decoded.
//!
//! The generated decoding of a failure drops the status and the headers if the body does not fit the document. A
//! failure's body often does not: it may be a page of HTML from the edge. Redirects are not decoded, either: the generated
//! client has no use for their types.
//!
//! Seen in: Cloudflare's document of 2024-08-06: 174 operations have a failure with a schema that no value fits.

use serde_json::{Value, json};

use xtask_document::operation::{content_mut, for_each_operation, is_failure, is_success, responses_mut};

/// For the client: no failure is decoded, and all failures are declared. Otherwise the return type of a method would
/// depend on its documented failures.
pub(super) fn all(document: &mut Value) {
    for_each_operation(document, |_, _, operation| {
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let has_success = responses.keys().any(|status| is_success(status));
        // `default` without a success also describes the success.
        responses.retain(|status, _| !is_failure(status) || status == "default" && !has_success);
        let raw = || json!({"description": "A failure, undecoded", "content": {"*/*": {}}});
        for (status, response) in responses.iter_mut().filter(|(status, _)| !is_success(status)) {
            if is_failure(status) {
                *response = raw();
            } else if let Some(redirect) = response.as_object_mut() {
                redirect.remove("content");
            }
        }
        responses.extend(["4XX", "5XX"].map(|status| (status.to_owned(), raw())));
    });
}

/// For the mocks: a failure or redirect with an unnamed schema is any JSON. The generator would use a type that the
/// client does not have.
pub(super) fn without_name(document: &mut Value) {
    for_each_operation(document, |_, _, operation| {
        let failures = responses_mut(operation).filter(|(status, _)| !is_success(status));
        let contents = failures.filter_map(|(_, failure)| content_mut(failure)).flatten();
        for schema in contents.filter_map(|(_, content)| content.get_mut("schema")) {
            if schema.get("$ref").is_none() {
                *schema = json!({});
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_raw_whether_documented_or_not() {
        let typed = json!({"description": "", "content": {"application/json": {"schema": {"type": "object"}}}});
        let raw = json!({"description": "A failure, undecoded", "content": {"*/*": {}}});
        let of = |responses: Value| json!({"paths": {"/": {"get": {"responses": responses}}}});
        let expected = of(json!({"200": typed, "4XX": raw, "5XX": raw}));
        for responses in
            [json!({"200": typed}), json!({"200": typed, "404": typed, "4XX": typed, "503": typed, "default": typed})]
        {
            let mut document = of(responses);
            all(&mut document);
            assert_eq!(document, expected);
        }
    }

    #[test]
    fn redirect_has_no_type() {
        let typed = json!({"description": "", "content": {"application/json": {"schema": {"type": "object"}}}});
        let of = |responses: Value| json!({"paths": {"/": {"get": {"responses": responses}}}});
        let mut document = of(json!({"200": typed, "302": typed}));
        without_name(&mut document);
        let any = json!({"description": "", "content": {"application/json": {"schema": {}}}});
        assert_eq!(document, of(json!({"200": typed, "302": any})));
        all(&mut document);
        let raw = json!({"description": "A failure, undecoded", "content": {"*/*": {}}});
        assert_eq!(document, of(json!({"200": typed, "302": {"description": ""}, "4XX": raw, "5XX": raw})));
    }

    #[test]
    fn default_is_kept_if_there_is_no_success() {
        let mut document =
            json!({"paths": {"/": {"get": {"responses": {"404": {}, "default": {"description": "d"}}}}}});
        all(&mut document);
        let raw = json!({"description": "A failure, undecoded", "content": {"*/*": {}}});
        assert_eq!(document["paths"]["/"]["get"]["responses"], json!({"4XX": raw, "5XX": raw, "default": raw}));
    }

    #[test]
    fn only_a_named_failure_has_a_type_in_the_mocks() {
        let content = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let (named, unnamed) = (content(json!({"$ref": "#/x"})), content(json!({"allOf": [{"$ref": "#/x"}, {}]})));
        let of = |success: &Value, failure: &Value, other: &Value| json!({"paths": {"/": {"get": {"responses": {"200": success, "404": failure, "default": other}}}}});
        let mut document = of(&unnamed, &named, &unnamed);
        without_name(&mut document);
        assert_eq!(document, of(&unnamed, &named, &content(json!({}))));
    }
}
