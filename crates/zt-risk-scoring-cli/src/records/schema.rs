//! The JSON Schema of what commands print.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::row::{Record, Row};
use crate::failure::ErrorObject;

/// The schemas of the results of commands.
pub(crate) struct Schemas {
    generator: SchemaGenerator,
    /// The schemas of the rows that a command prints.
    rows: BTreeMap<&'static str, Vec<Schema>>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        Self { generator, rows: BTreeMap::new() }
    }

    /// Adds what a command prints. A command may print rows of several kinds, but those of a run are of one kind.
    pub(crate) fn add<R: Record>(&mut self, command: &'static str) {
        let row = self.generator.subschema_for::<Row<R>>();
        self.rows.entry(command).or_default().push(row);
    }

    /// The schema of all results. The definition `behaviors list` is that of this command, and `error` that of an error.
    pub(crate) fn into_schema(mut self) -> Value {
        let error = self.generator.subschema_for::<ErrorObject>();
        let mut definitions = self.generator.take_definitions(true);
        let mut results = vec![reference("error")];
        definitions.insert("error".to_owned(), error.into());
        for (command, rows) in self.rows {
            let rows = match <[Schema; 1]>::try_from(rows) {
                Ok([row]) => row,
                Err(rows) => json_schema!({"anyOf": rows}),
            };
            let result =
                if command == "behaviors watch" { rows } else { json_schema!({"type": "array", "items": rows}) };
            let name = command.replace(' ', "-");
            results.push(reference(&name));
            definitions.insert(name, result.into());
        }
        serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "What zt-risk prints with --output json",
            "description": "The result of each command is a definition: that of `zt-risk behaviors list` is \
                `#/$defs/behaviors-list`. `behaviors watch` prints a line for each row. `error` is what standard error has.",
            "anyOf": results,
            "$defs": definitions.into_iter().collect::<Map<_, _>>(),
        })
    }
}

fn reference(name: &str) -> Value {
    serde_json::json!({"$ref": format!("#/$defs/{name}")})
}
