//! Schemas that consist of themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::Error;
use crate::keywords::branches;
use crate::schemas::{named, reference, schemas};

/// Rejects a named schema that is one of its own parts or alternatives without a property or an item in between.
/// Its type would contain itself, and decoding any value of it would overflow the stack.
///
/// # Errors
///
/// If the document has such a schema.
pub fn check(document: &Value) -> Result<(), Error> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (first, schema) in schemas(document) {
        let (mut on_path, mut path) = (BTreeSet::from([first.as_str()]), vec![(first.as_str(), constituents(schema))]);
        while let Some((name, unvisited)) = path.last_mut() {
            match unvisited.pop() {
                Some(next) if on_path.contains(next) => return Err(Error::Cycle { schema: next.to_owned() }),
                Some(next) if !done.contains(next) => {
                    on_path.insert(next);
                    path.push((next, named(document, next).map(constituents).unwrap_or_default()));
                }
                Some(_) => {}
                None => {
                    on_path.remove(name);
                    done.insert(name);
                    path.pop();
                }
            }
        }
    }
    Ok(())
}

/// The named schemas that a schema is an alias, a union or a merger of.
fn constituents(schema: &Value) -> Vec<&str> {
    let (mut names, mut pending) = (Vec::new(), vec![schema]);
    while let Some(part) = pending.pop() {
        names.extend(reference(part));
        pending.extend(branches(part).flat_map(|(_, branches)| branches));
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_schemas(schemas: Value) -> Result<(), Error> {
        check(&json!({"components": {"schemas": schemas}}))
    }

    use crate::schemas::reference_to as to;

    #[test]
    fn schema_that_is_its_own_part_or_alternative_is_rejected() {
        for keyword in crate::keywords::BRANCHES {
            let text = json!({"type": "string"});
            for schemas in [
                json!({"A": {keyword: [to("A")]}}),
                json!({"A": {keyword: [to("A"), text]}}),
                json!({"A": {keyword: [text, {"oneOf": [{"allOf": [to("A")]}]}]}}),
                json!({"B": {"oneOf": [text, to("A")]}, "A": {keyword: [text, to("C")]}, "C": to("A")}),
            ] {
                let error = check_schemas(schemas.clone()).unwrap_err().to_string();
                assert!(error.contains("is one of its own parts"), "{schemas}: {error}");
            }
        }
    }

    #[test]
    fn recursive_schema_with_finite_values_is_accepted() {
        let tree =
            json!({"oneOf": [{"type": "string"}, {"type": "array", "items": to("Tree")}, to("Node"), to("Leaf")]});
        let node = json!({"type": "object", "properties": {"left": to("Tree"), "right": {"allOf": [to("Tree")]}}});
        let both = json!({"oneOf": [to("Leaf"), to("Tree")]});
        check_schemas(json!({"Tree": tree, "Node": node, "Leaf": {"type": "integer"}, "Both": both})).unwrap();
        check_schemas(json!({})).unwrap();
    }
}
