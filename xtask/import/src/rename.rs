//! Our names in place of the vendor's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::settings::Names;
use xtask_document::naming::{mock_name, operation_name, operation_problem, type_name, type_problem};
use xtask_document::operation::{for_each_operation, operations};
use xtask_document::schemas::{SCHEMAS, schemas_mut};
use xtask_document::walk::{ObjectKind, for_each_reference};

/// Our name of each operation and of each schema, by the vendor's.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Renamed {
    pub(super) operations: BTreeMap<String, String>,
    pub(super) schemas: BTreeMap<String, String>,
}

/// Gives operations and schemas our names.
pub(super) fn apply(document: &mut Value, names: &Names) -> Result<Renamed, Error> {
    Ok(Renamed { operations: rename_operations(document, names)?, schemas: rename_schemas(document, names)? })
}

fn rename_operations(document: &mut Value, names: &Names) -> Result<BTreeMap<String, String>, Error> {
    let listed = by_vendors_name(&names.operations);
    let mut taken: BTreeMap<String, (&str, String)> = BTreeMap::new();
    let mut mocks: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for operation in operations(document) {
        let place = operation.route();
        let id = operation.id().ok_or_else(|| Error::NoOperationId { operation: place.clone() })?;
        let name = ours(id, &listed);
        let error = |problem, ours: &str| Err(name_error(problem, "operations", ours, id));
        if let Some(problem) = operation_problem(&name) {
            return error(format!("operation {id:?} has no good name: {problem}"), "our_name");
        }
        match taken.insert(name.clone(), (id, place.clone())) {
            Some((other, first)) if other == id => {
                return Err(Error::DuplicateOperationId { id: id.to_owned(), first, second: place });
            }
            Some((other, _)) => {
                let problem = format!("operations {other:?} and {id:?} both get the name {name:?}");
                return error(problem, &format!("{name}_2"));
            }
            None => {}
        }
        if let Some((other, others)) = mocks.insert(mock_name(&name), (id, name.clone())) {
            let problem = format!(
                "operations {other:?} and {id:?} get the names {others:?} and {name:?}, which are one in the mocks"
            );
            return error(problem, "our_name");
        }
    }
    let mut renamed = BTreeMap::new();
    for_each_operation(document, |_, _, operation| {
        if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
            let name = ours(id, &listed);
            renamed.insert(id.to_owned(), name.clone());
            operation.insert("operationId".to_owned(), Value::from(name));
        }
    });
    Ok(renamed)
}

fn by_vendors_name(listed: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    listed.iter().map(|(ours, vendors)| (vendors.as_str(), ours.as_str())).collect()
}

/// An id that is listed has the name of the list, and every other one is made of the vendor's.
fn ours(id: &str, listed: &BTreeMap<&str, &str>) -> String {
    listed.get(id).map_or_else(|| operation_name(id), |name| (*name).to_owned())
}

fn name_error(problem: String, table: &'static str, ours: &str, vendors: &str) -> Error {
    Error::Name { problem, table, ours: ours.to_owned(), vendors: vendors.to_owned() }
}

