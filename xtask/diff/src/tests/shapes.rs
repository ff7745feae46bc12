//! Changes of schemas that consist of other schemas, in requests and in responses.

use serde_json::{Value, json};

use super::row::{Row, verify};
use super::{integer, object, reference, text};

fn all_of(parts: &[Value]) -> Value {
    json!({"allOf": parts})
}

#[test]
fn annotations_beside_a_reference_are_documentation() {
    let part = || reference("@Part");
    let annotated = |keyword: &str, value: Value| json!({"allOf": [part()], keyword: value});
    verify(&[
        Row::of("annotations that are not about the type")
            .with("@/properties/part", annotated("readOnly", json!(true)))
            .reports(&["documentation @.part: it is read-only now"]),
        Row::of("an extension")
            .with("@/properties/part", annotated("x-a", json!(1)))
            .reports(&["documentation @.part: x-a changed"]),
        Row::of("a title")
            .with("@/properties/part", annotated("title", json!("T")))
            .reports(&["documentation @.part: title changed"]),
        Row::of("the type that it has anyway")
            .with("@/properties/part", annotated("type", json!("object")))
            .reports(&[]),
        Row::of("words as a part of their own")
            .with("@/properties/part", all_of(&[part(), json!({"description": "d"})]))
            .reports(&["documentation @.part: description changed"]),
        Row::of("parts within parts").with("@/properties/part", all_of(&[all_of(&[part()])])).reports(&[]),
        Row::of("the only alternative").with("@/properties/part", json!({"anyOf": [part()]})).reports(&[]),
        Row::of("the only alternative, with words")
            .with("@/properties/part", json!({"oneOf": [part()], "description": "d"}))
            .reports(&["documentation @.part: description changed"]),
        Row::of("the only alternative, without a name")
            .with(
                "@/properties/inner",
                json!({"anyOf": [{"type": "object", "title": "@Inner", "properties": {"x": text()}}]}),
            )
            .reports(&[]),
        Row::of("an optional property that may be null")
            .given("@/properties/part", annotated("type", json!("object")))
            .with("@/properties/part/nullable", true)
            .sent(&["breaking @.part: it may be null now"])
            .received(&["breaking @.part: it may be null now"]),
        Row::of("a required property that may be null")
            .given("@/required/-", "worded")
            .with("@/properties/worded/nullable", true)
            .sent(&["breaking @.worded: it may be null now"])
            .received(&["breaking! @.worded: it may be null now"]),
        Row::of("a property beside it").with("@/properties/worded/properties", json!({"c": text()})).reports(&[
            "breaking @.worded: the type name was @Part and is none",
            "additive @.worded.c: there is a new optional property",
        ]),
        Row::of("a requirement beside it")
            .with("@/properties/worded/required", json!(["b"]))
            .sent(&[
                "breaking @.worded: the type name was @Part and is none",
                "breaking! @.worded.b: it is required now",
            ])
            .received(&[
                "breaking @.worded: the type name was @Part and is none",
                "breaking @.worded.b: it is required now",
            ]),
        Row::of("an alternative of nothing else")
            .with("@/properties/part", json!({"oneOf": [part(), {"nullable": true}], "title": "@One"}))
            .sent(&["breaking @.part: it is a union now", "breaking @.part: the type name was @Part and is none"])
            .received(&["breaking! @.part: it is a union now", "breaking @.part: the type name was @Part and is none"]),
    ]);
}

#[test]
fn keywords_beside_a_reference_drop_the_type_name() {
    let given = |row: Row<'static>, named: Value| {
        row.given("@Named", named).given("@/properties/name", all_of(&[reference("@Named")]))
    };
    let list = || json!({"type": "array", "items": text()});
    verify(&[
        Row::of("other properties of a type").with("@/properties/worded/additionalProperties", text()).reports(&[
            "breaking @.worded: the type name was @Part and is none",
            "additive @.worded: it keeps other properties now",
        ]),
        given(Row::of("values"), text()).with("@/properties/name/enum", json!(["a"])).reports(&[
            "breaking @.name: its values are listed now",
            "breaking @.name: the type name was @Named and is none",
        ]),
        given(Row::of("a format"), text())
            .with("@/properties/name/format", "uuid")
            .sent(&[
                "breaking! @.name: the format was none and is uuid",
                "breaking @.name: the type name was @Named and is none",
            ])
            .received(&[
                "breaking @.name: the format was none and is uuid",
                "breaking @.name: the type name was @Named and is none",
            ]),
        given(Row::of("what a list holds"), list()).with("@/properties/name/items", integer()).reports(&[
            "breaking @.name: the type name was @Named and is none",
            "breaking! @.name[]: the type was string and is integer",
        ]),
        given(Row::of("what it may not be"), text())
            .with("@/properties/name/not", json!({"enum": ["x"]}))
            .sent(&["documentation! @.name: not was none and is {\"enum\":[\"x\"]}: fewer values are valid"])
            .received(&["documentation @.name: not was none and is {\"enum\":[\"x\"]}: fewer values are valid"]),
    ]);
}

