//! `cargo xtask spec diff`: compares documents, each a file or a revision of an SDK.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xtask_diff as diff;
use xtask_document::open_api::check_version;
use xtask_document::read::read;

use crate::workspace::Workspace;

/// Compares two documents, each a file or a revision of an SDK. Files are imported first: by the rules alone, or as
/// parts of the SDK if the other document is a revision of it.
///
/// # Errors
///
/// If a document cannot be read, or is not OpenAPI 3.0.
pub fn compare(workspace: &Workspace, sdk: Option<&str>, names: [&str; 2]) -> Result<Vec<diff::Change>> {
    let is_revision = |name: &&str| !Path::new(name).is_file();
    let sdk = if names.iter().any(is_revision) { Some(workspace.sdk(sdk)?) } else { None };
    let mut raw = Vec::new();
    let mut imported = Vec::new();
    for name in names {
        let (path, is_file) = match &sdk {
            Some(sdk) if is_revision(&name) => (workspace.root().join(sdk.document(name)), false),
            _ => (PathBuf::from(name), true),
        };
        if let Some(sdk) = &sdk {
            ensure!(path.is_file(), "{name:?} is no file, and no revision of {}", sdk.name());
        }
        let document = read(&path)?.1;
        check_version(&document).with_context(|| format!("{name} cannot be compared"))?;
        imported.push(match &sdk {
            _ if !is_file => Ok(document.clone()),
            Some(sdk) => diff::imported_with(&sdk.settings(), &document),
            None => diff::imported(&document),
        });
        raw.push((name, document));
    }
    for ((name, _), imported) in raw.iter().zip(&imported) {
        if let Err(error) = imported {
            let reason = source_chain(error);
            eprintln!(
                "warning: {name}: {reason}; both documents are compared as they are, which may miss changes of code"
            );
        }
    }
    match (imported.as_slice(), raw.as_slice()) {
        ([Ok(old), Ok(new)], _) | (_, [(_, old), (_, new)]) => Ok(diff::compare(old, new)),
        _ => Ok(Vec::new()),
    }
}

/// An error and its sources, in one line.
fn source_chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
