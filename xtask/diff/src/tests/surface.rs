//! The public surface of the client that is generated from a document.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::surface::Surface;
use xtask_document::Document;

/// The public surface of the client of a document.
pub(super) fn surface(document: &Value) -> Arc<Surface> {
    // Many rows begin with one document.
    static CACHE: Mutex<BTreeMap<String, Arc<Surface>>> = Mutex::new(BTreeMap::new());
    let key = document.to_string();
    if let Some(surface) = CACHE.lock().unwrap().get(&key) {
        return Arc::clone(surface);
    }
    let (path, revision, sha256) = (PathBuf::from("document"), "2026-01-01".to_owned(), String::new());
    let file = xtask_codegen::client(Document { path, revision, sha256, value: document.clone() }).unwrap();
    let surface = Arc::new(Surface::extract(&file).unwrap());
    CACHE.lock().unwrap().insert(key, Arc::clone(&surface));
    surface
}
