//! Changes of types and their parts, in requests and in responses.

use serde_json::json;

use super::row::{Row, verify};
use super::{integer, object, reference, text};

#[test]
fn changes_of_enums_are_classified() {
    verify(&[
        Row::of("a value is new")
            .with("@/properties/level/enum/-", "new")
            .reports(&["additive @.level: there is a new value \"new\""]),
        Row::of("a value is gone")
            .without("@/properties/level/enum/0")
            .sent(&["breaking! @.level: the value \"low\" is gone"])
            .received(&["breaking @.level: the value \"low\" is gone"]),
        Row::of("their order").with("@/properties/level/enum", json!(["high", "low"])).reports(&[]),
        Row::of("they are listed")
            .with("@/properties/name/enum", json!(["a"]))
            .reports(&["breaking @.name: its values are listed now"]),
        Row::of("they are no longer listed")
            .without("@/properties/level/enum")
            .reports(&["breaking @.level: its values are no longer listed"]),
        Row::of("they are numbers")
            .with("@/properties/any/enum", json!([1]))
            .reports(&["breaking @.any: the set of values changed"]),
    ]);
}

#[test]
fn changes_of_items_and_map_values_are_classified() {
    verify(&[
        Row::of("a list holds something else")
            .with("@/properties/list/items", integer())
            .reports(&["breaking! @.list[]: the type was string and is integer"]),
        Row::of("a list holds anything")
            .with("@/properties/list/items", json!({}))
            .sent(&["breaking @.list[]: the type was string and is none"])
            .received(&["breaking! @.list[]: the type was string and is none"]),
        Row::of("a map holds something else")
            .with("@/properties/map/additionalProperties", integer())
            .reports(&["breaking! @.map{}: the type was string and is integer"]),
        Row::of("a map holds anything")
            .with("@/properties/map/additionalProperties", true)
            .sent(&["breaking @.map{}: the type was string and is none"])
            .received(&["breaking! @.map{}: the type was string and is none"]),
        Row::of("what a map holds is reported by an annotation")
            .with("@/properties/map/additionalProperties/description", "d")
            .reports(&["documentation @.map{}: description changed"]),
        Row::of("a map of anything holds one type")
            .given("@/properties/map/additionalProperties", json!({}))
            .with("@/properties/map/additionalProperties", integer())
            .sent(&["breaking! @.map{}: the type was none and is integer"])
            .received(&["breaking @.map{}: the type was none and is integer"]),
        Row::of("a map gets a property")
            .with("@/properties/map", json!({"type": "object", "properties": {"a": text()}}))
            .reports(&[
                "breaking! @.map: it lists properties now, so it is no longer a map",
                "additive @.map.a: there is a new optional property",
            ]),
        Row::of("an object loses its properties").without("@Options/properties").reports(&[
            "breaking! @Options: it lists no properties now, so it is a map",
            "breaking @Options.o: the optional property is gone",
        ]),
        Row::of("an object says of what type other properties are")
            .with("@Options/additionalProperties", text())
            .reports(&["additive @Options: it keeps other properties now"]),
        Row::of("a model that has required ones says it")
            .with("@Part/additionalProperties", text())
            .reports(&["additive @Part: it keeps other properties now"]),
        Row::of("an object allows any other property")
            .with("@Options/additionalProperties", true)
            .reports(&["additive @Options: it keeps other properties now"]),
        Row::of("a listed property takes the field of the others")
            .given("@Options/additionalProperties", text())
            .with("@Options/properties/Extra", text())
            .reports(&[
                "breaking @Options{}: the field of other properties was extra and is extra_",
                "additive @Options.Extra: there is a new optional property",
            ]),
        Row::of("an object rejects other properties")
            .with("@Options/additionalProperties", false)
            .reports(&["documentation @Options: it rejects other properties now"]),
        Row::of("a union constrains the other properties of its branches")
            .with("@/properties/pet/additionalProperties", true)
            .reports(&["documentation @.pet: additionalProperties changed"]),
        Row::of("a union of objects constrains the other properties of its branches")
            .given("@/properties/pet/type", "object")
            .with("@/properties/pet/additionalProperties", text())
            .reports(&["documentation @.pet: additionalProperties changed"]),
        Row::of("a union constrains the items of its branches")
            .with("@/properties/pet/items", text())
            .reports(&["documentation @.pet: items changed"]),
        Row::of("a map rejects all properties")
            .with("@/properties/map/additionalProperties", false)
            .sent(&[
                "breaking @.map{}: the type was string and is none",
                "documentation @.map: it rejects other properties now",
            ])
            .received(&[
                "breaking! @.map{}: the type was string and is none",
                "documentation @.map: it rejects other properties now",
            ]),
    ]);
}

