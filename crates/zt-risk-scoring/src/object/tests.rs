use serde_json::json;

use crate::RiskLevel;

use super::*;

#[derive(Debug)]
struct Thing {
    label: Option<Box<str>>,
    count: Option<i64>,
    level: Option<RiskLevel>,
    details: Option<Value>,
    parts: Vec<bool>,
    is_on: bool,
    mistyped: Mistyped,
}

impl_object!(Thing { label, count, level, details, parts, is_on });

fn read(json: Value) -> Thing {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn thing(property: &str, value: Value) -> Value {
    let mut thing =
        json!({"label": "x", "count": -1, "level": "low", "details": {"a": []}, "parts": [true], "is_on": true});
    thing[property] = value;
    thing
}

#[test]
fn value_of_any_json_type_is_written_as_it_was_read() {
    let values = [json!(null), json!("x"), json!(""), json!(1), json!(-1), json!(u64::MAX), json!(1.5), json!(3.0)];
    let values = values.into_iter().chain([json!(true), json!([1, {"a": null}]), json!({"a": [1.5, "x"]})]);
    for value in values {
        for property in ["label", "count", "level", "details"] {
            let json = thing(property, value.clone());
            let thing = read(json.clone());
            assert_eq!(serde_json::to_value(&thing).unwrap(), json);
            let from_value: Thing = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&from_value).unwrap(), json);
            let is_documented = match property {
                "count" => value.is_i64(),
                "details" => true,
                _ => value.is_string(),
            };
            let expected = (!is_documented && !value.is_null()).then_some((property, &value));
            assert_eq!(thing.mistyped.iter().next(), expected, "{property} {value}");
        }
    }
}

#[test]
fn level_of_another_json_type_is_unknown() {
    let mut odd = read(thing("level", json!(3)));
    assert_eq!(odd.level, Some(RiskLevel::from("3")));
    odd.level = Some(RiskLevel::High);
    assert_eq!(serde_json::to_value(&odd).unwrap()["level"], "high");
}

#[test]
fn absent_properties_are_null_and_absent_details_stay_absent() {
    let thing = read(json!({"is_on": false, "parts": null, "more": [{}]}));
    assert!(thing.label.is_none() && thing.count.is_none() && thing.level.is_none() && thing.details.is_none());
    let expected = json!({"label": null, "count": null, "level": null, "parts": [], "is_on": false});
    assert_eq!(serde_json::to_value(&thing).unwrap(), expected);
}

#[test]
fn object_that_cannot_be_read_is_rejected_without_its_values() {
    for (json, problem) in [
        (r#"{"parts":[]}"#, "missing field `is_on`"),
        (r#"{"is_on":true}"#, "missing field `parts`"),
        (r#"{"is_on":true,"parts":[],"is_on":true}"#, "duplicate field `is_on`"),
        (r#"{"label":null,"label":null}"#, "duplicate field `label`"),
        (r#"{"parts":{}}"#, "invalid type: map, expected a list"),
        (r#"{"is_on":"x"}"#, "invalid type: string \"x\", expected a boolean"),
        (r#"["x",1]"#, "invalid type: sequence, expected struct Thing"),
    ] {
        let error = serde_json::from_str::<Thing>(json).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
}

#[test]
fn debug_output_names_mistyped_properties_without_their_values() {
    let debug = format!("{:?}", read(thing("count", json!("secret"))).mistyped);
    assert_eq!(debug, r#"["count"]"#);
}

#[test]
fn list_has_little_unused_room() {
    let parts: Vec<bool> = read(thing("parts", vec![true; 10_000].into())).parts;
    assert!(parts.len() == 10_000 && parts.capacity() < 11_300, "{}", parts.capacity());
}