#[test]
fn changes_of_aliases_are_classified() {
    let given =
        |row: Row<'static>| row.given("@Name", reference("@Part")).given("@/properties/name", reference("@Name"));
    verify(&[
        given(Row::of("another one"))
            .with("@Name", reference("@Cat"))
            .sent(&[
                "breaking @Name: the type name was @Part and is @Cat",
                "breaking @Name.a: the required property is gone",
                "breaking! @Name.claws: there is a new required property",
            ])
            .received(&[
                "breaking @Name: the type name was @Part and is @Cat",
                "breaking! @Name.a: the required property is gone",
                "additive @Name.claws: there is a new required property",
            ]),
        given(Row::of("it is the type itself"))
            .with("@Name", object("a"))
            .reports(&["breaking @Name: the type name was @Part and is none"]),
        given(Row::of("a property has it for a type"))
            .with("@/properties/part", reference("@Name"))
            .reports(&["breaking @.part: the type name was @Part and is @Name"]),
        given(Row::of("a property has one with words for a type"))
            .given("@Name", json!({"allOf": [reference("@Part")], "description": "d"}))
            .with("@/properties/part", reference("@Name"))
            .reports(&[
                "breaking @.part: the type name was @Part and is @Name",
                "documentation @.part: description changed",
            ]),
        given(Row::of("what is at the end"))
            .without("@Part/properties/b")
            .reports(&["breaking @Part.b: the optional property is gone"]),
        given(Row::of("one more name on the way"))
            .with("@Last", object("a"))
            .with("@Part", reference("@Last"))
            .reports(&["breaking @Part: the type name was none and is @Last", "additive @Last: there is a new schema"]),
    ]);
}

#[test]
fn changes_of_free_form_schemas_are_classified() {
    verify(&[
        Row::of("it may be null, too")
            .given("@/required/-", "any")
            .with("@/properties/any/nullable", true)
            .sent(&["documentation @.any: it may be null now"])
            .received(&["documentation @.any: it may be null now"]),
        Row::of("it is a union")
            .with("@/properties/any", json!({"oneOf": [reference("@Cat"), text()]}))
            .sent(&["breaking! @.any: it is a union now"])
            .received(&["breaking @.any: it is a union now"]),
        Row::of("it was a union")
            .with("@/properties/pet", json!({}))
            .sent(&["breaking @.pet: it is no longer a union"])
            .received(&["breaking! @.pet: it is no longer a union"]),
        Row::of("it has a name")
            .with("@/properties/any", reference("@Part"))
            .sent(&[
                "breaking @.any: the type name was none and is @Part",
                "breaking! @.any: the type was none and is object",
            ])
            .received(&[
                "breaking @.any: the type name was none and is @Part",
                "breaking @.any: the type was none and is object",
            ]),
    ]);
}

#[test]
fn changes_of_closed_models_are_classified() {
    let given = |row: Row<'static>| row.given("@Options/additionalProperties", false);
    verify(&[
        given(Row::of("one is new"))
            .with("@Options/properties/new", text())
            .reports(&["additive @Options.new: there is a new optional property"]),
        given(Row::of("they are taken"))
            .without("@Options/additionalProperties")
            .reports(&["documentation @Options: it no longer rejects other properties"]),
        Row::of("beside a name")
            .with("@/properties/worded/additionalProperties", false)
            .reports(&["documentation @.worded: it rejects other properties now"]),
        Row::of("what may be anything")
            .with("@/properties/any/additionalProperties", false)
            .reports(&["documentation @.any: it rejects other properties now"]),
    ]);
}

#[test]
fn annotations_in_a_later_part_are_compared() {
    let given = |row: Row<'static>| {
        let annotation = json!({"properties": {"a": {"description": "d"}}});
        row.given("@Whole", all_of(&[reference("@Part"), annotation])).given("@/properties/whole", reference("@Whole"))
    };
    let place = |keyword: &str| format!("@Whole/allOf/1/properties/a/{keyword}");
    let (description, nullable) = (place("description"), place("nullable"));
    verify(&[
        given(Row::of("other words")).with(&description, "e").reports(&["documentation @Whole.a: description changed"]),
        given(Row::of("it may be null"))
            .with(&nullable, true)
            .sent(&["breaking @Whole.a: it may be null now"])
            .received(&["breaking! @Whole.a: it may be null now"])
            .because("an import makes one property of both"),
    ]);
}