#[test]
fn changes_of_type_names_are_classified() {
    verify(&[
        Row::of("a schema is called otherwise")
            .with("@Other", object("a"))
            .without("@Part")
            .with("@/properties/part", reference("@Other"))
            .with("@/properties/worded/allOf", json!([reference("@Other")]))
            .reports(&["breaking @Other: the name was @Part and is @Other"]),
        Row::of("a property has another type")
            .with("@/properties/part", reference("@Cat"))
            .sent(&[
                "breaking @.part: the type name was @Part and is @Cat",
                "breaking @.part.a: the required property is gone",
                "breaking! @.part.claws: there is a new required property",
            ])
            .received(&[
                "breaking @.part: the type name was @Part and is @Cat",
                "breaking! @.part.a: the required property is gone",
                "additive @.part.claws: there is a new required property",
            ]),
        Row::of("a property has a new type, and the old one stays")
            .with("@New", object("a"))
            .with("@/properties/part", reference("@New"))
            .reports(&["breaking @.part: the type name was @Part and is @New", "additive @New: there is a new schema"]),
        Row::of("two schemas are one now")
            .given("@Same", object("a"))
            .given("@/properties/same", reference("@Same"))
            .without("@Same")
            .with("@/properties/same", reference("@Part"))
            .reports(&["breaking @.same: the type name was @Same and is @Part", "breaking @Same: the schema is gone"]),
        Row::of("a property with annotations has another type")
            .with("@/properties/worded/allOf", json!([reference("@Dog")]))
            .sent(&[
                "breaking @.worded: the type name was @Part and is @Dog",
                "breaking @.worded.a: the required property is gone",
                "breaking! @.worded.barks: there is a new required property",
            ])
            .received(&[
                "breaking @.worded: the type name was @Part and is @Dog",
                "breaking! @.worded.a: the required property is gone",
                "additive @.worded.barks: there is a new required property",
            ]),
        Row::of("annotations are put beside a type")
            .with("@/properties/part", json!({"allOf": [reference("@Part")], "description": "d"}))
            .reports(&["documentation @.part: description changed"]),
        Row::of("a type that goes without saying")
            .without("@Options/type")
            .without("@/properties/list/type")
            .without("@/properties/map/type")
            .without("@/properties/level/type")
            .reports(&[]),
        Row::of("a type gets a name").with("@/properties/inner", reference("@Options")).reports(&[
            "breaking @.inner: the type name was none and is @Options",
            "breaking @.inner.x: the optional property is gone",
            "additive @.inner.o: there is a new optional property",
            "documentation @.inner: title changed",
        ]),
        Row::of("a type loses its name").with("@/properties/worded", object("a")).reports(&[
            "breaking @.worded: the type name was @Part and is none",
            "documentation @.worded: description changed",
        ]),
        Row::of("the title that names a type")
            .with("@/properties/inner/title", "Other")
            .reports(&["breaking @.inner: the title that names the type was @Inner and is Other"]),
        Row::of("the title of a named type")
            .with("@Part/title", "Other")
            .reports(&["documentation @Part: title changed"]),
        Row::of("the title of a scalar")
            .with("@/properties/name/title", "Other")
            .reports(&["documentation @.name: title changed"]),
        Row::of("a schema is new").with("New", object("a")).reports(&["additive New: there is a new schema"]),
        Row::of("a schema is gone")
            .without("@Options")
            .without("@/properties/options")
            .reports(&["breaking @.options: the optional property is gone", "breaking @Options: the schema is gone"]),
        Row::of("a property of a type within a type")
            .without("@Part/properties/b")
            .reports(&["breaking @Part.b: the optional property is gone"]),
    ]);
}

