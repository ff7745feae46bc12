//! An operation for each place of a request, with a value of every kind; and one with parameters beside other text.

use serde_json::{Map, Value, json};

/// The kinds of scalars, each with its schema.
fn scalars() -> Vec<(&'static str, Value)> {
    let of_format = |format: &str| json!({"type": "string", "format": format});
    vec![
        ("count", json!({"type": "integer"})),
        ("day", of_format("date")),
        ("flag", json!({"type": "boolean"})),
        ("id", of_format("uuid")),
        ("ip", of_format("ip")),
        ("large", json!({"type": "integer", "format": "uint64"})),
        ("level", json!({"type": "string", "enum": ["low", "a b"]})),
        ("ratio", json!({"type": "number"})),
        ("text", json!({"type": "string"})),
        ("time", of_format("date-time")),
        ("v4", of_format("ipv4")),
        ("v6", of_format("ipv6")),
    ]
}

/// Adds the operations.
pub(crate) fn extend(document: &mut Value) {
    let text = || json!({"type": "string"});
    let list = |items: Value| json!({"type": "array", "items": items});
    let map = |values: Value| json!({"type": "object", "additionalProperties": values});
    let object =
        json!({"type": "object", "required": ["fo"], "properties": {"fo": text(), "o&o": {"type": "integer"}}});
    let parameters = |place: &str, kinds: &[(&str, Value)]| -> Vec<Value> {
        let of = |(name, schema): &(&str, Value)| json!({"in": place, "name": name, "required": place == "path", "schema": schema});
        kinds.iter().map(of).collect()
    };
    let properties = |kinds: &[(&str, Value)]| -> Map<String, Value> {
        kinds.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect()
    };
    let lists = scalars().into_iter().map(|(kind, schema)| (format!("{kind}s"), list(schema))).collect::<Vec<_>>();
    let lists: Vec<_> = lists.iter().map(|(name, schema)| (name.as_str(), schema.clone())).collect();

    let names: String = scalars().iter().map(|(kind, _)| format!("/{{{kind}}}")).collect();
    let in_query = [&scalars()[..], &lists, &[("object", object.clone())]].concat();
    let beside_map = [("map", map(text())), ("text", text()), ("texts", list(text()))];
    let halves = [("first", text()), ("last", json!({"type": "integer"})), ("name", text())];
    for (path, id, parameters) in [
        (format!("/gadgets/kinds/path{names}"), "path", parameters("path", &scalars())),
        ("/gadgets/kinds/query".to_owned(), "query", parameters("query", &in_query)),
        ("/gadgets/kinds/map".to_owned(), "map", parameters("query", &beside_map)),
        ("/gadgets/kinds/header".to_owned(), "header", parameters("header", &scalars())),
        ("/gadgets/kinds/sp ace+ü/{first}-{last}/.{name}.json".to_owned(), "parts", parameters("path", &halves)),
    ] {
        document["paths"][path]["get"] = json!({
            "operationId": format!("acme-gadgets-kinds-{id}"), "parameters": parameters,
            "responses": {"204": {"description": "done"}},
        });
    }

    let nullable = json!({"type": "string", "format": "date-time", "nullable": true});
    let maps =
        [("map", map(list(json!({"type": "number"})))), ("null", nullable), ("object", object), ("any", json!({}))];
    let in_json = [&scalars()[..], &lists, &maps].concat();
    for (media_type, id, kinds) in
        [("application/x-www-form-urlencoded", "form", scalars()), ("application/json", "json", in_json)]
    {
        let schema = json!({"type": "object", "properties": properties(&kinds)});
        document["paths"][format!("/gadgets/kinds/{id}")]["post"] = json!({
            "operationId": format!("acme-gadgets-kinds-{id}"),
            "requestBody": {"required": true, "content": {media_type: {"schema": schema}}},
            "responses": {"204": {"description": "done"}},
        });
    }
}
