use syn::{Item, parse_quote};

use super::*;
use crate::passes::open_enums;
use crate::syntax::{has_serde, models};

/// The conditions of all branches of all unions: on properties, and on values.
fn conditions(mut file: syn::File) -> Vec<[String; 2]> {
    let enums = open_enums::apply(&mut file).unwrap();
    let items = models(&mut file).unwrap();
    let unions = items.iter().filter_map(|item| match item {
        Item::Enum(union) if has_serde(&union.attrs, "untagged") => Some(union),
        _ => None,
    });
    let opened = unions.clone().map(|union| (union.ident.clone(), open_enums::catch_all(union).unwrap())).collect();
    let models = Models::new(items, &enums, &opened);
    let text = |condition: Option<TokenStream>| condition.unwrap_or_default().to_string().replace(' ', "");
    unions
        .flat_map(|union| models.checks(union))
        .map(|Check { properties, values }| [text(properties), text(values)])
        .collect()
}

fn has(keys: &str) -> String {
    format!("[{keys}].iter().any(|key|branch.get(key).is_some_and(|value|null_counts||!value.is_null()))")
}

#[test]
fn branch_rejects_a_property_that_only_another_branch_has() {
    let checks = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Dog(::std::boxed::Box<Dog>), Any(::serde_json::Map<String, Value>), Text(String) }
            struct Cat { mood: Mood, color: Option<Color>, r#type: Option<String> }
            struct Dog { mood: Mood, #[serde(rename = "the size")] size: Color, #[serde(rename = "type")] type_: Option<String> }
            enum Mood { Good, Bad }
            enum Color { Red, Blue }
        }
    });
    let expected = [has(r#""thesize""#), has(r#""color""#), has(r#""color","mood","thesize","type""#), String::new()];
    assert_eq!(checks, expected.map(|properties| [properties, String::new()]));
}

#[test]
fn branch_that_is_a_union_has_the_properties_of_its_branches() {
    let found = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Other(Other), Others(Vec<Other>) }
            struct Cat { color: Option<String> }
            #[serde(untagged)]
            enum Other { Dog(Dog), Fish(::std::boxed::Box<Fish>), Text(String) }
            struct Dog { size: Option<String> }
            struct Fish { fins: Option<String>, color: Option<String> }
        }
    });
    assert_eq!(found[0][0], has(r#""fins","size""#));
    assert_eq!(found[1..3].iter().map(|[properties, _]| properties.as_str()).collect::<Vec<_>>(), ["", ""]);
    let without_color = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Other(Other), Cat(Cat) }
            struct Cat { color: Option<String>, size: Option<String> }
            #[serde(untagged)]
            enum Other { Dog(Dog), Text(String) }
            struct Dog { size: Option<String> }
        }
    });
    assert_eq!(without_color[0][0], has(r#""color""#));
}

#[test]
fn branch_that_keeps_all_properties_rejects_none() {
    let checks = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Dog(Dog) }
            struct Cat { color: Color, #[serde(flatten)] extra: Map<String, Value> }
            struct Dog { size: u8, #[serde(flatten)] extra: Map<String, Value> }
        }
    });
    assert_eq!(checks, vec![[const { String::new() }; 2]; 2]);
}

#[test]
fn branch_rejects_an_unlisted_value_of_a_property_with_another_type_elsewhere() {
    let [cat, dog] = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Dog(Dog) }
            struct Cat { mood: Mood, kind: Option<CatKind>, only: One }
            struct Dog { mood: Mood, kind: Option<DogKind>, size: Mood }
            enum Mood { Good, Bad }
            enum CatKind { Lion, Tiger }
            enum DogKind { Hound, Husky }
            enum One { One }
        }
    })
    .try_into()
    .unwrap();
    let kind = "(&branch.kind).as_ref().is_some_and(|branch|matches!(branch,CatKind::Unknown(_)))";
    assert_eq!(cat[1], format!("{kind}||matches!((&branch.only),One::Unknown(_))"));
    assert_eq!(dog[1], kind.replace("CatKind", "DogKind"));
}

#[test]
fn disjoint_required_values_alone_distinguish_branches() {
    let checks = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Dog(Dog) }
            struct Cat { kind: CatKind, a: Option<String>, mood: CatMood }
            struct Dog { kind: DogKind, b: Option<String>, mood: DogMood }
            enum CatKind { #[serde(rename = "dog")] Lion, Tiger }
            enum DogKind { Dog, Wolf }
            enum CatMood { Good }
            enum DogMood { Good, Bad }
        }
    });
    let of = |branch: &str| [String::new(), format!("matches!((&branch.kind),{branch}Kind::Unknown(_))")];
    assert_eq!(checks, [of("Cat"), of("Dog")]);
}

