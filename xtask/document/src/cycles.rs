//! Schemas that are nothing but themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::Error;
use crate::keywords::branches;
use crate::schemas::{named, reference, schemas};

/// Rejects a named schema that is one of its own parts or alternatives, with nothing in between, such as a property.
/// Its type would hold itself and nothing else, and reading any value of it would go on until the stack is full.
///
/// # Errors
///
/// If there is one.
pub fn check(document: &Value) -> Result<(), Error> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (first, schema) in schemas(document) {
        let (mut open, mut path) = (BTreeSet::from([first.as_str()]), vec![(first.as_str(), consists_of(schema))]);
        while let Some((name, left)) = path.last_mut() {
            match left.pop() {
                Some(next) if open.contains(next) => return Err(Error::Cycle { schema: next.to_owned() }),
                Some(next) if !done.contains(next) => {
                    open.insert(next);
                    path.push((next, named(document, next).map(consists_of).unwrap_or_default()));
                }
                Some(_) => {}
                None => {
                    open.remove(name);
                    done.insert(name);
                    path.pop();
                }
            }
        }
    }
    Ok(())
}

/// The named schemas that a schema is, or may be, or is put together of.
fn consists_of(schema: &Value) -> Vec<&str> {
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

    fn of(schemas: Value) -> Result<(), Error> {
        check(&json!({"components": {"schemas": schemas}}))
    }

    fn to(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn a_schema_that_is_its_own_part_or_alternative_is_rejected_and_named() {
        for keyword in crate::keywords::BRANCHES {
            let text = json!({"type": "string"});
            for schemas in [
                json!({"A": {keyword: [to("A")]}}),
                json!({"A": {keyword: [to("A"), text]}}),
                json!({"A": {keyword: [text, {"oneOf": [{"allOf": [to("A")]}]}]}}),
                json!({"B": {"oneOf": [text, to("A")]}, "A": {keyword: [text, to("C")]}, "C": to("A")}),
            ] {
                let error = of(schemas.clone()).unwrap_err().to_string();
                assert!(error.contains("is one of its own parts"), "{schemas}: {error}");
            }
        }
    }

    #[test]
    fn a_schema_that_is_in_itself_may_be_finite() {
        let tree =
            json!({"oneOf": [{"type": "string"}, {"type": "array", "items": to("Tree")}, to("Node"), to("Leaf")]});
        let node = json!({"type": "object", "properties": {"left": to("Tree"), "right": {"allOf": [to("Tree")]}}});
        let both = json!({"oneOf": [to("Leaf"), to("Tree")]});
        of(json!({"Tree": tree, "Node": node, "Leaf": {"type": "integer"}, "Both": both})).unwrap();
        of(json!({})).unwrap();
    }
}
