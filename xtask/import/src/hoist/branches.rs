//! Names for the branches of a union.

use std::collections::BTreeMap;

use serde_json::Value;

use xtask_document::naming::pascal;

/// The most words of a title that is a name. A longer one is a sentence.
const LONGEST_TITLE: usize = 4;

/// A name for each branch: after its title, the constant or the required property that no other one has, or its number.
pub(super) fn names(branches: &[Value], name: &str) -> Vec<String> {
    let mut have: BTreeMap<(&str, Option<&str>), u32> = BTreeMap::new();
    for (property, schema) in branches.iter().flat_map(properties) {
        let constant = constant(schema);
        for key in [Some((property, None)), constant.map(|value| (property, Some(value)))].into_iter().flatten() {
            let times = have.entry(key).or_default();
            *times = times.saturating_add(1);
        }
    }
    let is_alone = |property: &str, value: Option<&str>| have.get(&(property, value)) == Some(&1);
    let own = |(index, branch): (usize, &Value)| {
        let title = branch.get("title").and_then(Value::as_str);
        if let Some(title) = title.filter(|title| title.split_whitespace().count() <= LONGEST_TITLE).map(pascal)
            && !title.is_empty()
        {
            return if title.starts_with(name) { title } else { format!("{name}{title}") };
        }
        let properties: BTreeMap<_, _> = properties(branch).collect();
        let constants = properties.iter().filter_map(|(property, schema)| Some((*property, constant(schema)?)));
        let constant = constants.filter(|(property, value)| is_alone(property, Some(*value))).map(|(_, value)| value);
        let mut required = properties.keys().copied().filter(|property| requires(branch, property));
        let differs = constant.chain(required.find(|property| is_alone(property, None))).map(pascal);
        let differs = differs.into_iter().find(|word| !word.is_empty());
        format!("{name}{}", differs.unwrap_or_else(|| format!("Variant{index}")))
    };
    branches.iter().enumerate().map(own).collect()
}

fn properties(branch: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = branch.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

/// The only text that a schema allows.
fn constant(schema: &Value) -> Option<&str> {
    match schema.get("enum")?.as_array()?.as_slice() {
        [Value::String(only)] => Some(only),
        _ => None,
    }
}

fn requires(branch: &Value, property: &str) -> bool {
    let required = branch.get("required").and_then(Value::as_array);
    required.into_iter().flatten().any(|name| name == property)
}
