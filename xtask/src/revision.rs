//! The revisions of an SDK: committed documents, and imported ones.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::sdk::{NO_REVISION, Sdk};
use crate::workspace::Workspace;
use xtask_document::Document;
use xtask_document::read::{read, sha256};
use xtask_import::{Import, check_listed, validate};

impl Sdk {
    /// Reads the current revision. For an SDK without one, it returns a document without operations.
    ///
    /// # Errors
    ///
    /// As for [`revision`](Self::revision); and if `sdk.toml` lists an operation that the document does not have.
    pub fn current(&self, root: &Path) -> Result<Document> {
        if self.manifest.current == NO_REVISION {
            return Ok(self.empty_document());
        }
        let document = self.revision(root, &self.manifest.current)?;
        let violates = || format!("{} violates its sdk.toml", document.path.display());
        check_listed(&document.value, &self.settings()).with_context(violates)?;
        Ok(document)
    }

    fn empty_document(&self) -> Document {
        let info = json!({"title": self.manifest.title, "version": NO_REVISION});
        let value = json!({"openapi": "3.0.3", "info": info, "paths": {}});
        let sha256 = sha256(value.to_string());
        Document { path: self.folder.join(NO_REVISION), revision: NO_REVISION.to_owned(), sha256, value }
    }

    /// Reads a revision. Earlier revisions may have fewer operations than `sdk.toml` lists.
    ///
    /// # Errors
    ///
    /// If the document cannot be read, is not JSON, has a version that differs from its name, or has a path, an
    /// operation or a schema name that `sdk.toml` does not allow.
    pub fn revision(&self, root: &Path, revision: &str) -> Result<Document> {
        let path = self.document(revision);
        let (bytes, value) = read(&root.join(&path))?;
        validate(&value, &self.settings(), revision)
            .with_context(|| format!("{} violates its sdk.toml", path.display()))?;
        Ok(Document { path, revision: revision.to_owned(), sha256: sha256(&bytes), value })
    }

    /// Makes a revision from a vendor's document. It writes no file.
    ///
    /// # Errors
    ///
    /// If the document cannot be read or imported.
    pub fn import(&self, from: &Path, revision: &str) -> Result<Import> {
        let (_, vendors) = read(from)?;
        let import = Import::of(&self.settings(), &vendors, revision)
            .with_context(|| format!("cannot import {}", from.display()))?;
        if self.manifest.current == NO_REVISION {
            import.check_listed()?;
        }
        Ok(import)
    }

    /// Whether the workspace has the revision.
    ///
    /// # Errors
    ///
    /// If a revision of that date has other content, or cannot be read.
    pub fn has(&self, workspace: &Workspace, import: &Import) -> Result<bool> {
        let file = self.document(&import.revision);
        let path = file.display();
        match fs::read_to_string(workspace.root().join(&file)) {
            Ok(present) => ensure!(
                present == import.text,
                "{path} already exists with other content, and a revision is never changed; use another date, or delete the \
                 file if it is not released"
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        }
        Ok(true)
    }

    /// Writes the revision into the workspace. The first revision of an SDK becomes the current one. Returns the paths
    /// of the written files, relative to the workspace.
    ///
    /// # Errors
    ///
    /// As for [`has`](Self::has); and if a file cannot be written.
    pub fn write(&self, workspace: &Workspace, import: &Import) -> Result<Vec<PathBuf>> {
        let mut written = Vec::new();
        let path = self.document(&import.revision);
        if !self.has(workspace, import)? {
            fs::write(workspace.root().join(&path), &import.text)
                .with_context(|| format!("cannot write {}", path.display()))?;
            written.push(path);
        }
        if self.manifest.current == NO_REVISION {
            written.push(self.make_current(workspace.root(), &import.revision)?);
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests;