#[test]
fn changes_of_open_models_are_classified() {
    let given = |row: Row<'static>| row.given("@Options/additionalProperties", text());
    verify(&[
        given(Row::of("of another type"))
            .with("@Options/additionalProperties", integer())
            .reports(&["breaking! @Options{}: the type was string and is integer"]),
        given(Row::of("of any type"))
            .with("@Options/additionalProperties", json!({}))
            .sent(&["breaking @Options{}: the type was string and is none"])
            .received(&["breaking! @Options{}: the type was string and is none"]),
        given(Row::of("it is a map")).without("@Options/properties").reports(&[
            "breaking! @Options: it lists no properties now, so it is a map",
            "breaking @Options.o: the optional property is gone",
        ]),
        Row::of("a map requires a property")
            .with("@/properties/map/required", json!(["a"]))
            .sent(&[
                "breaking! @.map: it lists properties now, so it is no longer a map",
                "breaking! @.map.a: there is a new required property",
            ])
            .received(&[
                "breaking! @.map: it lists properties now, so it is no longer a map",
                "additive @.map.a: there is a new required property",
            ]),
    ]);
}

#[test]
fn new_alternative_without_a_trait_removes_it_from_the_union() {
    let numbers = || json!([integer(), {"type": "boolean"}]);
    verify(&[
        Row::of("a list")
            .given("@Union", json!({"oneOf": numbers()}))
            .given("@/properties/union", reference("@Union"))
            .with("@Union/oneOf/-", json!({"type": "array", "items": text()}))
            .reports(&[
                "breaking @Union: it no longer implements `Display`",
                "additive @Union|string[]: there is a new alternative",
            ]),
        Row::of("any text")
            .given("@Union", json!({"oneOf": numbers()}))
            .given("@/properties/union", reference("@Union"))
            .with("@Union/oneOf/-", text())
            .reports(&["additive @Union|string: there is a new alternative"]),
        Row::of("an enum whose name is later in the alphabet")
            .given("@Union", json!({"oneOf": numbers()}))
            .given("@Zone", json!({"type": "string", "enum": ["a", "b"]}))
            .given("@/properties/union", reference("@Union"))
            .given("@/properties/zone", reference("@Zone"))
            .with("@Union/oneOf/-", reference("@Zone"))
            .reports(&["additive @Union|@Zone: there is a new alternative"]),
    ]);
}

#[test]
fn additional_properties_of_alternatives_without_a_shape_are_breaking() {
    let union = json!({"oneOf": [object("a"), {"not": {"type": "string"}}]});
    verify(&[Row::of("a map")
        .given("@Union", union)
        .given("@/properties/union", reference("@Union"))
        .with("@Union/additionalProperties", text())
        .reports(&["breaking @Union: the set of properties shared by all alternatives changed"])]);
}

#[test]
fn named_type_that_becomes_a_union_of_itself_is_breaking() {
    let part = object("a");
    verify(&[Row::of("it has a required property")
        .given("@Part", part.clone())
        .with("@Part", json!({"oneOf": [part]}))
        .reports(&["breaking @Part: it is a union now"])
        .because("whether it is another type depends on the properties")]);
}

#[test]
fn merged_parts_and_shared_properties_are_breaking() {
    let of = |format: &str| json!({"type": "string", "format": format});
    let union = json!({"type": "object", "oneOf": [reference("@Cat"), reference("@Dog")]});
    verify(&[
        Row::of("an `allOf` of one scalar, to which another `allOf` refers")
            .given("@Scalar", text())
            .given("@/properties/name", all_of(&[reference("@Scalar")]))
            .with("@Scalar", all_of(&[text()]))
            .reports(&["breaking @Scalar: the list of parts changed"])
            .because("in unions, such a reference loses its name"),
        Row::of("a scalar of two parts").with("@/properties/name", all_of(&[of("uri"), of("int32")])).reports(&[
            "breaking @.name: the list of parts changed",
            "documentation @.name: the format was none and is int32",
        ]),
        Row::of("a list of two parts, of which one has a name")
            .given("@Lists", json!({"type": "array", "items": text()}))
            .with("@/properties/list", all_of(&[json!({"type": "array", "items": text()}), reference("@Lists")]))
            .reports(&["breaking @.list: the list of parts changed"]),
        Row::of("a property that all alternatives share")
            .given("@Pet", union)
            .given("@/properties/pet", reference("@Pet"))
            .with("@Pet/properties", json!({"name": text()}))
            .reports(&[
                "breaking @Pet: the set of properties shared by all alternatives changed",
                "additive @Pet.name: there is a new optional property",
            ]),
    ]);
}

