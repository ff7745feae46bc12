//! One OpenAPI document: a revision of an SDK's API.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::names::{mock_name, operation_problem, without_prefix};
use crate::parse;
use crate::schemas::Kind;
use crate::sdk::{NO_REVISION, Sdk};

/// The methods that a path item can have (OpenAPI 3.0.3, "Path Item Object").
pub(crate) const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// A document that holds what its `sdk.toml` says, and nothing else.
#[derive(Deserialize, Serialize)]
pub struct Document {
    /// Where it is, relative to the workspace.
    pub path: PathBuf,
    /// Its revision: a date.
    pub revision: String,
    /// The hash of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its content.
    pub value: Value,
}

impl Document {
    /// Reads the current revision of an SDK. One that has none yet is an API without operations.
    ///
    /// # Errors
    ///
    /// As for [`revision`](Self::revision); and if `sdk.toml` lists an operation that the document does not have.
    pub fn current(root: &Path, sdk: &Sdk) -> Result<Self> {
        if sdk.manifest.current == NO_REVISION {
            return Ok(Self::none(sdk));
        }
        let document = Self::revision(root, sdk, &sdk.manifest.current)?;
        let disagrees = || format!("{} disagrees with its sdk.toml", document.path.display());
        check_listed(&document.value, sdk).with_context(disagrees)?;
        Ok(document)
    }

    fn none(sdk: &Sdk) -> Self {
        let info = json!({"title": sdk.manifest.title, "version": NO_REVISION});
        let value = json!({"openapi": "3.0.3", "info": info, "paths": {}});
        let sha256 = sha256(value.to_string());
        Self { path: sdk.folder.join(NO_REVISION), revision: NO_REVISION.to_owned(), sha256, value }
    }

    /// Reads a revision of an SDK. An earlier one may have fewer operations than `sdk.toml` lists.
    ///
    /// # Errors
    ///
    /// If the document cannot be read, is not JSON, has another revision than its name, or has a path, an operation or
    /// a schema name that `sdk.toml` does not allow.
    pub fn revision(root: &Path, sdk: &Sdk, revision: &str) -> Result<Self> {
        let path = sdk.document(revision);
        let (bytes, value) = Self::read(&root.join(&path))?;
        agree(&value, sdk, revision).with_context(|| format!("{} disagrees with its sdk.toml", path.display()))?;
        Ok(Self { path, revision: revision.to_owned(), sha256: sha256(&bytes), value })
    }

    /// Reads a document from anywhere: its bytes, and what they say.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is neither JSON nor YAML, has a duplicate key, or is no object.
    pub fn read(path: &Path) -> Result<(Vec<u8>, Value)> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let value = if is_json {
            parse::json(&bytes).with_context(|| format!("{} is not valid JSON", path.display()))?
        } else {
            parse::yaml(&bytes).with_context(|| format!("{} is neither JSON nor YAML", path.display()))?
        };
        ensure!(value.is_object(), "{} is no OpenAPI document: it holds no object", path.display());
        Ok((bytes, value))
    }
}

/// The hash by which a document is known, in hexadecimal.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// An operation of a document, with where it stands there.
pub struct Operation<'a> {
    /// The path, with its parameters in braces.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
    /// The operation itself.
    pub object: &'a Map<String, Value>,
}

impl<'a> Operation<'a> {
    /// The operation's id.
    pub fn id(&self) -> Option<&'a str> {
        self.object.get("operationId")?.as_str()
    }

    /// The operation's tags.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let tags = self.object.get("tags").and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str)
    }
}

/// A path with its parameters' names blanked, since they are no part of a request: `/things/{}`.
pub fn route(path: &str) -> String {
    let mut parts = path.split('{');
    let mut route = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        route += "{}";
        route += part.split_once('}').map_or("", |(_, rest)| rest);
    }
    route
}

/// The names of the parameters in a path, in their order.
pub(crate) fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// What a reference to a component of any kind leads to, or else the value itself; nothing, if it leads nowhere.
pub(crate) fn component<'a>(document: &'a Value, value: &'a Value) -> Option<&'a Value> {
    let path = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    path.map_or(Some(value), |path| document.pointer(path))
}

/// Whether a status is that of an answer to a call that worked.
pub(crate) fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Whether a status is that of an answer to a call that failed, or stands for whatever is not described.
pub(crate) fn is_failure(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

/// Every operation of a document, in its order.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.filter(|(path, _)| is_path(path)).flat_map(|(path, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .filter_map(|(method, operation)| Some(Operation { path, method, object: operation.as_object()? }))
    })
}

/// Every operation of a document, to be changed.
pub fn operations_mut(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .filter(|(path, _)| is_path(path))
        .filter_map(|(_, item)| item.as_object_mut())
        .flatten()
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .filter_map(|(_, operation)| operation.as_object_mut())
}