#[test]
fn changes_of_alternatives_are_classified() {
    verify(&[
        Row::of("one is new")
            .with("@/properties/pet/oneOf/-", reference("@Part"))
            .reports(&["additive @.pet|@Part: there is a new alternative"]),
        Row::of("a scalar is new")
            .with("@/properties/pet/oneOf/-", json!({"type": "boolean"}))
            .reports(&["additive @.pet|boolean: there is a new alternative"]),
        Row::of("one is gone")
            .without("@/properties/pet/oneOf/0")
            .sent(&["breaking! @.pet|@Cat: the alternative is gone"])
            .received(&["breaking @.pet|@Cat: the alternative is gone"]),
        Row::of("one is replaced")
            .with("@/properties/pet", json!({"oneOf": [reference("@Part"), reference("@Dog"), integer()]}))
            .sent(&[
                "breaking! @.pet|@Cat: the alternative is gone",
                "additive @.pet|@Part: there is a new alternative",
            ])
            .received(&[
                "breaking @.pet|@Cat: the alternative is gone",
                "additive @.pet|@Part: there is a new alternative",
            ]),
        Row::of("a scalar is replaced")
            .with("@/properties/pet", json!({"oneOf": [reference("@Cat"), reference("@Dog"), text()]}))
            .sent(&[
                "breaking! @.pet|integer: the alternative is gone",
                "additive @.pet|string: there is a new alternative",
            ])
            .received(&[
                "breaking @.pet|integer: the alternative is gone",
                "additive @.pet|string: there is a new alternative",
            ]),
        Row::of("one is called otherwise")
            .with("@Lion", object("claws"))
            .without("@Cat")
            .with("@/properties/pet", json!({"oneOf": [reference("@Lion"), reference("@Dog"), integer()]}))
            .reports(&["breaking @Lion: the name was @Cat and is @Lion"]),
        Row::of("their order")
            .with("@/properties/pet", json!({"oneOf": [reference("@Dog"), integer(), reference("@Cat")]}))
            .reports(&["documentation @.pet: the order of the alternatives (the first that fits is read) changed"]),
        Row::of("their keyword")
            .with("@/properties/pet", json!({"anyOf": [reference("@Cat"), reference("@Dog"), integer()]}))
            .reports(&["breaking @.pet: the keyword of the alternatives was oneOf and is anyOf"])
            .because("the generator makes one struct of those that do not exclude each other"),
        Row::of("there are two lists of them")
            .given("@/properties/pet/anyOf", json!([text()]))
            .with("@/properties/pet/anyOf/-", integer())
            .reports(&["documentation @.pet: anyOf changed"])
            .not_generated(),
        Row::of("one is left")
            .with("@/properties/pet", json!({"oneOf": [reference("@Cat")]}))
            .sent(&["breaking! @.pet: it is no longer a union", "breaking @.pet: the type name was none and is @Cat"])
            .received(&[
                "breaking @.pet: it is no longer a union",
                "breaking @.pet: the type name was none and is @Cat",
            ]),
        Row::of("none is left")
            .with("@/properties/pet", integer())
            .sent(&["breaking! @.pet: it is no longer a union"])
            .received(&["breaking @.pet: it is no longer a union"]),
        Row::of("two are called the same")
            .with("@/properties/pet", json!({"oneOf": [integer(), integer(), reference("@Cat"), reference("@Dog")]}))
            .reports(&["breaking! @.pet: the number of alternatives was 3 and is 4"]),
        Row::of("a property of one")
            .without("@Cat/properties/b")
            .reports(&["breaking @Cat.b: the optional property is gone"]),
    ]);
}

#[test]
fn named_type_that_becomes_an_alternative_still_fits_requests() {
    let union = || json!({"oneOf": [reference("@Dog"), reference("@Part")]});
    let held = |what| Row::of(what).given("@/properties/held", reference("@Part"));
    verify(&[
        held("in place")
            .with("@/properties/held", union())
            .sent(&["breaking @.held: it is a union now", "breaking @.held: the type name was @Part and is none"])
            .received(&["breaking! @.held: it is a union now", "breaking @.held: the type name was @Part and is none"]),
        held("in a union with a name")
            .given("@Either", union())
            .with("@/properties/held", reference("@Either"))
            .sent(&["breaking @.held: it is a union now", "breaking @.held: the type name was @Part and is @Either"])
            .received(&[
                "breaking! @.held: it is a union now",
                "breaking @.held: the type name was @Part and is @Either",
            ]),
        held("with another requirement")
            .with("@/properties/held", union())
            .with("@Part/required", json!(["a", "b"]))
            .sent(&[
                "breaking @.held: it is a union now",
                "breaking @.held: the type name was @Part and is none",
                "breaking! @Part.b: it is required now",
            ])
            .received(&[
                "breaking! @.held: it is a union now",
                "breaking @.held: the type name was @Part and is none",
                "breaking @Part.b: it is required now",
            ]),
        held("it is none of the alternatives")
            .with("@/properties/held", json!({"oneOf": [reference("@Cat"), reference("@Dog")]}))
            .reports(&["breaking! @.held: it is a union now", "breaking @.held: the type name was @Part and is none"]),
    ]);
}
