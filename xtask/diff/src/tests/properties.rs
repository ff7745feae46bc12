//! Changes of properties and scalars, in requests and in responses.

use serde_json::json;

use super::super::shape::scalar;
use super::row::{Row, verify};
use super::surface::surface;
use super::{base, edited, reference, text};

#[test]
fn added_and_removed_properties_are_classified() {
    verify(&[
        Row::of("a required one is new")
            .with("@/properties/new", text())
            .with("@/required/-", "new")
            .sent(&["breaking! @.new: there is a new required property"])
            .received(&["additive @.new: there is a new required property"]),
        Row::of("an optional one is new")
            .with("@/properties/new", text())
            .reports(&["additive @.new: there is a new optional property"]),
        Row::of("the first required one is new")
            .with("@Options/properties/new", text())
            .with("@Options/required", json!(["new"]))
            .sent(&["breaking! @Options.new: there is a new required property"])
            .received(&["breaking @Options.new: there is a new required property"]),
        Row::of("a required one is gone")
            .without("@/properties/name")
            .with("@/required", json!(["level"]))
            .sent(&["breaking @.name: the required property is gone"])
            .received(&["breaking! @.name: the required property is gone"]),
        Row::of("an optional one is gone")
            .without("@/properties/note")
            .reports(&["breaking @.note: the optional property is gone"]),
        Row::of("one is required now")
            .with("@/required/-", "note")
            .sent(&["breaking! @.note: it is required now"])
            .received(&["breaking @.note: it is required now"]),
        Row::of("a list is required now")
            .with("@/required/-", "list")
            .sent(&["breaking! @.list: it is required now"])
            .received(&["breaking @.list: it is required now"]),
        Row::of("the first list is required")
            .given("@Options/properties/list", json!({"type": "array", "items": text()}))
            .with("@Options/required", json!(["list"]))
            .sent(&["breaking! @Options.list: it is required now"])
            .received(&["breaking @Options.list: it is required now"]),
        Row::of("a named type is required now")
            .with("@/required/-", "part")
            .sent(&["breaking! @.part: it is required now"])
            .received(&["breaking @.part: it is required now"]),
        Row::of("a map is required now")
            .with("@/required/-", "map")
            .sent(&["breaking! @.map: it is required now"])
            .received(&["breaking @.map: it is required now"]),
        Row::of("a named type that may be null is required now")
            .given("@Note", json!({"type": "string", "nullable": true}))
            .given("@/properties/note", reference("@Note"))
            .with("@/required/-", "note")
            .sent(&["breaking! @.note: it is required now"])
            .received(&["breaking @.note: it is required now"]),
        Row::of("a named type with the type that it has anyway is required now")
            .given("@/properties/worded/type", "object")
            .with("@/required/-", "worded")
            .sent(&["breaking! @.worded: it is required now"])
            .received(&["breaking @.worded: it is required now"]),
        Row::of("a map is optional now")
            .given("@/required/-", "map")
            .with("@/required", json!(["name", "level"]))
            .sent(&["breaking @.map: it is optional now"])
            .received(&["breaking! @.map: it is optional now"]),
        Row::of("one is optional now")
            .with("@/required", json!(["level"]))
            .sent(&["breaking @.name: it is optional now"])
            .received(&["breaking! @.name: it is optional now"]),
        Row::of("one that is not described is required")
            .with("@/required/-", "other")
            .sent(&["breaking! @.other: there is a new required property"])
            .received(&["additive @.other: there is a new required property"]),
        Row::of("the order of what is required").with("@/required", json!(["level", "name"])).reports(&[]),
    ]);
}

