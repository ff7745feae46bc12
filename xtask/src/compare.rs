//! `cargo xtask spec diff`: compares documents, each a file or a revision of an SDK.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;
use xtask_diff as diff;
use xtask_document::open_api::check_version;
use xtask_document::read::read;

/// Compares two documents, each a file or a revision of an SDK. Files are imported first: with the settings of the SDK
/// if the other document is its revision, otherwise by the rules only.
///
/// # Errors
///
/// If a document cannot be read, or is not OpenAPI 3.0.
pub fn compare(workspace: &Workspace, sdk: Option<&str>, [old, new]: [&str; 2]) -> Result<Vec<diff::Change>> {
    let is_file = |name: &str| Path::new(name).is_file();
    let sdk = if [old, new].into_iter().all(is_file) { None } else { Some(workspace.sdk(sdk)?) };
    let document = |name: &str| {
        let revision = sdk.as_ref().filter(|_| !is_file(name));
        let path = revision.map_or_else(|| PathBuf::from(name), |sdk| workspace.root().join(sdk.document(name)));
        if let Some(sdk) = revision {
            ensure!(path.is_file(), "{name:?} is neither a file nor a revision of {}", sdk.name());
        }
        let document = read(&path)?.1;
        check_version(&document).with_context(|| format!("{name} cannot be compared"))?;
        let imported = match &sdk {
            _ if revision.is_some() => Ok(document.clone()),
            Some(sdk) => diff::imported_with(&sdk.settings(), &document),
            None => diff::imported(&document),
        };
        Ok((document, imported.with_context(|| name.to_owned())))
    };
    let ((old, imported_old), (new, imported_new)) = (document(old)?, document(new)?);
    match (imported_old, imported_new) {
        (Ok(old), Ok(new)) => Ok(diff::compare(&old, &new)),
        (imported_old, imported_new) => {
            for error in [imported_old.err(), imported_new.err()].into_iter().flatten() {
                eprintln!(
                    "warning: {error:#}; the documents are compared without an import, which may miss changes of code"
                );
            }
            Ok(diff::compare(&old, &new))
        }
    }
}
