//! Replaces the vendor's names by ours.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use serde_json::{Map, Value};

use crate::error::{Error, NameFault};
use crate::settings::Names;
use xtask_document::Fields;
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

/// Renames the operations and schemas of a document.
pub(super) fn apply(document: &mut Value, names: &Names) -> Result<Renamed, Error> {
    let mut faults = Vec::new();
    let operations = rename_operations(document, names, &mut faults)?;
    let schemas = rename_schemas(document, names, &mut faults);
    if faults.is_empty() {
        return Ok(Renamed { operations, schemas });
    }
    // Operations must differ in the mocks, too, where `get_a_2` and `get_a2` have one name.
    let mut mocks = operations.values().chain(names.operations.keys()).map(|name| mock_name(name)).collect();
    let mut types = schemas.values().chain(names.types.keys()).cloned().collect();
    for fault in &mut faults {
        if fault.table == "operations" {
            number(fault, "_", mock_name, &mut mocks);
        } else {
            number(fault, "", str::to_owned, &mut types);
        }
    }
    Err(Error::Names { faults })
}

/// Adds a number to the suggested name of a fault if it is taken. Names with the same key clash.
fn number(fault: &mut NameFault, separator: &str, key: fn(&str) -> String, taken: &mut BTreeSet<String>) {
    let numbered = (2_u32..).map(|number| format!("{}{separator}{number}", fault.ours));
    let free = iter::once(fault.ours.clone()).chain(numbered).find(|name| taken.insert(key(name)));
    fault.ours = free.unwrap_or_default();
}

