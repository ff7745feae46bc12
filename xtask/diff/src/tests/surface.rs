//! The public surface of the client that is generated from a document.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::surface::Surface;

/// The public surface of the client of a document.
pub(super) fn surface(document: &Value) -> Arc<Surface> {
    // Many rows begin with the same document.
    static CACHE: Mutex<BTreeMap<String, Arc<Surface>>> = Mutex::new(BTreeMap::new());
    let key = document.to_string();
    if let Some(surface) = CACHE.lock().unwrap().get(&key) {
        return Arc::clone(surface);
    }
    let surface = Arc::new(Surface::of_document(document).unwrap());
    CACHE.lock().unwrap().insert(key, Arc::clone(&surface));
    surface
}
