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
            "{document}: its SHA-256 is {present}, and {FILE}:{line} says that {name} {version} has {recorded}; restore \
             the released document and import what is new as another revision (or correct the entry, if that is not \
             released yet)"
        )),
        None => Some(format!(
            "{FILE}:{line}: the entry {name} {version} does not say which document was released; if {document} is still \
             that one, add the line: {}",
            provenance(&present)
        )),
    }
}
