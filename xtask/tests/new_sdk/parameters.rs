pub(crate) fn extend(_: &mut serde_json::Value) {}