/// Whether a key of `paths` is one. Another one is that of an extension.
pub(crate) fn is_path(key: &str) -> bool {
    Kind::Paths.below(key).is_some()
}

/// Checks that a document has every operation that `sdk.toml` lists. An earlier one may have fewer.
pub(crate) fn check_listed(document: &Value, sdk: &Sdk) -> Result<()> {
    let missing = missing_operations(document, sdk);
    ensure!(missing.is_empty(), "names.operations lists operations that do not exist: {missing:?}");
    Ok(())
}

/// The operations that `sdk.toml` lists and a document does not have.
pub(crate) fn missing_operations(document: &Value, sdk: &Sdk) -> Vec<String> {
    let ids: BTreeSet<_> = operations(document).filter_map(|operation| operation.id()).collect();
    sdk.manifest.names.operations.keys().filter(|id| !ids.contains(id.as_str())).cloned().collect()
}

/// Checks that a document is what its `sdk.toml` says.
pub(crate) fn agree(document: &Value, sdk: &Sdk, revision: &str) -> Result<()> {
    disagreements(document, sdk, revision).into_iter().next().map_or(Ok(()), |first| Err(Error::msg(first)))
}

/// Everything in a document that its `sdk.toml` does not allow.
pub(crate) fn disagreements(document: &Value, sdk: &Sdk, revision: &str) -> Vec<String> {
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
    for prefix in &sdk.manifest.slice.paths {
        let begins = |path: &String| route(path).starts_with(&route(prefix));
        ensure(paths.is_none_or(|paths| paths.keys().any(begins)), &|| {
            format!("no path begins with {prefix:?} of slice.paths")
        });
    }

    let names = &sdk.manifest.names;
    let (mut seen, mut mocks) = (BTreeSet::new(), BTreeMap::new());
    for operation in operations(document) {
        let Some(id) = operation.id() else {
            ensure(false, &|| "an operation has no operationId".to_owned());
            continue;
        };
        let is_inside = sdk.manifest.slice.holds(&operation, names);
        ensure(is_inside, &|| format!("the operation {id:?} is outside the slice"));
        let problem = operation_problem(id);
        ensure(problem.is_none(), &|| format!("the operation id {}", problem.as_deref().unwrap_or_default()));
        ensure(seen.insert(id), &|| format!("the operation {id:?} is a duplicate"));
        let other = *mocks.entry(mock_name(id)).or_insert(id);
        ensure(other == id, &|| format!("the operations {other:?} and {id:?} have one name in the mocks"));
    }

    if let Some(prefix) = &names.drop_type_prefix {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        for schema in schemas.into_iter().flat_map(Map::keys) {
            let has_prefix = without_prefix(schema, prefix).is_some();
            ensure(!has_prefix, &|| format!("the schema {schema:?} still has the prefix {prefix:?}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::tests::things;

    fn sdk() -> Sdk {
        let mut sdk = things(r#"paths = ["/things"]"#);
        sdk.manifest.names.operations.insert("list_things".to_owned(), "acme-things-list".to_owned());
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
        agree(&document, &sdk(), "2026-01-02").unwrap_err().to_string()
    }

    #[test]
    fn a_document_that_agrees_with_its_manifest_passes() {
        agree(&document(), &sdk(), "2026-01-02").unwrap();
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
        sdk.manifest.slice.paths.insert("/never".to_owned());
        assert!(agree(&document(), &sdk, "2026-01-02").unwrap_err().to_string().contains("/never"));
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
        let found = disagreements(&document, &sdk(), "2026-01-02");
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
    fn a_listed_operation_may_be_missing_in_an_earlier_revision_only() {
        let root = tempfile::tempdir().unwrap();
        let mut sdk = sdk();
        fs::create_dir_all(root.path().join(&sdk.folder)).unwrap();
        let file = root.path().join(sdk.document("2026-01-02"));
        fs::write(file, document().to_string()).unwrap();
        Document::current(root.path(), &sdk).unwrap();
        sdk.manifest.names.operations.insert("make_thing".to_owned(), "acme-things-new".to_owned());
        Document::revision(root.path(), &sdk, "2026-01-02").unwrap();
        let error = format!("{:#}", Document::current(root.path(), &sdk).err().unwrap());
        assert!(error.starts_with("spec/things/2026-01-02.json disagrees") && error.contains("make_thing"), "{error}");
    }

    #[test]
    fn a_schema_that_keeps_the_vendors_prefix_is_rejected() {
        assert!(complaint(|d| d["components"]["schemas"]["AcmeThing"] = json!({})).contains("AcmeThing"));
    }
}