#[test]
fn changes_of_type_and_format_are_classified() {
    verify(&[
        Row::of("the type")
            .with("@/properties/name/type", "integer")
            .reports(&["breaking! @.name: the type was string and is integer"]),
        Row::of("a format")
            .with("@/properties/name/format", "uuid")
            .sent(&["breaking! @.name: the format was none and is uuid"])
            .received(&["breaking @.name: the format was none and is uuid"]),
        Row::of("the format of a large integer")
            .with("@/properties/count/format", "uint64")
            .reports(&["breaking! @.count: the format was none and is uint64"]),
        Row::of("a format that the generator does not know")
            .with("@/properties/name/format", "uri")
            .reports(&["documentation @.name: the format was none and is uri"]),
        Row::of("the format of an integer")
            .with("@/properties/count/format", "int32")
            .reports(&["documentation @.count: the format was none and is int32"]),
        Row::of("the same format by an annotation")
            .with("@/properties/count/format", "int64")
            .reports(&["documentation @.count: the format was none and is int64"]),
        Row::of("the format of a number")
            .with("@/properties/weight/format", "float")
            .reports(&["documentation @.weight: the format was none and is float"]),
        Row::of("the type of what was not known")
            .with("@/properties/any/type", "string")
            .sent(&["breaking! @.any: the type was none and is string"])
            .received(&["breaking @.any: the type was none and is string"]),
        Row::of("the type is not known any more")
            .without("@/properties/name/type")
            .sent(&["breaking @.name: the type was string and is none"])
            .received(&["breaking! @.name: the type was string and is none"]),
        Row::of("the annotations of what is not known")
            .with("@/properties/any/description", "d")
            .reports(&["documentation @.any: description changed"]),
        Row::of("what it may not be")
            .with("@/properties/name/not", json!({"enum": ["x"]}))
            .sent(&["documentation! @.name: not was none and is {\"enum\":[\"x\"]}: fewer values are valid"])
            .received(&["documentation @.name: not was none and is {\"enum\":[\"x\"]}: fewer values are valid"]),
        Row::of("the only properties of a type exclude each other")
            .with("@Part/not", json!({"required": ["a", "b"]}))
            .sent(&["documentation! @Part: not was none and is {\"required\":[\"a\",\"b\"]}: fewer values are valid"])
            .received(&[
                "documentation @Part: not was none and is {\"required\":[\"a\",\"b\"]}: fewer values are valid",
            ]),
    ]);
}

#[test]
fn changes_of_nullability_are_classified() {
    verify(&[
        Row::of("a required property")
            .with("@/properties/name/nullable", true)
            .sent(&["breaking @.name: it may be null now"])
            .received(&["breaking! @.name: it may be null now"]),
        Row::of("an optional property")
            .with("@/properties/note/nullable", true)
            .sent(&["breaking @.note: it may be null now"])
            .received(&["breaking @.note: it may be null now"]),
        Row::of("an optional property, no longer")
            .given("@/properties/note/nullable", true)
            .without("@/properties/note/nullable")
            .sent(&["breaking @.note: it may no longer be null"])
            .received(&["breaking @.note: it may no longer be null"]),
        Row::of("a property of any shape")
            .with("@/properties/any/nullable", true)
            .sent(&["documentation @.any: it may be null now"])
            .received(&["documentation @.any: it may be null now"]),
        Row::of("an optional property that may be null is required now")
            .given("@/properties/note/nullable", true)
            .with("@/required/-", "note")
            .sent(&["breaking! @.note: it is required now"])
            .received(&["breaking @.note: it is required now"]),
        Row::of("a required property, no longer")
            .given("@/properties/name/nullable", true)
            .without("@/properties/name/nullable")
            .sent(&["breaking @.name: it may no longer be null"])
            .received(&["breaking @.name: it may no longer be null"]),
        Row::of("a property that is optional now")
            .with("@/required", json!(["level"]))
            .with("@/properties/name/nullable", true)
            .sent(&["breaking @.name: it is optional now", "breaking @.name: it may be null now"])
            .received(&["breaking! @.name: it is optional now", "breaking @.name: it may be null now"]),
        Row::of("a property that is required now")
            .with("@/required/-", "note")
            .with("@/properties/note/nullable", true)
            .sent(&["breaking! @.note: it is required now", "breaking @.note: it may be null now"])
            .received(&["breaking @.note: it is required now", "breaking @.note: it may be null now"])
            .because("both are an `Option`, and null means what absence meant; a rare change is reported part by part"),
        Row::of("a list")
            .with("@/properties/list/nullable", true)
            .sent(&["breaking @.list: it may be null now"])
            .received(&["breaking @.list: it may be null now"]),
        Row::of("a model with a title")
            .with("@/properties/inner/nullable", true)
            .sent(&["breaking @.inner: it may be null now"])
            .received(&["breaking @.inner: it may be null now"]),
        Row::of("alternatives that are objects")
            .given("@/properties/pet", json!({"type": "object", "oneOf": [reference("@Cat"), reference("@Dog")]}))
            .with("@/properties/pet/nullable", true)
            .sent(&["breaking @.pet: it may be null now"])
            .received(&["breaking @.pet: it may be null now"]),
        Row::of("what a list holds")
            .with("@/properties/list/items/nullable", true)
            .sent(&["breaking @.list[]: it may be null now"])
            .received(&["breaking! @.list[]: it may be null now"]),
        Row::of("a map")
            .with("@/properties/map/nullable", true)
            .sent(&["breaking @.map: it may be null now"])
            .received(&["breaking @.map: it may be null now"]),
        Row::of("a named type")
            .with("@Part/nullable", true)
            .sent(&["breaking @.part: it may be null now", "breaking @.worded: it may be null now"])
            .received(&["breaking @.part: it may be null now", "breaking @.worded: it may be null now"]),
        Row::of("an optional property of a named type")
            .with("@/properties/worded/nullable", true)
            .sent(&["breaking @.worded: it may be null now"])
            .received(&["breaking @.worded: it may be null now"]),
    ]);
}

