//! Vendors' documents, as they are compared.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use xtask_document::operation::{component, is_path};
use xtask_document::read::UNDATED;
use xtask_import::{Import, Names, Settings, Slice};

use crate::Error;

/// A whole document after the importer's rules. Code is generated from imported documents only, so a comparison of
/// documents as the vendor wrote them would miss what the rules make of a change.
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

/// The part of a document that belongs to an SDK, as an import makes it.
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

/// A document whose paths hold the path items that they refer to. The importer rejects such paths, since their operations
/// have no place of their own; a comparison needs none.
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

/// The fields of a path item and of those that it refers to; nothing, if the chain of references does not end in the
/// document. A field of a path item overrides that of its target.
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
