//! The members of an object that its schema does not list.

use serde::ser::Error;

/// Rejects keys of the field `extra` that are declared properties, which would be written twice. Models call it when they
/// are written.
///
/// # Errors
///
/// If there is such a key.
///
/// # Examples
///
/// ```
/// use api_runtime::reject_declared;
///
/// let extra = std::collections::BTreeMap::from([("id".to_owned(), 1)]);
/// reject_declared::<serde_json::Error>(extra.keys(), &["name"]).unwrap();
/// let error = reject_declared::<serde_json::Error>(extra.keys(), &["id", "name"]).unwrap_err();
/// assert_eq!(error.to_string(), "`extra` has the key `id`, which is a declared property: set its field instead");
/// ```
pub fn reject_declared<'a, E: Error>(
    mut keys: impl Iterator<Item = &'a String>,
    declared: &[&'static str],
) -> Result<(), E> {
    match keys.find_map(|key| declared.iter().find(|name| *name == key)) {
        Some(name) => Err(E::custom(format_args!("{EXTRA_KEY}{name}{IS_DECLARED}"))),
        None => Ok(()),
    }
}

/// What the message begins with.
const EXTRA_KEY: &str = "`extra` has the key `";

/// What it ends with.
const IS_DECLARED: &str = "`, which is a declared property: set its field instead";

/// Whether an error of a serializer is that of [`reject_declared`]. Its message has no value of a program.
pub(crate) fn is_declared_key(message: &str) -> bool {
    message.starts_with(EXTRA_KEY) && message.ends_with(IS_DECLARED)
}