fn rename_schemas(document: &mut Value, names: &Names) -> Result<BTreeMap<String, String>, Error> {
    let listed = by_vendors_name(&names.types);
    let Some(schemas) = schemas_mut(document) else {
        return Ok(BTreeMap::new());
    };
    let schemas = std::mem::take(schemas);
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for vendors in schemas.keys() {
        let made = type_name(vendors, names.drop_type_prefix.as_deref());
        // A name in the list is first of all that of the schema which is called so.
        let of_made = listed.get(made.as_str()).filter(|_| !schemas.contains_key(&made));
        let name = listed.get(vendors.as_str()).or(of_made).map_or(made.clone(), |name| (*name).to_owned());
        if let Some(problem) = type_problem(&name) {
            let problem = format!("schema {vendors:?} has no good name: {problem}");
            return Err(name_error(problem, "types", "OurName", vendors));
        }
        if let Some(other) = taken.insert(name.clone(), vendors) {
            let problem = format!("schemas {other:?} and {vendors:?} both get the name {name:?}");
            return Err(name_error(problem, "types", &format!("{name}2"), vendors));
        }
        renamed.insert(vendors.clone(), name);
    }
    let new: Map<_, _> =
        schemas.into_iter().filter_map(|(vendors, schema)| Some((renamed.get(&vendors)?.clone(), schema))).collect();
    if let Some(schemas) = schemas_mut(document) {
        *schemas = new;
    }
    for_each_reference(document, ObjectKind::Document, &mut |_, reference| {
        let name = renamed.get(reference.strip_prefix(SCHEMAS)?)?;
        Some(format!("{SCHEMAS}{name}"))
    });
    Ok(renamed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(toml: &str) -> Names {
        toml::from_str(toml).unwrap()
    }

    fn of_schemas(schemas: Value) -> Value {
        json!({"components": {"schemas": schemas}})
    }

    fn complaint(mut document: Value, toml: &str) -> String {
        apply(&mut document, &names(toml)).unwrap_err().to_string()
    }

    #[test]
    fn discriminator_has_the_new_names() {
        let pet = |cat: &str, dog: &str| {
            json!({
                "oneOf": [{"$ref": format!("#/components/schemas/{cat}")}],
                "discriminator": {"propertyName": "kind", "mapping": {
                    "cat": format!("#/components/schemas/{cat}"), "dog": dog, "other": "#/components/schemas/none",
                }},
            })
        };
        let mut document = of_schemas(json!({"acme_pet": pet("acme_cat", "acme_dog"), "acme_cat": {}, "acme_dog": {}}));
        apply(&mut document, &names("drop_type_prefix = 'acme'")).unwrap();
        assert_eq!(document, of_schemas(json!({"Pet": pet("Cat", "Dog"), "Cat": {}, "Dog": {}})));
    }

    #[test]
    fn what_looks_like_a_reference_in_data_is_left_alone() {
        let data = json!({"$ref": "#/components/schemas/acme_cat", "discriminator": {"mapping": {"cat": "acme_cat"}}});
        let schema = json!({"example": data, "default": data, "enum": [data], "x-data": {"schema": data}});
        let mut document = of_schemas(json!({"acme_cat": schema}));
        apply(&mut document, &names("drop_type_prefix = 'acme'")).unwrap();
        assert_eq!(document, of_schemas(json!({"Cat": schema})));
    }

    #[test]
    fn a_schema_can_be_listed_by_the_name_that_it_has() {
        let schemas = of_schemas(
            json!({"foo-bar": {"type": "string"}, "foo_bar": {"items": {"$ref": "#/components/schemas/foo-bar"}}}),
        );
        let advice = "both get the name \"FooBar\"; write a line such as `FooBar2 = \"foo_bar\"` below [names.types]";
        let error = complaint(schemas.clone(), "");
        assert!(error.contains("\"foo-bar\" and \"foo_bar\"") && error.contains(advice), "{error}");
        let mut document = schemas;
        apply(&mut document, &names("types.FooBar2 = 'foo_bar'")).unwrap();
        let renamed =
            json!({"FooBar": {"type": "string"}, "FooBar2": {"items": {"$ref": "#/components/schemas/FooBar"}}});
        assert_eq!(document, of_schemas(renamed.clone()));
        apply(&mut document, &names("types.FooBar2 = 'foo_bar'")).unwrap();
        assert_eq!(document, of_schemas(renamed));
    }

    #[test]
    fn a_name_in_the_list_is_first_of_all_that_of_the_schema_called_so() {
        let mut document = of_schemas(json!({"Thing": {"title": "a"}, "acme_thing": {"title": "b"}}));
        apply(&mut document, &names("drop_type_prefix = 'acme'\ntypes.Other = 'Thing'")).unwrap();
        assert_eq!(document, of_schemas(json!({"Other": {"title": "a"}, "Thing": {"title": "b"}})));
    }

    #[test]
    fn operations_of_one_name_are_refused_with_what_to_write() {
        let two =
            |a: &str, b: &str| json!({"paths": {"/a": {"get": {"operationId": a}}, "/b": {"put": {"operationId": b}}}});
        let error = complaint(two("get-a", "get_a"), "");
        let advice = "both get the name \"get_a\"; write a line such as `get_a_2 = \"get_a\"` below [names.operations]";
        assert!(error.contains(advice), "{error}");
        apply(&mut two("get-a", "get_a"), &names("operations.get_a_2 = 'get_a'")).unwrap();
        let error = complaint(two("get-a", "get-a"), "");
        assert!(error.starts_with("GET /a and PUT /b have the same operationId \"get-a\""), "{error}");
        assert!(error.contains("by a fixup in sdk.toml"), "{error}");
        let error = complaint(two("get-v1-2", "get-v12"), "");
        assert!(
            error.contains(r#"get the names "get_v1_2" and "get_v12", which are one in the mocks; write"#),
            "{error}"
        );
        apply(&mut two("get-v1-2", "get-v12"), &names("operations.get_other = 'get-v12'")).unwrap();
    }

    #[test]
    fn a_name_that_breaks_the_generated_code_is_rejected_with_what_to_write() {
        let one = |id: &str| json!({"paths": {"/a": {"get": {"operationId": id}}}});
        for id in ["all", "Post", "Reset", "type", "<="] {
            let error = complaint(one(id), "");
            let advice = format!("write a line such as `our_name = {id:?}` below [names.operations]");
            assert!(error.contains(&advice), "{error}");
            apply(&mut one(id), &names(&format!("operations.list_things = '{id}'"))).unwrap();
        }
        let error = complaint(of_schemas(json!({"self": {}})), "");
        assert!(error.contains("write a line such as `OurName = \"self\"` below [names.types]"), "{error}");
        let error = complaint(of_schemas(json!({"dns": {}})), "types.DNS = 'dns'");
        assert!(error.contains("\"DNS\" does not make a good Rust name; \"Dns\" would"), "{error}");
    }

    #[test]
    fn what_begins_with_a_digit_gets_a_letter() {
        let mut document = json!({
            "paths": {"/a": {"get": {"operationId": "2fa-get"}}}, "components": {"schemas": {"1thing": {}}},
        });
        apply(&mut document, &names("")).unwrap();
        assert_eq!(document["paths"]["/a"]["get"]["operationId"], "x_2fa_get");
        assert_eq!(document["components"]["schemas"], json!({"X1thing": {}}));
    }
}
