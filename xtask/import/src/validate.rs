//! Checks that a document conforms to the settings of its SDK.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::error::Error;
use crate::settings::{Settings, has_prefix};
use xtask_document::naming::{mock_name, operation_problem, without_prefix};
use xtask_document::operation::operations;
use xtask_document::schemas::schemas;

/// Checks that a document has every operation that `sdk.toml` lists. Earlier revisions may have fewer.
///
/// # Errors
///
/// If an operation is missing.
pub fn check_listed(document: &Value, settings: &Settings<'_>) -> Result<(), Error> {
    none_missing("operations", missing_operations(document, settings))
}

pub(crate) fn none_missing(table: &'static str, names: Vec<String>) -> Result<(), Error> {
    if names.is_empty() { Ok(()) } else { Err(Error::Unlisted { table, names }) }
}

/// The operations that `sdk.toml` lists and that a document does not have.
pub fn missing_operations(document: &Value, settings: &Settings<'_>) -> Vec<String> {
    let ids: BTreeSet<_> = operations(document).filter_map(|operation| operation.id()).collect();
    settings.names.operations.keys().filter(|id| !ids.contains(id.as_str())).cloned().collect()
}

/// Checks that a document conforms to the `sdk.toml` of its SDK.
///
/// # Errors
///
/// If it does not. The error is the first of the [`violations`].
pub fn validate(document: &Value, settings: &Settings<'_>, revision: &str) -> Result<(), Error> {
    let first = violations(document, settings, revision).into_iter().next();
    first.map_or(Ok(()), |violation| Err(Error::Violation { violation }))
}

/// The parts of a document that violate the `sdk.toml` of its SDK.
pub fn violations(document: &Value, settings: &Settings<'_>, revision: &str) -> Vec<String> {
    let mut violations = Vec::new();
    let mut ensure = |condition: bool, problem: &dyn Fn() -> String| {
        if !condition {
            violations.push(problem());
        }
    };
    let version = document.pointer("/info/version").and_then(Value::as_str);
    ensure(version == Some(revision), &|| format!("info.version is {version:?}, not {revision:?}"));

    let paths = document.get("paths").and_then(Value::as_object);
    ensure(paths.is_some(), &|| "the document has no paths".to_owned());
    for prefix in &settings.slice.paths {
        let is_used = paths.is_none_or(|paths| paths.keys().any(|path| has_prefix(path, prefix)));
        ensure(is_used, &|| format!("no path has the prefix {prefix:?} of slice.paths"));
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
        ensure(other == id, &|| format!("the operations {other:?} and {id:?} have the same name in the mocks"));
    }

    if let Some(prefix) = &names.drop_type_prefix {
        for schema in schemas(document).keys() {
            let has_prefix = without_prefix(schema, prefix).is_some();
            ensure(!has_prefix, &|| format!("the schema {schema:?} still has the prefix {prefix:?}"));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
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

    fn violation(change: impl FnOnce(&mut Value)) -> String {
        let mut document = document();
        change(&mut document);
        validate(&document, &sdk().settings(), "2026-01-02").unwrap_err().to_string()
    }

    #[test]
    fn document_that_matches_its_settings_is_valid() {
        validate(&document(), &sdk().settings(), "2026-01-02").unwrap();
    }

    #[test]
    fn version_that_differs_from_the_revision_is_rejected() {
        assert!(violation(|d| d["info"]["version"] = json!("2026-01-03")).contains("info.version"));
    }

    #[test]
    fn path_outside_the_slice_is_rejected() {
        assert!(
            violation(|d| d["paths"]["/others"] = json!({"get": {"operationId": "list_others"}}))
                .contains("list_others")
        );
    }

    #[test]
    fn path_prefix_without_a_path_is_rejected() {
        let mut sdk = sdk();
        sdk.slice.paths.insert("/never".to_owned());
        assert!(validate(&document(), &sdk.settings(), "2026-01-02").unwrap_err().to_string().contains("/never"));
    }

    #[test]
    fn operation_without_an_id_is_rejected() {
        assert!(violation(|d| d["paths"]["/things"]["put"] = json!({})).contains("no operationId"));
    }

    #[test]
    fn all_violations_are_listed() {
        let mut document = document();
        document["info"] = json!({});
        document["paths"] = json!({"/others": {"get": {"operationId": "all"}, "put": {}}});
        document["components"]["schemas"] = json!({"AcmeThing": {}, "AcmeOther": {}, "Acmeist": {}});
        let problems = violations(&document, &sdk().settings(), "2026-01-02");
        let parts =
            ["info.version", "/things", "outside", "\"all\" is taken", "no operationId", "AcmeThing", "AcmeOther"];
        assert_eq!(problems.len(), parts.len(), "{problems:?}");
        for part in parts {
            assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:?}");
        }
    }

    #[test]
    fn operation_with_an_unusable_name_is_rejected() {
        let error = violation(|d| d["paths"]["/things"]["put"] = json!({"operationId": "put-things"}));
        assert!(error.contains("put-things"));
    }

    #[test]
    fn duplicate_operation_id_is_rejected() {
        let error = violation(|d| d["paths"]["/things"]["put"] = json!({"operationId": "list_things"}));
        assert!(error.contains("is a duplicate"));
    }

    #[test]
    fn operations_with_one_name_in_the_mocks_are_rejected() {
        let error = violation(|d| {
            d["paths"]["/things"] = json!({"put": {"operationId": "set_v1_2"}, "post": {"operationId": "set_v12"}});
        });
        assert_eq!(error, r#"the operations "set_v12" and "set_v1_2" have the same name in the mocks"#);
    }

    #[test]
    fn schema_with_the_vendors_prefix_is_rejected() {
        assert!(violation(|d| d["components"]["schemas"]["AcmeThing"] = json!({})).contains("AcmeThing"));
    }
}
