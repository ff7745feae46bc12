//! Vendors' documents, as they are compared.

use serde_json::Value;
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
    let import = Import::of(settings, document, UNDATED)?;
    let mut imported: Value = serde_json::from_str(&import.text)?;
    if let (Some(imported), Some(info)) = (imported.as_object_mut(), document.get("info")) {
        imported.insert("info".to_owned(), info.clone());
    }
    Ok(imported)
}
