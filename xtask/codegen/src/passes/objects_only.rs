//! A model is decoded from a JSON object only.
//!
//! serde also decodes a struct from an array, by position, so that `[{}]` would be accepted as an object whose only
//! field is an empty map. `remote = "Self"` turns serde's derived functions into inherent ones, which the
//! implementations of the traits call through `api_runtime::ObjectOnly`.
//!
//! The implementation of `Serialize` also checks the field `extra`, see [`extra`](super::extra).
//!
//! Seen in: the generator, whose structs have serde's derived implementation.

use syn::{Item, parse_quote};

use super::extra;
use crate::syntax::{models, objects_mut};

pub(crate) fn apply(file: &mut syn::File) {
    let mut implementations: Vec<Item> = Vec::new();
    for model in objects_mut(file) {
        model.attrs.push(parse_quote! { #[serde(remote = "Self")] });
        let name = &model.ident;
        let check = extra::check(model);
        implementations.push(parse_quote! {
            impl<'de> ::serde::Deserialize<'de> for #name {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                    Self::deserialize(::api_runtime::ObjectOnly(deserializer))
                }
            }
        });
        implementations.push(parse_quote! {
            impl ::serde::Serialize for #name {
                fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                    #check
                    Self::serialize(self, serializer)
                }
            }
        });
    }
    models(file).into_iter().for_each(|items| items.append(&mut implementations));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn model_is_decoded_through_object_only() {
        let mut file: syn::File = parse_quote! { mod types { struct Thing { id: String } struct Id(String); } };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            mod types {
                #[serde(remote = "Self")]
                struct Thing { id: String }
                struct Id(String);
                impl<'de> ::serde::Deserialize<'de> for Thing {
                    fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                        Self::deserialize(::api_runtime::ObjectOnly(deserializer))
                    }
                }
                impl ::serde::Serialize for Thing {
                    fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                        Self::serialize(self, serializer)
                    }
                }
            }
        };
        assert_same(&file, &expected);
    }
}
