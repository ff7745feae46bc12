//! `output.schema.json`: the JSON Schema of what all commands print.

use crate::records::Schemas;
use crate::{audit, behaviors, check, integrations, simulate, users};

/// The documented schema. `UPDATE_SCHEMA=1 cargo test -p zt-risk-scoring-cli --bin zt-risk schema` writes it.
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/output.schema.json");

#[test]
fn documented_schema_is_that_of_the_records() {
    let mut schemas = Schemas::new();
    audit::add_schemas(&mut schemas);
    behaviors::add_schemas(&mut schemas);
    check::add_schemas(&mut schemas);
    integrations::add_schemas(&mut schemas);
    simulate::add_schemas(&mut schemas);
    users::add_schemas(&mut schemas);
    let expected = serde_json::to_string_pretty(&schemas.into_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(PATH, &expected).unwrap();
    }
    let documented = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(documented == expected, "{PATH} is not up to date: run the test with UPDATE_SCHEMA=1");
}
