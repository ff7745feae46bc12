//! JSON of any size, read within bounds.

use serde_json::Value;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct BoundedJson(Option<Value>);

impl BoundedJson {
    pub(crate) fn get(&self) -> Option<&Value> {
        self.0.as_ref()
    }
}