#[test]
fn property_that_closes_a_cycle_breaks_the_fields_of_its_models() {
    let ring = json!({"type": "object", "properties": {"part": reference("@Part")}});
    verify(&[
        Row::of("a property closes a cycle, and another model has the type")
            .given("@Ring", ring)
            .given("@/properties/ring", reference("@Ring"))
            .with("@Part/properties/ring", reference("@Ring"))
            .reports(&[
                "breaking @Part: a cycle of schemas contains it, so fields of its type may be boxed",
                "breaking @Ring: a cycle of schemas contains it, so fields of its type may be boxed",
                "additive @Part.ring: there is a new optional property",
            ]),
        Row::of("a list closes no cycle")
            .with("@Part/properties/parts", json!({"type": "array", "items": reference("@Part")}))
            .reports(&["additive @Part.parts: there is a new optional property"]),
    ]);
}

#[test]
fn changes_of_unnamed_alternatives_are_classified() {
    let union = |alternatives: &[Value]| json!({"oneOf": alternatives, "title": "@Choice"});
    let cat = || reference("@Cat");
    let titled = |title: &str| json!({"type": "object", "title": title, "properties": {"x": text()}});
    let given = |row: Row<'static>, other: Value| row.given("@/properties/union", union(&[cat(), other]));
    verify(&[
        given(Row::of("the title that names the union"), reference("@Dog"))
            .with("@/properties/union/title", "Other")
            .reports(&["breaking @.union: the title that names the type was @Choice and is Other"]),
        given(Row::of("a union with a title may be null"), reference("@Dog"))
            .with("@/properties/union/nullable", true)
            .sent(&["breaking @.union: it may be null now"])
            .received(&["breaking @.union: it may be null now"]),
        Row::of("a union with a name may be null")
            .given("@Union", json!({"oneOf": [cat(), text()]}))
            .given("@/properties/union", reference("@Union"))
            .given("@/required/-", "union")
            .with("@Union/nullable", true)
            .sent(&["breaking @.union: it may be null now"])
            .received(&["breaking @.union: it may be null now"]),
        Row::of("a union with a name may be null no longer")
            .given("@Union", json!({"oneOf": [cat(), text()], "nullable": true}))
            .given("@/properties/union", reference("@Union"))
            .without("@Union/nullable")
            .sent(&["breaking @.union: it may no longer be null"])
            .received(&["breaking @.union: it may no longer be null"]),
        given(Row::of("the title of a union that may be null"), reference("@Dog"))
            .given("@/properties/union/nullable", true)
            .with("@/properties/union/title", "Other")
            .reports(&["breaking @.union: the title that names the type was @Choice and is Other"])
            .because("the generator ignores this title, but an import gives every union a name"),
        given(Row::of("a title that names a variant"), titled("One"))
            .with("@/properties/union", union(&[cat(), titled("Other")]))
            .sent(&[
                "breaking! @.union|One: the alternative is gone",
                "additive @.union|Other: there is a new alternative",
            ])
            .received(&[
                "breaking @.union|One: the alternative is gone",
                "additive @.union|Other: there is a new alternative",
            ]),
        given(Row::of("the type goes without saying"), titled("One"))
            .without("@/properties/union/oneOf/1")
            .with("@/properties/union/oneOf/-", json!({"title": "One", "properties": {"x": text()}}))
            .reports(&[]),
        given(Row::of("a property of one"), titled("One"))
            .with("@/properties/union/oneOf/1/properties/y", text())
            .reports(&["additive @.union|One.y: there is a new optional property"]),
        given(Row::of("what a list holds"), json!({"type": "array", "items": text()}))
            .without("@/properties/union/oneOf/1")
            .with("@/properties/union/oneOf/-", json!({"type": "array", "items": integer()}))
            .sent(&[
                "breaking! @.union|string[]: the alternative is gone",
                "additive @.union|integer[]: there is a new alternative",
            ])
            .received(&[
                "breaking @.union|string[]: the alternative is gone",
                "additive @.union|integer[]: there is a new alternative",
            ]),
        given(Row::of("the format of a scalar"), text())
            .with("@/properties/union/oneOf/1/format", "uuid")
            .sent(&[
                "breaking! @.union|string: the alternative is gone",
                "additive @.union|uuid: there is a new alternative",
            ])
            .received(&[
                "breaking @.union|string: the alternative is gone",
                "additive @.union|uuid: there is a new alternative",
            ]),
        given(Row::of("the title of a scalar"), text())
            .with("@/properties/union/oneOf/1/title", "Other")
            .reports(&["documentation @.union|string: title changed"]),
        given(Row::of("one of any shape"), text())
            .with("@/properties/union/oneOf/-", json!({"description": "d"}))
            .reports(&["additive @.union|any: there is a new alternative"]),
        Row::of("two of one type, reported apart by where they stand")
            .given("@/properties/union", union(&[titled("One"), titled("One")]))
            .without("@/properties/union/oneOf/1")
            .with("@/properties/union/oneOf/-", json!({"type": "object", "title": "One", "properties": {"y": text()}}))
            .reports(&[
                "breaking @.union|1.x: the optional property is gone",
                "additive @.union|1.y: there is a new optional property",
            ]),
    ]);
}
