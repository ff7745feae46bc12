//! Imports documents for a comparison.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::Error;
use xtask_document::operation::{component, is_path};
use xtask_document::read::UNDATED;
use xtask_import::{Import, Names, Settings, Slice};

/// Applies the importer's rules to a whole document. Code is generated from imported documents only. A comparison of
/// vendors' documents would miss the effect of the rules.
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
    let names = Names::default();
    let (name, title, description) = ("document", "Document", "A whole document.");
    imported_with(&Settings { name, title, description, slice: &slice, names: &names, fixups: &[] }, document)
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
        let Some(reference) = item.get("$ref").and_then(Value::as_str) else { return Some(fields) };
        item = component(document, item).filter(|_| visited.insert(reference))?;
    }
}
