//! Our names in place of the vendor's.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde_json::{Map, Value};

use crate::document::{operations, operations_mut};
use crate::names::{pascal, snake};
use crate::sdk::Names;

/// Gives operations and schemas our names.
pub(super) fn apply(document: &mut Value, names: &Names) -> Result<()> {
    rename_operations(document, names)?;
    rename_schemas(document, names)
}

fn rename_operations(document: &mut Value, names: &Names) -> Result<()> {
    let listed: BTreeMap<&str, &str> =
        names.operations.iter().map(|(ours, vendors)| (vendors.as_str(), ours.as_str())).collect();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for operation in operations(document) {
        let Some(id) = operation.id() else {
            bail!("{} {} has no operationId", operation.method.to_uppercase(), operation.path);
        };
        let name = ours(id, &listed);
        ensure!(!name.is_empty(), "the operation {id:?} has no letter to make a name of");
        if let Some(other) = taken.insert(name.clone(), id.to_owned()) {
            bail!(
                "the operations {other:?} and {id:?} both get the name {name:?}; list one of them in names.operations"
            );
        }
    }
    for operation in operations_mut(document) {
        if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
            let name = ours(id, &listed);
            operation.insert("operationId".to_owned(), Value::from(name));
        }
    }
    Ok(())
}

/// An id that is listed has the name of the list, and every other one is made of the vendor's.
fn ours(id: &str, listed: &BTreeMap<&str, &str>) -> String {
    listed.get(id).map_or_else(|| snake(id), |name| (*name).to_owned())
}

fn rename_schemas(document: &mut Value, names: &Names) -> Result<()> {
    let listed: BTreeMap<&str, &str> = names.types.iter().map(|(ours, made)| (made.as_str(), ours.as_str())).collect();
    let prefix = names.drop_type_prefix.as_deref().map(pascal).unwrap_or_default();
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let mut renamed = BTreeMap::new();
    let mut new = Map::new();
    for (vendors, schema) in std::mem::take(schemas) {
        let made = pascal(&vendors);
        let made = made.strip_prefix(&prefix).filter(|rest| !rest.is_empty()).unwrap_or(&made);
        let name = listed.get(made).map_or_else(|| made.to_owned(), |name| (*name).to_owned());
        ensure!(!name.is_empty(), "the schema {vendors:?} has no letter to make a name of");
        if new.insert(name.clone(), schema).is_some() {
            bail!("the schema {vendors:?} and another one both get the name {name:?}; list one of them in names.types");
        }
        renamed.insert(format!("#/components/schemas/{vendors}"), format!("#/components/schemas/{name}"));
    }
    *schemas = new;
    rename_references(document, &renamed);
    Ok(())
}

fn rename_references(value: &mut Value, renamed: &BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(name) = renamed.get(reference)
            {
                reference.clone_from(name);
            }
            object.values_mut().for_each(|value| rename_references(value, renamed));
        }
        Value::Array(array) => array.iter_mut().for_each(|value| rename_references(value, renamed)),
        _ => {}
    }
}