#[test]
fn constraints_and_annotations_are_classified() {
    verify(&[
        Row::of("a constraint")
            .with("@/properties/name/maxLength", 9)
            .sent(&["documentation! @.name: maxLength was none and is 9: fewer values are valid"])
            .received(&["documentation @.name: maxLength was none and is 9: fewer values are valid"]),
        Row::of("a default").with("@/properties/name/default", "x").reports(&["documentation @.name: default changed"]),
        Row::of("a description").with("@/description", "d").reports(&["documentation @: description changed"]),
        Row::of("a description beside a reference")
            .with("@/properties/worded/description", "e")
            .reports(&["documentation @.worded: description changed"]),
        Row::of("an example")
            .with("@/properties/name/example", "x")
            .reports(&["documentation @.name: example changed"]),
        Row::of("only responses have it")
            .with("@/properties/name/readOnly", true)
            .sent(&["breaking @.name: it is optional now", "documentation @.name: it is read-only now"])
            .received(&["documentation @.name: it is read-only now"]),
        Row::of("only requests have it")
            .with("@/properties/name/writeOnly", true)
            .sent(&["documentation @.name: it is write-only now"])
            .received(&["breaking! @.name: it is optional now", "documentation @.name: it is write-only now"]),
        Row::of("a discriminator")
            .given("@Pet", json!({"oneOf": [reference("@Cat"), reference("@Dog")]}))
            .given("@/properties/pet", reference("@Pet"))
            .with("@Pet/discriminator", json!({"propertyName": "kind"}))
            .reports(&[
                "additive @Cat.kind: there is a new optional property",
                "additive @Dog.kind: there is a new optional property",
                "documentation @Pet: the discriminator property was none and is kind",
            ]),
        Row::of("an extension").with("@/properties/name/x-a", 1).reports(&["documentation @.name: x-a changed"]),
        Row::of("it says that it is not deprecated").with("@/properties/name/deprecated", false).reports(&[]),
        Row::of("a property is deprecated")
            .with("@/properties/name/deprecated", true)
            .reports(&["additive @.name: it is deprecated"])
            .because("users see a warning"),
        Row::of("a property of a named type is deprecated")
            .with("@/properties/worded/deprecated", true)
            .reports(&["additive @.worded: it is deprecated"])
            .because("users see a warning"),
        Row::of("a type is deprecated")
            .with("@Part/deprecated", true)
            .reports(&["additive @Part: it is deprecated"])
            .because("users see a warning"),
    ]);
}

#[test]
fn change_of_a_format_breaks_only_if_the_generator_has_a_type_for_it() {
    let formats = [
        "",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float",
        "double",
        "date",
        "date-time",
        "time",
        "ip",
        "ipv4",
        "ipv6",
        "uuid",
        "uri",
        "email",
        "byte",
        "binary",
    ];
    let fields: Vec<_> = ["integer", "number", "string"]
        .iter()
        .flat_map(|of| formats.iter().map(move |format| (*of, *format, format!("{of}_{}", format.replace('-', "_")))))
        .collect();
    let properties: serde_json::Map<_, _> =
        fields.iter().map(|(of, format, name)| (name.clone(), json!({"type": of, "format": format}))).collect();
    let names: Vec<_> = properties.keys().collect();
    let formats = json!({"type": "object", "required": names, "properties": properties});
    let surface = surface(&edited(base(), &[("Formats", Some(formats.clone()))], ""));
    let made = |name: &str| {
        let field = format!("types::Formats.{}: ", name.trim_end_matches('_'));
        surface.lines().find_map(|line| line.strip_prefix(&field)).unwrap_or_else(|| panic!("no {field}"))
    };
    for (of, format, name) in &fields {
        for (other, other_format, other_name) in &fields {
            let is_same = scalar(Some(of), Some(format)) == scalar(Some(other), Some(other_format));
            assert_eq!(is_same, made(name) == made(other_name), "{of} {format} and {other} {other_format}");
        }
    }
}
