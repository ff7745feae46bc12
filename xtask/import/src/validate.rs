//! Checks that a document is what the settings of its SDK say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use xtask_document::naming::{mock_name, operation_problem, without_prefix};
use xtask_document::operation::{operations, route};
use xtask_document::schemas::schemas;

use crate::error::Error;
use crate::settings::Settings;

/// Checks that a document has every operation that `sdk.toml` lists. An earlier one may have fewer.
///
/// # Errors
///
/// If it has not.
pub fn check_listed(document: &Value, settings: &Settings<'_>) -> Result<(), Error> {
    none_missing(missing_operations(document, settings))
}

pub(crate) fn none_missing(names: Vec<String>) -> Result<(), Error> {
    if names.is_empty() { Ok(()) } else { Err(Error::Unlisted { table: "operations", names }) }
}

/// The operations that `sdk.toml` lists and a document does not have.
pub fn missing_operations(document: &Value, settings: &Settings<'_>) -> Vec<String> {
    let ids: BTreeSet<_> = operations(document).filter_map(|operation| operation.id()).collect();
    settings.names.operations.keys().filter(|id| !ids.contains(id.as_str())).cloned().collect()
}

/// Checks that a document is what its `sdk.toml` says.
///
/// # Errors
///
/// If it is not; the error is the first of the [`violations`].
pub fn validate(document: &Value, settings: &Settings<'_>, revision: &str) -> Result<(), Error> {
    let first = violations(document, settings, revision).into_iter().next();
    first.map_or(Ok(()), |violation| Err(Error::Violation { violation }))
}

/// Everything in a document that its `sdk.toml` does not allow.
pub fn violations(document: &Value, settings: &Settings<'_>, revision: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut ensure = |is_so: bool, problem: &dyn Fn() -> String| {
        if !is_so {
            found.push(problem());
        }
    };
    let version = document.pointer("/info/version").and_then(Value::as_str);
    ensure(version == Some(revision), &|| format!("info.version is {version:?}, not {revision:?}"));

    let paths = document.get("paths").and_then(Value::as_object);
    ensure(paths.is_some(), &|| "it has no paths".to_owned());
    for prefix in &settings.slice.paths {
        let begins = |path: &String| route(path).starts_with(&route(prefix));
        ensure(paths.is_none_or(|paths| paths.keys().any(begins)), &|| {
            format!("no path begins with {prefix:?} of slice.paths")
        });
    }

    let names = settings.names;
    let (mut seen, mut mocks) = (BTreeSet::new(), BTreeMap::new());
    for operation in operations(document) {
        let Some(id) = operation.id() else {
            ensure(false, &|| "an operation has no operationId".to_owned());
            continue;
        };
        let is_inside = settings.slice.holds(&operation, names);
        ensure(is_inside, &|| format!("the operation {id:?} is outside the slice"));
        let problem = operation_problem(id);
        ensure(problem.is_none(), &|| format!("the operation id {}", problem.as_deref().unwrap_or_default()));
        ensure(seen.insert(id), &|| format!("the operation {id:?} is a duplicate"));
        let other = *mocks.entry(mock_name(id)).or_insert(id);
        ensure(other == id, &|| format!("the operations {other:?} and {id:?} have one name in the mocks"));
    }

    if let Some(prefix) = &names.drop_type_prefix {
        for schema in schemas(document).keys() {
            let has_prefix = without_prefix(schema, prefix).is_some();
            ensure(!has_prefix, &|| format!("the schema {schema:?} still has the prefix {prefix:?}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::testing::{TestSdk, things};

    fn sdk() -> TestSdk {
        let mut sdk = things(r#"paths = ["/things"]"#);
        sdk.names.operations.insert("list_things".to_owned(), "acme-things-list".to_owned());
        sdk
    }

    fn document() -> Value {
        json!({
            "info": {"version": "2026-01-02"},
            "paths": {"/things": {"get": {"operationId": "list_things"}}},
            "components": {"schemas": {"Thing": {}}}
        })
    }

    fn complaint(change: impl FnOnce(&mut Value)) -> String {
        let mut document = document();
        change(&mut document);
        validate(&document, &sdk().settings(), "2026-01-02").unwrap_err().to_string()
    }

    #[test]
    fn a_document_that_agrees_with_its_manifest_passes() {
        validate(&document(), &sdk().settings(), "2026-01-02").unwrap();
    }

    #[test]
    fn another_revision_than_the_name_is_rejected() {
        assert!(complaint(|d| d["info"]["version"] = json!("2026-01-03")).contains("info.version"));
    }

    #[test]
    fn a_path_outside_the_slice_is_rejected() {
        assert!(
            complaint(|d| d["paths"]["/others"] = json!({"get": {"operationId": "list_others"}}))
                .contains("list_others")
        );
    }

    #[test]
    fn a_prefix_that_no_path_has_is_rejected() {
        let mut sdk = sdk();
        sdk.slice.paths.insert("/never".to_owned());
        assert!(validate(&document(), &sdk.settings(), "2026-01-02").unwrap_err().to_string().contains("/never"));
    }

    #[test]
    fn an_operation_without_an_id_is_rejected() {
        assert!(complaint(|d| d["paths"]["/things"]["put"] = json!({})).contains("no operationId"));
    }

    #[test]
    fn everything_that_disagrees_is_found() {
        let mut document = document();
        document["info"] = json!({});
        document["paths"] = json!({"/others": {"get": {"operationId": "all"}, "put": {}}});
        document["components"]["schemas"] = json!({"AcmeThing": {}, "AcmeOther": {}, "Acmeist": {}});
        let found = violations(&document, &sdk().settings(), "2026-01-02");
        let parts =
            ["info.version", "/things", "outside", "\"all\" is taken", "no operationId", "AcmeThing", "AcmeOther"];
        assert_eq!(found.len(), parts.len(), "{found:?}");
        for part in parts {
            assert!(found.iter().any(|problem| problem.contains(part)), "{part}: {found:?}");
        }
    }

    #[test]
    fn an_operation_whose_name_is_no_good_is_rejected() {
        let complaint = complaint(|d| d["paths"]["/things"]["put"] = json!({"operationId": "put-things"}));
        assert!(complaint.contains("put-things"));
    }

    #[test]
    fn two_operations_of_one_name_are_refused() {
        let complaint = complaint(|d| d["paths"]["/things"]["put"] = json!({"operationId": "list_things"}));
        assert!(complaint.contains("is a duplicate"));
    }

    #[test]
    fn two_operations_of_one_name_in_the_mocks_are_refused() {
        let complaint = complaint(|d| {
            d["paths"]["/things"] = json!({"put": {"operationId": "set_v1_2"}, "post": {"operationId": "set_v12"}});
        });
        assert_eq!(complaint, r#"the operations "set_v12" and "set_v1_2" have one name in the mocks"#);
    }

    #[test]
    fn a_schema_that_keeps_the_vendors_prefix_is_rejected() {
        assert!(complaint(|d| d["components"]["schemas"]["AcmeThing"] = json!({})).contains("AcmeThing"));
    }
}
