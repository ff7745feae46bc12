//! Changes of the tags of a union.

use serde_json::{Value, json};

use super::reference;
use super::row::{Row, verify};

fn pet(mapping: Value) -> Value {
    let discriminator = json!({"propertyName": "b", "mapping": mapping});
    json!({"oneOf": [reference("@Cat"), reference("@Dog")], "discriminator": discriminator})
}

/// A union whose mapping changes.
fn mapping(what: &str, old: Value, new: Value) -> Row<'_> {
    Row::of(what)
        .given("@Pet", pet(old))
        .given("@/properties/pet", reference("@Pet"))
        .with("@Pet/discriminator/mapping", new)
}

#[test]
fn mapping_is_documentation_unless_a_tag_in_use_has_another_branch_or_none() {
    let both = || json!({"cat": "@Cat", "dog": "@Dog"});
    let implicit = || json!({"dog": "@Dog"});
    verify(&[
        mapping("a tag is added for a branch", both(), json!({"cat": "@Cat", "dog": "@Dog", "hound": "@Dog"}))
            .reports(&["documentation @Pet: there is a new discriminator mapping \"hound\""]),
        mapping(
            "one of two tags of a branch is removed",
            json!({"cat": "@Cat", "dog": "@Dog", "hound": "@Dog"}),
            both(),
        )
        .sent(&["breaking! @Pet: the discriminator mapping \"hound\" is gone"])
        .received(&["documentation @Pet: the discriminator mapping \"hound\" is gone"]),
        mapping("the tags are swapped", both(), json!({"cat": "@Dog", "dog": "@Cat"})).reports(&[
            "breaking! @Pet: the discriminator mapping \"cat\" changed",
            "breaking! @Pet: the discriminator mapping \"dog\" changed",
        ]),
        mapping("a tag is renamed", both(), json!({"cat": "@Cat", "hound": "@Dog"})).reports(&[
            "breaking! @Pet: the discriminator mapping \"dog\" is gone",
            "documentation @Pet: there is a new discriminator mapping \"hound\"",
        ]),
        mapping("the implicit tag is written out", implicit(), json!({"dog": "@Dog", "@Cat": "@Cat"}))
            .reports(&["documentation @Pet: discriminator changed"]),
        mapping("the implicit tag is no longer written out", json!({"dog": "@Dog", "@Cat": "@Cat"}), implicit())
            .reports(&["documentation @Pet: discriminator changed"]),
        mapping("a tag is added, and replaces the implicit one", implicit(), both()).reports(&[
            "breaking! @Pet: the discriminator mapping \"@Cat\" is gone",
            "documentation @Pet: there is a new discriminator mapping \"cat\"",
        ]),
        mapping(
            "a schema is named by its reference",
            both(),
            json!({"cat": "#/components/schemas/@Cat", "dog": "@Dog"}),
        )
        .reports(&["documentation @Pet: discriminator changed"]),
        mapping("a tag of a schema that is no branch", both(), json!({"cat": "@Cat", "dog": "@Dog", "x": "@Part"}))
            .reports(&["documentation @Pet: discriminator changed"]),
    ]);
}

#[test]
fn tag_of_a_renamed_branch_is_unchanged() {
    verify(&[mapping(
        "a renamed branch",
        json!({"cat": "@Cat", "dog": "@Dog"}),
        json!({"cat": "@Kitty", "dog": "@Dog"}),
    )
    .without("@Cat")
    .with("@Kitty", super::object("claws"))
    .with("@Pet/oneOf", json!([reference("@Kitty"), reference("@Dog")]))
    .reports(&["breaking @Kitty: the name was @Cat and is @Kitty", "documentation @Pet: discriminator changed"])]);
}

#[test]
fn discriminator_is_compared_by_its_property_first() {
    let given = || pet(json!({"cat": "@Cat", "dog": "@Dog"}));
    let row = |what| Row::of(what).given("@Pet", given()).given("@/properties/pet", reference("@Pet"));
    verify(&[
        row("another property and another mapping")
            .with("@Pet/discriminator", json!({"propertyName": "kind", "mapping": {"cat": "@Dog", "hound": "@Dog"}}))
            .reports(&[
                "breaking! @Pet: the discriminator mapping \"cat\" changed",
                "breaking! @Pet: the discriminator mapping \"dog\" is gone",
                "breaking! @Pet: the discriminator property was b and is kind",
                "additive @Cat.kind: there is a new optional property",
                "additive @Dog.kind: there is a new optional property",
                "documentation @Pet: there is a new discriminator mapping \"@Cat\"",
                "documentation @Pet: there is a new discriminator mapping \"hound\"",
            ]),
        row("no discriminator")
            .without("@Pet/discriminator")
            .reports(&["breaking! @Pet: the discriminator property was b and is none"]),
    ]);
}