fn rename_operations(
    document: &mut Value,
    names: &Names,
    faults: &mut Vec<NameFault>,
) -> Result<BTreeMap<String, String>, Error> {
    let listed = by_vendors_name(&names.operations);
    let mut taken: BTreeMap<String, (&str, String)> = BTreeMap::new();
    let mut mocks: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for operation in operations(document) {
        let place = operation.route();
        let id = operation.id().ok_or_else(|| Error::NoOperationId { operation: place.clone() })?;
        let name = ours(id, &listed);
        let mut report = |problem, ours: &str| faults.push(fault(problem, "operations", ours, id));
        if let Some(problem) = operation_problem(&name) {
            report(format!("operation {id:?} has an unusable name: {problem}"), "our_name");
            continue;
        }
        match taken.insert(name.clone(), (id, place.clone())) {
            Some((other, first)) if other == id => {
                return Err(Error::DuplicateOperationId { id: id.to_owned(), first, second: place });
            }
            Some((other, _)) => {
                let problem = format!("operations {other:?} and {id:?} both get the name {name:?}");
                report(problem, &name);
                continue;
            }
            None => {}
        }
        if let Some((other, others)) = mocks.insert(mock_name(&name), (id, name.clone())) {
            let problem = format!(
                "operations {other:?} and {id:?} get the names {others:?} and {name:?}, which are the same in the mocks"
            );
            report(problem, "our_name");
        }
    }
    let mut renamed = BTreeMap::new();
    for_each_operation(document, |_, _, operation| {
        if let Some(id) = operation.text("operationId") {
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

/// The listed name of an operation, or else a name derived from the vendor's id.
fn ours(id: &str, listed: &BTreeMap<&str, &str>) -> String {
    listed.get(id).map_or_else(|| operation_name(id), |name| (*name).to_owned())
}

fn fault(problem: String, table: &'static str, ours: &str, vendors: &str) -> NameFault {
    NameFault { problem, table, ours: ours.to_owned(), vendors: vendors.to_owned() }
}

fn rename_schemas(document: &mut Value, names: &Names, faults: &mut Vec<NameFault>) -> BTreeMap<String, String> {
    let listed = by_vendors_name(&names.types);
    let Some(schemas) = schemas_mut(document) else { return BTreeMap::new() };
    let schemas = std::mem::take(schemas);
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for vendors in schemas.keys() {
        let derived = type_name(vendors, names.drop_type_prefix.as_deref());
        // A derived name can be listed as well, unless it is the vendor's name of another schema.
        let listed_derived = listed.get(derived.as_str()).filter(|_| !schemas.contains_key(&derived));
        let name = listed.get(vendors.as_str()).or(listed_derived).map_or(derived.clone(), |name| (*name).to_owned());
        if let Some(problem) = type_problem(&name) {
            let problem = format!("schema {vendors:?} has an unusable name: {problem}");
            faults.push(fault(problem, "types", "OurName", vendors));
        } else if let Some(other) = taken.insert(name.clone(), vendors) {
            let problem = format!("schemas {other:?} and {vendors:?} both get the name {name:?}");
            faults.push(fault(problem, "types", &name, vendors));
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
    renamed
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

    fn rename_error(mut document: Value, toml: &str) -> String {
        apply(&mut document, &names(toml)).unwrap_err().to_string()
    }

    #[test]
    fn mapping_of_a_discriminator_has_the_new_names() {
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
    fn reference_in_data_is_not_renamed() {
        let data = json!({"$ref": "#/components/schemas/acme_cat", "discriminator": {"mapping": {"cat": "acme_cat"}}});
        let schema = json!({"example": data, "default": data, "enum": [data], "x-data": {"schema": data}});
        let mut document = of_schemas(json!({"acme_cat": schema}));
        apply(&mut document, &names("drop_type_prefix = 'acme'")).unwrap();
        assert_eq!(document, of_schemas(json!({"Cat": schema})));
    }

    #[test]
    fn schema_is_renamed_by_its_name_in_the_settings() {
        let schemas = of_schemas(
            json!({"foo-bar": {"type": "string"}, "foo_bar": {"items": {"$ref": "#/components/schemas/foo-bar"}}}),
        );
        let advice = "both get the name \"FooBar\"; write a line such as `FooBar2 = \"foo_bar\"` below [names.types]";
        let error = rename_error(schemas.clone(), "");
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
    fn listed_name_of_a_schema_precedes_one_derived_from_another_schema() {
        let mut document = of_schemas(json!({"Thing": {"title": "a"}, "acme_thing": {"title": "b"}}));
        apply(&mut document, &names("drop_type_prefix = 'acme'\ntypes.Other = 'Thing'")).unwrap();
        assert_eq!(document, of_schemas(json!({"Other": {"title": "a"}, "Thing": {"title": "b"}})));
    }

    #[test]
    fn operations_with_one_name_are_rejected_with_the_line_to_add() {
        let two =
            |a: &str, b: &str| json!({"paths": {"/a": {"get": {"operationId": a}}, "/b": {"put": {"operationId": b}}}});
        let error = rename_error(two("get-a", "get_a"), "");
        let advice = "both get the name \"get_a\"; write a line such as `get_a_2 = \"get_a\"` below [names.operations]";
        assert!(error.contains(advice), "{error}");
        apply(&mut two("get-a", "get_a"), &names("operations.get_a_2 = 'get_a'")).unwrap();
        let error = rename_error(two("get-a", "get-a"), "");
        assert!(error.starts_with("GET /a and PUT /b have the same operationId \"get-a\""), "{error}");
        assert!(error.contains("with a fixup in sdk.toml"), "{error}");
        let error = rename_error(two("get-v1-2", "get-v12"), "");
        assert!(
            error.contains(r#"get the names "get_v1_2" and "get_v12", which are the same in the mocks; write"#),
            "{error}"
        );
        apply(&mut two("get-v1-2", "get-v12"), &names("operations.get_other = 'get-v12'")).unwrap();
    }

    #[test]
    fn all_faults_are_reported_with_names_that_clash_with_no_other() {
        let of = |id: &str| json!({"get": {"operationId": id}});
        let paths = json!({"/a": of("get-a"), "/b": of("get_a"), "/c": of("getA"), "/d": of("type"), "/e": of("self")});
        let schemas = json!({"a-b": {}, "a_b": {}, "aB": {}, "Self": {}, "self": {}});
        let mut document = json!({"paths": paths, "components": {"schemas": schemas}});
        let error = apply(&mut document.clone(), &names("operations.get_a_2 = 'get_a'")).unwrap_err();
        let Error::Names { faults } = error else { panic!("an error of names") };
        let lines: Vec<_> = faults.iter().map(|of| format!("{}.{} = {:?}", of.table, of.ours, of.vendors)).collect();
        let expected = [
            "operations.get_a_3 = \"getA\"",
            "operations.our_name = \"type\"",
            "operations.our_name_2 = \"self\"",
            "types.OurName = \"Self\"",
            "types.Ab2 = \"aB\"",
            "types.Ab3 = \"a_b\"",
            "types.OurName2 = \"self\"",
        ];
        assert_eq!(lines, expected);
        let lines = lines.join("\n");
        apply(&mut document, &names(&format!("operations.get_a_2 = 'get_a'\n{lines}"))).unwrap();
    }

    #[test]
    fn suggested_name_of_an_operation_clashes_with_no_other_in_the_mocks() {
        let of = |id: &str| json!({"get": {"operationId": id}});
        let paths = json!({"/a": of("get-a2"), "/b": of("get-a"), "/c": of("getA"), "/d": of("get_a")});
        let mut document = json!({"paths": paths});
        let error = apply(&mut document.clone(), &names("")).unwrap_err();
        let Error::Names { faults } = error else { panic!("an error of names") };
        let lines: Vec<_> = faults.iter().map(|of| format!("{} = {:?}", of.ours, of.vendors)).collect();
        assert_eq!(lines, ["get_a_3 = \"getA\"", "get_a_4 = \"get_a\""]);
        apply(&mut document, &names(&format!("[operations]\n{}", lines.join("\n")))).unwrap();
    }

    #[test]
    fn name_that_breaks_the_generated_code_is_rejected_with_the_line_to_add() {
        let one = |id: &str| json!({"paths": {"/a": {"get": {"operationId": id}}}});
        for id in ["all", "Post", "Reset", "type", "<="] {
            let error = rename_error(one(id), "");
            let advice = format!("write a line such as `our_name = {id:?}` below [names.operations]");
            assert!(error.contains(&advice), "{error}");
            apply(&mut one(id), &names(&format!("operations.list_things = '{id}'"))).unwrap();
        }
        let error = rename_error(of_schemas(json!({"self": {}})), "");
        assert!(error.contains("write a line such as `OurName = \"self\"` below [names.types]"), "{error}");
        let error = rename_error(of_schemas(json!({"dns": {}})), "types.DNS = 'dns'");
        assert!(error.contains("\"DNS\" does not follow the naming convention of Rust; use \"Dns\""), "{error}");
    }

    #[test]
    fn name_with_a_leading_digit_gets_a_letter() {
        let mut document = json!({
            "paths": {"/a": {"get": {"operationId": "2fa-get"}}}, "components": {"schemas": {"1thing": {}}},
        });
        apply(&mut document, &names("")).unwrap();
        assert_eq!(document["paths"]["/a"]["get"]["operationId"], "x_2fa_get");
        assert_eq!(document["components"]["schemas"], json!({"X1thing": {}}));
    }
}