#[test]
fn nested_objects_of_branches_are_compared() {
    let [cat, dog, _] = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Dog(Dog), Other(Other) }
            struct Cat { food: Option<CatFood>, toys: Vec<Toy> }
            struct Dog { food: Option<DogFood>, toys: Vec<Bone> }
            struct Other { food: Option<CatFood>, toys: Vec<Toy> }
            struct CatFood { fish: Option<String>, kind: Fish }
            struct DogFood { meat: Option<String>, kind: Meat }
            struct Toy { mouse: bool }
            struct Bone(::std::boxed::Box<Ham>);
            struct Ham { bone: bool }
            enum Fish { Cod, Tuna }
            enum Meat { Cod, Ham }
        }
    })
    .try_into()
    .unwrap();
    let properties = |food: &str, toy: &str| {
        format!(
            "branch.get(\"food\").is_some_and(|branch|{})||branch.get(\"toys\").is_some_and(|branch|\
             branch.as_array().is_some_and(|list|list.iter().any(|branch|{})))",
            has(food),
            has(toy)
        )
    };
    let values = |kind: &str| {
        format!("(&branch.food).as_ref().is_some_and(|branch|matches!((&branch.kind),{kind}::Unknown(_)))")
    };
    assert_eq!(cat, [properties("\"meat\"", "\"bone\""), values("Fish")]);
    assert_eq!(dog, [properties("\"fish\"", "\"mouse\""), values("Meat")]);
}

#[test]
fn branches_are_compared_through_lists_newtypes_and_other_unions() {
    let checks = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pets { Cats(Vec<Cat>), Dog(::std::boxed::Box<Named>), Other(Other), Tree(Tree), Level(Kind) }
            struct Cat { kind: Kind }
            struct Named(Dog);
            struct Dog { kind: ::std::string::String, other: Other }
            enum Kind { Cat, Lion }
            #[serde(untagged)]
            enum Other { Number(u8), Text(::std::string::String), Unknown(()) }
            struct Tree(Vec<Tree>);
        }
    });
    let values: Vec<_> = checks.into_iter().map(|[_, values]| values).filter(|values| !values.is_empty()).collect();
    assert_eq!(
        values,
        [
            "branch.iter().any(|branch|matches!((&branch.kind),Kind::Unknown(_)))",
            "matches!(branch,Other::UnknownValue(_))",
            "matches!(branch,Kind::Unknown(_))",
        ]
    );
}

#[test]
fn branch_rejects_a_value_without_its_required_nullable_property() {
    let [cat, dog] = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet { Cat(Cat), Dog(Dog) }
            struct Cat { #[serde(default)] owner: Option<String>, #[serde(rename = "the size", default)] size: Value }
            struct Dog {
                #[serde(skip_serializing_if = "Option::is_none")] owner: Option<String>,
            }
        }
    })
    .try_into()
    .unwrap();
    assert_eq!(cat[0], r#"["owner","thesize"].iter().any(|key|branch.get(key).is_none())"#);
    assert_eq!(dog[0], has(r#""thesize""#));
}

#[test]
fn branch_rejects_text_that_does_not_match_its_format() {
    let [id, thing, other, text] = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Either { Id(Id), Thing(Thing), Other(Other), Text(String) }
            struct Id(::api_runtime::Formatted<::uuid::Uuid>);
            struct Thing { at: ::api_runtime::Formatted<::uuid::Uuid>, to: ::api_runtime::Formatted<::uuid::Uuid> }
            struct Other { at: ::api_runtime::Formatted<::std::net::IpAddr>, to: ::api_runtime::Formatted<::uuid::Uuid> }
        }
    })
    .try_into()
    .unwrap();
    assert_eq!(id[1], "(&branch.0).value().is_none()");
    assert_eq!((&thing[1], &other[1]), (&"(&branch.at).value().is_none()".to_owned(), &thing[1]));
    assert_eq!(text[1], "");
}

#[test]
fn value_without_a_property_of_the_branch_belongs_to_a_map() {
    let found = conditions(parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Labels { Named(Named), Any(::std::collections::BTreeMap<String, Kind>), Required(Required) }
            struct Named { name: Option<String> }
            struct Required { id: String }
            enum Kind { A, B }
        }
    });
    let has_none = "branch.as_object().is_some_and(|object|{!object.is_empty()&&!object.keys().any(|key|[\"name\"]\
                    .contains(&key.as_str()))})";
    assert_eq!(found[0], [format!("{}||{has_none}", has("\"id\"")), String::new()]);
    let unlisted = "branch.values().any(|branch|matches!(branch,Kind::Unknown(_)))";
    assert_eq!(found[1], [has("\"id\",\"name\""), unlisted.to_owned()]);
    assert_eq!(found[2], [has("\"name\""), String::new()]);
}
