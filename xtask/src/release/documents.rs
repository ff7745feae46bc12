//! Checks that the documents of released revisions were not edited.

use std::fs;
use std::path::Path;

use super::changelog::{Entry, FILE, provenance};
use crate::sdk::Sdk;
use xtask_document::read::sha256;

/// Reports a document that is missing, that differs from the released one, or whose hash the entry does not record.
pub(super) fn problem(root: &Path, sdk: &Sdk, entry: &Entry) -> Option<String> {
    let Entry { line, version, .. } = entry;
    let (name, path) = (sdk.name(), sdk.document(entry.revision()));
    let document = path.display();
    let present = match fs::read(root.join(&path)) {
        Ok(bytes) => sha256(bytes),
        Err(error) => return Some(format!("{FILE}:{line}: cannot read {document} of {name} {version}: {error}")),
    };
    match &entry.sha256 {
        Some(recorded) if *recorded == present => None,
        Some(recorded) => Some(format!(
            "{document}: its SHA-256 is {present}, and {FILE}:{line} records {recorded} for {name} {version}; restore \
             the released document and import changes as another revision (or correct the entry, if it is not released \
             yet)"
        )),
        None => Some(format!(
            "{FILE}:{line}: the entry {name} {version} does not record the hash of its document; if {document} was not \
             edited since, add the line: {}",
            provenance(&present)
        )),
    }
}
