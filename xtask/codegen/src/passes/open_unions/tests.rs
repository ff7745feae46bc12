use super::*;
use crate::passes::open_enums;
use crate::syntax::{assert_same, models_of};

fn opened(mut file: syn::File, discriminators: &BTreeMap<String, Discriminator>) -> syn::File {
    let enums = open_enums::apply(&mut file).unwrap();
    apply(&mut file, &enums, discriminators).unwrap();
    file
}

#[test]
#[allow(clippy::too_many_lines, reason = "the test contains the whole generated code")]
fn value_of_no_branch_is_kept_and_an_unlisted_value_rejects_its_branch() {
    let pets = parse_quote! {
        mod types {
            #[derive(::serde::Deserialize, Clone, Copy, Ord)]
            #[serde(untagged)]
            enum Pet { Cat(Cat), Other { kind: ::std::option::Option<OtherKind>, a: u8 } }
            struct Cat { kind: CatKind }
            enum CatKind { Cat, Cow }
            enum OtherKind { Dog, Cow }
        }
    };
    let mut file = opened(pets, &BTreeMap::new());
    let items = models(&mut file).unwrap();
    let reader = items.pop().unwrap();
    let from = items.pop().unwrap();
    let named = items.pop().unwrap();
    items.truncate(1);
    let expected: syn::File = parse_quote! {
        mod types {
            #[derive(Clone)]
            #[serde(untagged)]
            #[non_exhaustive]
            enum Pet {
                Cat(Cat),
                Other(PetOther),
                /// What fits none of the others, verbatim.
                Unknown(::serde_json::Value)
            }
        }
    };
    assert_same(&file, &expected);
    let text = |items: Vec<Item>| prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items });
    assert_eq!(
        text(vec![named, from]),
        text(vec![
            parse_quote! {
                #[doc = "What [`Pet::Other`] holds."]
                #[derive(::serde::Deserialize, Clone, Copy, Ord)]
                pub struct PetOther { pub kind: ::std::option::Option<OtherKind>, pub a: u8 }
            },
            parse_quote! {
                impl ::std::convert::From<PetOther> for Pet {
                    fn from(value: PetOther) -> Self { Self::Other(value) }
                }
            }
        ])
    );
    let expected = parse_quote! {
        #[allow(unused_parens, reason = "one function makes all places")]
        impl<'de> ::serde::Deserialize<'de> for Pet {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                let branch = &value;
                for null_counts in [true, false] {
                if !(["a"].iter().any(|key| branch.get(key).is_some_and(|value| null_counts || !value.is_null()))) {
                    if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                        let branch: &Cat = &read;
                        if !(matches!((&branch.kind), CatKind::Unknown(_))) {
                            return Ok(Self::Cat(read));
                        }
                    }
                }
                if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                    let branch: &PetOther = &read;
                    if !((&branch.kind).as_ref().is_some_and(|branch| matches!(branch, OtherKind::Unknown(_)))) {
                        return Ok(Self::Other(read));
                    }
                }
                }
                Ok(Self::Unknown(value))
            }
        }
    };
    assert_eq!(text(vec![reader]), text(vec![expected]));
}

fn pets() -> syn::File {
    parse_quote! {
        mod types {
            #[serde(untagged)]
            enum Pet {
                Cat(::std::boxed::Box<Cat>),
                Dogs(#[serde(deserialize_with = "read_dogs")] Dogs),
                Other(Other),
                Null,
            }
            struct Cat { kind: String }
        }
    }
}

fn discriminators(tags: &[&[&str]]) -> BTreeMap<String, Discriminator> {
    let tags = tags.iter().map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect()).collect();
    BTreeMap::from([("Pet".to_owned(), Discriminator { property: "kind".to_owned(), tags })])
}

#[test]
fn tag_selects_its_branch_before_the_branches_are_tried() {
    let file = opened(pets(), &discriminators(&[&["cat", "kitty"], &["dogs"], &[], &[]]));
    let reader = models_of(&file).last().unwrap().clone();
    let expected: Item = parse_quote! {
        #[allow(unused_parens, reason = "one function makes all places")]
        impl<'de> ::serde::Deserialize<'de> for Pet {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                let branch = &value;
                if let Some(tag) = branch.get("kind").and_then(::serde_json::Value::as_str) {
                    let read = match tag {
                        "cat" | "kitty" => ::serde::Deserialize::deserialize(branch).ok().map(Self::Cat),
                        "dogs" => read_dogs(branch).ok().map(Self::Dogs),
                        _ => None,
                    };
                    return Ok(read.unwrap_or(Self::Unknown(value)));
                }
                if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                    return Ok(Self::Cat(read));
                }
                if let Ok(read) = read_dogs(branch) {
                    return Ok(Self::Dogs(read));
                }
                if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                    return Ok(Self::Other(read));
                }
                if branch.is_null() {
                    return Ok(Self::Null);
                }
                Ok(Self::Unknown(value))
            }
        }
    };
    assert_eq!(quote! { #reader }.to_string(), quote! { #expected }.to_string());
    assert!(!quote! { #file }.to_string().contains("deserialize_with"));
}

#[test]
fn union_without_a_variant_for_each_branch_is_an_error() {
    let error = apply(&mut pets(), &Opened::new(), &discriminators(&[&["cat"]])).unwrap_err().to_string();
    assert_eq!(error, "expected 1 variants for the branches of the union Pet, found 4");
}
