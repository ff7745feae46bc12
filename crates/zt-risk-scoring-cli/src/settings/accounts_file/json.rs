//! A JSON array of account ids, or of objects.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::text::plain_words;

use super::{Fields, Origin, Row};

/// The keys of an object. A duplicate key is an error.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    account_id: String,
    label: Option<String>,
    profile: Option<String>,
    token_file: Option<std::path::PathBuf>,
    token_command: Option<Vec<String>>,
}

pub(super) fn rows(origin: &Origin<'_>, text: &str) -> Result<Vec<Row>, String> {
    let elements: Vec<Fields> = serde_json::from_str(text).map_err(|error| {
        let error = plain_words(&error.to_string(), "an object");
        format!("{} is not a list of accounts: {error}", origin.name)
    })?;
    let elements = elements.into_iter().enumerate();
    elements.map(|(index, fields)| origin.row(format!("element {}", index.saturating_add(1)), "key", fields)).collect()
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an account id, or an object with account_id")
    }

    fn visit_str<E>(self, id: &str) -> Result<Fields, E> {
        Ok(Fields { account_id: id.to_owned(), ..Fields::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
        let Object { account_id, label, profile, token_file, token_command } =
            Object::deserialize(MapAccessDeserializer::new(map))?;
        let label = label.filter(|label| !label.is_empty());
        Ok(Fields { account_id, label, profile, token_file, token_command })
    }
}
