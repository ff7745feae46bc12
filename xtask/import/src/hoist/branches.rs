//! Names for the branches of a union.

use std::collections::BTreeMap;

use serde_json::Value;

use xtask_document::Fields;
use xtask_document::naming::pascal;

/// The most words of a title that is used as a name. A longer title is a sentence.
const LONGEST_TITLE: usize = 4;

/// A name for each branch, from its title, a constant or required property that no other branch has, or its number.
pub(super) fn names(branches: &[Value], name: &str) -> Vec<String> {
    let mut uses: BTreeMap<(&str, Option<&str>), u32> = BTreeMap::new();
    for (property, schema) in branches.iter().flat_map(properties) {
        let constant = constant(schema);
        for key in [Some((property, None)), constant.map(|value| (property, Some(value)))].into_iter().flatten() {
            let times = uses.entry(key).or_default();
            *times = times.saturating_add(1);
        }
    }
    let is_unique = |property: &str, value: Option<&str>| uses.get(&(property, value)) == Some(&1);
    let name_of = |(index, branch): (usize, &Value)| {
        if let Some(title) =
            branch.text("title").filter(|title| title.split_whitespace().count() <= LONGEST_TITLE).map(pascal)
            && !title.is_empty()
        {
            return if title.starts_with(name) { title } else { format!("{name}{title}") };
        }
        let properties: BTreeMap<_, _> = properties(branch).collect();
        let constants = properties.iter().filter_map(|(property, schema)| Some((*property, constant(schema)?)));
        let constant = constants.filter(|(property, value)| is_unique(property, Some(*value))).map(|(_, value)| value);
        let mut required = properties.keys().copied().filter(|property| requires(branch, property));
        let distinguishing = constant.chain(required.find(|property| is_unique(property, None))).map(pascal);
        let distinguishing = distinguishing.into_iter().find(|word| !word.is_empty());
        format!("{name}{}", distinguishing.unwrap_or_else(|| format!("Variant{index}")))
    };
    branches.iter().enumerate().map(name_of).collect()
}

fn properties(branch: &Value) -> impl Iterator<Item = (&str, &Value)> {
    branch.entries("properties").iter().map(|(name, schema)| (name.as_str(), schema))
}

/// The text that is the only value of a schema.
fn constant(schema: &Value) -> Option<&str> {
    match schema.list("enum") {
        [Value::String(only)] => Some(only),
        _ => None,
    }
}

fn requires(branch: &Value, property: &str) -> bool {
    branch.list("required").iter().any(|name| name == property)
}
