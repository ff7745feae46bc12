//! Imports documents for a comparison.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::Error;
use xtask_document::Fields;
use xtask_document::operation::{component, is_path};
use xtask_document::read::UNDATED;
use xtask_import::{Import, NameFault, Names, Settings, Slice};

/// Applies the importer's rules to a whole document. Code is generated from imported documents only. A comparison of
/// vendors' documents would miss the effect of the rules.
///
/// Operations and schemas whose names clash or are not Rust names get other names, since no `sdk.toml` names them.
///
/// # Errors
///
/// If the document cannot be imported.
///
/// # Examples
///
/// ```
/// let document = serde_json::json!({"openapi": "3.0.3", "info": {"title": "Things", "version": "1"}, "paths": {
///     "/things": {"get": {"operationId": "listThings", "responses": {"200": {"description": "Things."}}}},
/// }});
/// let imported = xtask_diff::imported(&document)?;
/// assert_eq!(imported["paths"]["/things"]["get"]["operationId"], "list_things");
/// # Ok::<(), xtask_diff::Error>(())
/// ```
pub fn imported(document: &Value) -> Result<Value, Error> {
    let slice = Slice { paths: ["/".to_owned()].into(), ..Slice::default() };
    let mut names = Names::default();
    loop {
        let (name, title, description) = ("document", "Document", "A whole document.");
        let settings = Settings { name, title, description, slice: &slice, names: &names, fixups: &[] };
        let error = match imported_with(&settings, document) {
            Err(Error::Import(error)) => error,
            result => return result,
        };
        let faults = match &error {
            xtask_import::Error::Names { faults } => faults.as_slice(),
            _ => &[],
        };
        // Each name is given once, so the loop ends.
        if faults.iter().filter(|fault| add_name(&mut names, fault)).count() == 0 {
            return Err(error.into());
        }
    }
}

/// Lists another name for an operation or a schema. Returns whether it had none before.
fn add_name(names: &mut Names, NameFault { table, ours, vendors, .. }: &NameFault) -> bool {
    let listed = if *table == "operations" { &mut names.operations } else { &mut names.types };
    if listed.values().any(|other| other == vendors) {
        return false;
    }
    listed.insert(ours.clone(), vendors.clone()).is_none()
}

/// Imports the part of a document that belongs to an SDK.
///
/// # Errors
///
/// If the document cannot be imported.
pub fn imported_with(settings: &Settings<'_>, document: &Value) -> Result<Value, Error> {
    let document = with_path_items(document);
    let import = Import::of(settings, &document, UNDATED)?;
    let mut imported: Value = serde_json::from_str(&import.text)?;
    if let (Some(imported), Some(info)) = (imported.as_object_mut(), document.get("info")) {
        imported.insert("info".to_owned(), info.clone());
    }
    Ok(imported)
}

/// Replaces references to path items by the fields of their targets. The importer rejects such references, since their
/// operations have no place of their own. A comparison does not need the place.
pub(super) fn with_path_items(document: &Value) -> Value {
    let mut whole = document.clone();
    for (path, item) in whole.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        if is_path(path)
            && let Some(fields) = fields(document, item)
        {
            *item = Value::Object(fields);
        }
    }
    whole
}

/// The fields of a path item and of the targets of its reference, which it overrides; `None` if the chain of references
/// leaves the document or is cyclic.
fn fields(document: &Value, item: &Value) -> Option<Map<String, Value>> {
    let (mut fields, mut visited, mut item) = (Map::new(), BTreeSet::new(), item);
    loop {
        for (key, value) in item.as_object()?.iter().filter(|(key, _)| *key != "$ref") {
            fields.entry(key).or_insert_with(|| value.clone());
        }
        let Some(reference) = item.text("$ref") else { return Some(fields) };
        item = component(document, item).filter(|_| visited.insert(reference))?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_clash_in_a_whole_document_are_numbered() {
        let operation = |id: &str, schema: &str| {
            let content = json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}});
            json!({"get": {"operationId": id, "responses": {"200": {"description": "d", "content": content}}}})
        };
        let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {
                "/a": operation("get-a", "a-b"), "/b": operation("get_a", "a_b"), "/c": operation("getA", "aB"),
                "/d": operation("self", "Self"),
            },
            "components": {"schemas": {"a-b": object, "a_b": object, "aB": object, "Self": object}},
        });
        let imported = imported(&document).unwrap();
        let ids: BTreeSet<_> = xtask_document::operation::operations(&imported).filter_map(|of| of.id()).collect();
        assert_eq!(ids, ["get_a", "get_a_2", "get_a_3", "our_name"].into());
        let schemas: BTreeSet<_> = xtask_document::schemas::schemas(&imported).keys().map(String::as_str).collect();
        assert_eq!(schemas, ["Ab", "Ab2", "Ab3", "OurName"].into());
    }

    #[test]
    fn whole_document_whose_operations_clash_in_the_mocks_is_imported() {
        let of = |id: &str| json!({"get": {"operationId": id, "responses": {"200": {"description": "d"}}}});
        let info = json!({"title": "t", "version": "1"});
        let paths = json!({"/a": of("get-a2"), "/b": of("get-a"), "/c": of("getA")});
        let imported = imported(&json!({"openapi": "3.0.3", "info": info, "paths": paths})).unwrap();
        let ids: BTreeSet<_> = xtask_document::operation::operations(&imported).filter_map(|of| of.id()).collect();
        assert_eq!(ids, ["get_a", "get_a2", "get_a_3"].into());
    }
}
