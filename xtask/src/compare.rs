//! `cargo xtask spec diff`: compares documents, each a file or a revision of an SDK.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;
use xtask_codegen::check_support;
use xtask_diff as diff;
use xtask_document::open_api::check_version;
use xtask_document::read::read;

/// Compares two documents, each a file or a revision of an SDK. Files are imported first: with the settings of the SDK
/// if it is named or the other document is its revision, otherwise by the rules only.
///
/// # Errors
///
/// If a file or an SDK does not exist, or a document cannot be read or is not OpenAPI 3.0.
pub fn compare(workspace: &Workspace, sdk: Option<&str>, [old, new]: [&str; 2]) -> Result<Vec<diff::Change>> {
    let is_file = |name: &str| Path::new(name).is_file();
    for name in [old, new].into_iter().filter(|name| is_path(name)) {
        ensure!(Path::new(name).exists(), "the file {name:?} does not exist");
        ensure!(is_file(name), "{name:?} is not a file");
    }
    let revision = [old, new].into_iter().find(|name| !is_file(name));
    let sdk = match (sdk, revision) {
        (None, None) => None,
        (None, Some(revision)) => {
            let hint = || format!("{revision:?} is not a file; to compare revisions, name their SDK with `--sdk`");
            Some(workspace.sdk(None).with_context(hint)?)
        }
        (name, _) => Some(workspace.sdk(name)?),
    };
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
    let ((raw_old, imported_old), (raw_new, imported_new)) = (document(old)?, document(new)?);
    match (imported_old, imported_new) {
        (Ok(old_document), Ok(new_document)) => {
            for (name, document) in [(old, &old_document), (new, &new_document)] {
                if let Err(error) = check_support(document) {
                    eprintln!("warning: {name}: no code can be generated, so changes have no effect on code: {error}");
                }
            }
            Ok(diff::compare(&old_document, &new_document))
        }
        (imported_old, imported_new) => {
            for error in [imported_old.err(), imported_new.err()].into_iter().flatten() {
                eprintln!(
                    "warning: {error:#}; the documents are compared without an import, which may miss changes of code"
                );
            }
            Ok(diff::compare(&raw_old, &raw_new))
        }
    }
}

/// Whether a name can only be that of a file: revisions are dates.
fn is_path(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str).unwrap_or_default();
    name.contains(['/', '\\']) || ["json", "yaml", "yml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_sdk_or_missing_file_is_an_error_that_names_it() {
        let workspace = Workspace::current().unwrap();
        let document = workspace.root().join("spec/risk-scoring/2026-11-22.json");
        let error = |sdk: Option<&str>, old: &str| {
            format!("{:#}", compare(&workspace, sdk, [old, document.to_str().unwrap()]).unwrap_err())
        };
        let unknown = error(Some("nonsense"), document.to_str().unwrap());
        assert!(unknown.starts_with("there is no SDK \"nonsense\""), "{unknown}");
        for missing in ["missing.json", "missing.YML", "missing/document", "missing\\document"] {
            for sdk in [None, Some("risk-scoring")] {
                assert_eq!(error(sdk, missing), format!("the file {missing:?} does not exist"));
            }
        }
        assert_eq!(error(None, "src/"), "\"src/\" is not a file");
        let revision = error(None, "2026-11-22");
        let hint = "\"2026-11-22\" is not a file; to compare revisions, name their SDK with `--sdk`: there is more";
        assert!(revision.starts_with(hint), "{revision}");
        let missing = error(Some("risk-scoring"), "2026-11-21");
        assert_eq!(missing, "\"2026-11-21\" is neither a file nor a revision of risk-scoring");
    }
}
