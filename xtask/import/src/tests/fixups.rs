//! Tests of fixups.

use super::super::*;
use super::{THINGS, sdk, vendors};
use crate::testing::TestSdk;

fn fixup(patch: &Value) -> Fixup {
    Fixup { why: "the summary is wrong".to_owned(), patch: patch.to_string() }
}

#[test]
fn fixup_that_no_longer_applies_is_an_error() {
    let change = |id: &str, summary: &str| {
        fixup(&json!([
            {"op": "test", "path": "/paths/~1things/get/operationId", "value": id},
            {"op": "add", "path": "/paths/~1things/get/summary", "value": summary},
        ]))
    };
    let mut sdk = sdk(THINGS);
    let mut document = vendors();
    document["paths"]["/things"]["get"]["summary"] = json!("old");
    sdk.fixups = vec![change("acme-things-get", "new")];
    Import::of(&sdk.settings(), &document, "2026-01-02").unwrap();
    for (fixup, part) in [
        (change("other", "new"), "does not apply"),
        (change("acme-things-get", "old"), "changes nothing"),
        (fixup(&json!([])), "changes nothing"),
        (fixup(&json!({})), "does not apply"),
        (Fixup { patch: "[".to_owned(), ..fixup(&json!([])) }, "is not valid"),
    ] {
        sdk.fixups = vec![fixup];
        let error = format!("{:#}", Import::of(&sdk.settings(), &document, "2026-01-02").err().unwrap());
        assert!(error.contains(part) && error.contains("the summary is wrong"), "{error}");
    }
}

#[test]
fn fixup_is_not_repeated_on_a_revision_and_must_apply_to_a_vendors_document() {
    let mut sdk = sdk(THINGS);
    let import =
        |sdk: &TestSdk, text: &str| Import::of(&sdk.settings(), &serde_json::from_str(text).unwrap(), "2026-01-02");
    let place = "/paths/~1things/get/operationId";
    sdk.fixups = vec![fixup(&json!([
        {"op": "test", "path": place, "value": "acme-things-get"}, {"op": "add", "path": "/paths/~1things/get/summary", "value": "new"},
    ]))];
    let once = Import::of(&sdk.settings(), &vendors(), "2026-01-02").unwrap();
    let again = import(&sdk, &once.text).unwrap();
    assert_eq!(again.text, once.text);
    assert_eq!(import(&sdk, &again.text).unwrap().text, once.text);
    let report = again.report();
    assert!(
        report.contains("fixups that an earlier import applied: 1\n") && !report.contains("fixups of this SDK"),
        "{report}"
    );

    let mut next = vendors();
    next["paths"]["/things"]["get"]["operationId"] = json!("acme-things-list");
    let error = format!("{:#}", Import::of(&sdk.settings(), &next, "2026-02-03").err().unwrap());
    assert!(error.contains("does not apply, or no longer applies"), "{error}");

    let later = json!([{"op": "add", "path": "/paths/~1things/get/description", "value": "Later."}]);
    sdk.fixups.push(fixup(&later));
    let both: Value = serde_json::from_str(&import(&sdk, &once.text).unwrap().text).unwrap();
    assert_eq!(both["x-fixups"].as_array().unwrap().len(), 2);
    assert_eq!(both["paths"]["/things"]["get"]["description"], "Later.");
    sdk.fixups.clear();
    assert_eq!(import(&sdk, &once.text).unwrap().text, once.text);
}

#[test]
fn report_lists_fixups() {
    let mut sdk = sdk(THINGS);
    sdk.fixups = vec![fixup(&json!([{"op": "add", "path": "/paths/~1things/get/summary", "value": "new"}]))];
    let report = Import::of(&sdk.settings(), &vendors(), "2026-01-02").unwrap().report();
    assert!(report.contains("fixups of this SDK (1):\n  the summary is wrong"), "{report}");
}
