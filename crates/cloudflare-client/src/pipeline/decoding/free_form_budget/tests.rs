use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::response::json_memory;

/// Every kind of type that asks its deserializer in its own way.
#[derive(Debug, Deserialize, PartialEq)]
struct Model {
    flag: bool,
    small: i8,
    large: u64,
    float: f64,
    letter: char,
    text: String,
    absent: Option<String>,
    some: Option<Box<Model>>,
    unit: (),
    newtype: Newtype,
    list: Vec<u8>,
    tuple: (u8, String),
    map: BTreeMap<String, Variants>,
    untagged: Untagged,
    tagged: Tagged,
    value: Value,
    object: Map<String, Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype(u16);

#[derive(Debug, Deserialize, PartialEq)]
enum Variants {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { field: u8 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Object { a: u8, b: Vec<u8> },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type")]
enum Tagged {
    A { a: u8 },
}

/// Decodes with a budget, and returns what is left of it.
fn decode<T: DeserializeOwned>(body: &str, budget: usize) -> (Result<T, String>, usize) {
    let budget = Budget(Cell::new(budget));
    let mut json = serde_json::Deserializer::from_str(body);
    let result = T::deserialize(Budgeted::new(&mut json, &budget)).map_err(|error| error.to_string());
    (result, budget.0.get())
}

/// The memory that is charged for a body.
fn charged<T: DeserializeOwned>(body: &Value) -> usize {
    let (result, left) = decode::<T>(&body.to_string(), usize::MAX);
    assert!(result.is_ok());
    usize::MAX.saturating_sub(left)
}

#[test]
fn any_type_decodes_as_without_a_budget() {
    let mut model = json!({"flag": true, "small": -1, "large": u64::MAX, "float": 1.5, "letter": "x", "text": "a\n",
        "absent": null, "some": null, "unit": null, "newtype": 7, "list": [1, 2], "tuple": [1, "a"],
        "map": {"a": "Unit", "b": {"Newtype": 1}, "c": {"Tuple": [1, 2]}, "d": {"Struct": {"field": 1}}},
        "untagged": {"a": 1, "b": [2]}, "tagged": {"type": "A", "a": 1}, "value": {"a": [1, -1, 1.5, null, "\n"]},
        "object": {"b": {}}, "extra": [1], "more": "text"});
    model["some"] = model.clone();
    let body = model.to_string();
    let (decoded, _) = decode::<Model>(&body, usize::MAX);
    assert_eq!(decoded.unwrap(), serde_json::from_str::<Model>(&body).unwrap());

    // Errors are the same, too.
    for position in 0..body.len() {
        let broken = [&body[..position], "x", &body[position..]].concat();
        let (decoded, _) = decode::<Model>(&broken, usize::MAX);
        let expected = serde_json::from_str::<Model>(&broken).map_err(|error| error.to_string());
        assert_eq!(decoded, expected, "{broken}");
    }
}

#[test]
fn only_what_is_inside_of_free_form_values_is_charged() {
    assert_eq!(charged::<Vec<u8>>(&json!([1, 2, 3])), 0);
    assert_eq!(charged::<BTreeMap<String, String>>(&json!({"a": "b"})), 0);
    assert_eq!(charged::<Value>(&json!("text")), 0);
    assert_eq!(charged::<Option<Value>>(&json!(1)), 0);
    // Both the elements and the end of the list are charged.
    assert_eq!(charged::<Value>(&json!([1, 2])), 3 * json_memory::ELEMENT);
    assert_eq!(charged::<Vec<Value>>(&json!([[], 1])), json_memory::ELEMENT);
    let object = json_memory::entry(0) + json_memory::string("key") + json_memory::string("text");
    assert_eq!(charged::<Value>(&json!({"key": "text"})), object);
    assert_eq!(charged::<BTreeMap<String, Value>>(&json!({"a": {"key": "text"}, "b": 1})), object);
}

#[test]
fn ignored_fields_are_not_charged() {
    #[derive(Deserialize)]
    struct Empty {}
    assert_eq!(charged::<Empty>(&json!({"a": [1, {"b": "c"}]})), 0);
}

#[test]
fn buffer_of_an_untagged_enum_is_charged_while_it_is_filled_and_half_of_it_afterwards() {
    let object = json!({"a": 1, "b": [1, 2, 3]});
    let whole = charged::<Value>(&object);
    assert_eq!(charged::<Untagged>(&object), whole / 2);
    assert_eq!(charged::<Vec<Untagged>>(&json!(vec![object.clone(); 3])), 3 * (whole / 2));
    assert_eq!(charged::<Vec<Untagged>>(&json!(["text", "text"])), 0);
    let (result, _) = decode::<Untagged>(&object.to_string(), 1_000);
    assert!(result.is_ok());
    let (result, _) = decode::<Untagged>(&object.to_string(), 700);
    assert!(result.unwrap_err().starts_with(EXCEEDED));
}

#[test]
fn exceeded_budget_is_an_error_with_its_place() {
    let (result, _) = decode::<Value>("[0,0,0,0]", 4 * json_memory::ELEMENT);
    assert_eq!(result.unwrap_err(), format!("{EXCEEDED} at line 1 column 9"));
    for body in [r#"{"a":1}"#, r#"["text"]"#, r#"[[[]]]"#] {
        assert!(decode::<Value>(body, 70).0.unwrap_err().starts_with(EXCEEDED), "{body}");
    }
}

#[test]
fn large_body_has_a_budget_and_small_one_has_none() {
    let bomb = |count: usize| format!("[{}0]", r#"{"":0},"#.repeat(count));
    let error = from_slice::<Value>(bomb(100_000).as_bytes()).unwrap_err();
    assert!(error.to_string().starts_with(EXCEEDED), "{error}");
    assert!(from_slice::<Value>(bomb(20_000).as_bytes()).is_ok());
    assert!(from_slice::<Vec<BTreeMap<String, u8>>>(bomb(100_000).replace(",0]", "]").as_bytes()).is_ok());

    let typical =
        json!({"name": "Impossible travel", "description": "A user logs in from two places", "enabled": true});
    assert!(from_slice::<Value>(json!(vec![typical; 30_000]).to_string().as_bytes()).is_ok());

    let blank = " ".repeat(MIN_LENGTH);
    assert!(from_slice::<bool>(format!("true{blank}").as_bytes()).unwrap());
    assert!(from_slice::<bool>(format!("true{blank}x").as_bytes()).is_err());
}

#[test]
fn records_of_short_fields_are_accepted_however_many_there_are() {
    let record = r#"{"ip":"192.0.2.1","country":"DE","city":"Berlin","device":"a laptop of the user"}"#;
    let records = format!("[{}]", vec![record; 100_000].join(","));
    assert_eq!(from_slice::<Value>(records.as_bytes()).unwrap().as_array().unwrap().len(), 100_000);
}

/// A type that may keep everything that serde buffers for it.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrAny {
    Number(u8),
    Any(Value),
}

#[derive(Deserialize)]
struct Flattened {
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[test]
fn free_form_json_in_untagged_enums_and_flattened_fields_is_bounded() {
    let list = format!("[{}0]", r#"{"":0},"#.repeat(500_000));
    let is_exceeded = |error: Option<serde_json::Error>| error.unwrap().to_string().starts_with(EXCEEDED);
    assert!(is_exceeded(from_slice::<Vec<NumberOrAny>>(list.as_bytes()).err()));
    assert!(is_exceeded(from_slice::<Flattened>(format!(r#"{{"a":{list}}}"#).as_bytes()).err()));
    // A list of many flattened structs, each of which is small.
    let structs = format!("[{}{{}}]", r#"{"a":[{"":0}]},"#.repeat(100_000));
    assert!(is_exceeded(from_slice::<Vec<Flattened>>(structs.as_bytes()).err()));

    let few = from_slice::<Vec<NumberOrAny>>(format!("[{}1]", r#"{"":0},"#.repeat(20_000)).as_bytes()).unwrap();
    assert!(matches!(&few[..], [NumberOrAny::Any(Value::Object(_)), .., NumberOrAny::Number(1)]));
    let few =
        from_slice::<Vec<Flattened>>(format!("[{}{{}}]", r#"{"a":[{"":0}]},"#.repeat(20_000)).as_bytes()).unwrap();
    assert_eq!(few[0].extra["a"], json!([{"": 0}]));
}

#[test]
fn long_list_of_ordinary_untagged_values_is_accepted() {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Range {
        Single { ip: String },
        Range { start: String, end: String },
    }
    let pair = r#"{"start":"192.0.2.1","end":"192.0.2.9"},"#;
    let ranges =
        from_slice::<Vec<Range>>(format!("[{}{}]", pair.repeat(100_000), r#"{"ip":"::1"}"#).as_bytes()).unwrap();
    let starts = ranges.iter().filter(|range| matches!(range, Range::Range { start, end } if start < end));
    assert_eq!(starts.count(), 100_000);
    assert!(matches!(&ranges[100_000], Range::Single { ip } if ip == "::1"));

    let small = format!("[{}{{\"a\":1,\"b\":[]}}]", r#"{"a":1,"b":[2]},"#.repeat(80_000));
    assert_eq!(from_slice::<Vec<Untagged>>(small.as_bytes()).unwrap().len(), 80_001);
    let scalars = format!("[{}\"text\"]", r#""text","#.repeat(300_000));
    assert_eq!(from_slice::<Vec<Untagged>>(scalars.as_bytes()).unwrap().len(), 300_001);
}

#[test]
fn list_of_free_form_maps_has_a_budget() {
    type Map = serde_json::Map<String, Value>;
    let list = |object: &str, count: usize| format!("[{}]", vec![object; count].join(","));
    let result = from_slice::<Vec<Map>>(list(r#"{"":0}"#, 500_000).as_bytes());
    assert!(result.is_err_and(|error| error.to_string().contains(EXCEEDED)));
    let record = r#"{"name":"a record","description":"some text of this record"}"#;
    assert_eq!(from_slice::<Vec<Map>>(list(record, 100_000).as_bytes()).unwrap().len(), 100_000);
}
