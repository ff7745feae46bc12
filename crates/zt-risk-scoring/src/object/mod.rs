//! Objects of responses that are read property by property: an odd value of one property costs no other value.
//!
//! What a list of hundreds of thousands of objects says is worth more than its oddest entry. So a value of another JSON type than
//! the documented one is set aside, is found by its name, and is written back verbatim.
//!
//! serde's derive cannot set a value aside: it has no place but the property's own. [`impl_object`] implements the traits.

mod scalar;

use std::fmt;
use std::marker::PhantomData;

use api_runtime::{Format, Formatted};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serialize;
use serde_json::Value;

pub(crate) use scalar::Scalar;

use scalar::ScalarOr;

/// The values of an object's properties that have another JSON type than the documented one.
///
/// Hardly any object has one, so it takes no more than a pointer.
#[derive(Clone, Default, Eq, PartialEq)]
pub(crate) struct Mistyped(Option<Box<Entries>>);

#[derive(Clone, Default, Eq, PartialEq)]
struct Entries(Vec<(&'static str, Value)>);

impl Mistyped {
    /// The values with the names of their properties.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let entries = self.0.as_ref().map_or(&[][..], |entries| &entries.0);
        entries.iter().map(|(name, value)| (*name, value))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find_map(|(other, value)| (other == name).then_some(value))
    }

    fn insert(&mut self, name: &'static str, value: Value) {
        self.0.get_or_insert_default().0.push((name, value));
    }
}

/// The names only: the values may be personal data.
impl fmt::Debug for Mistyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// The type of a property.
pub(crate) trait Property: Serialize + Sized {
    /// Reads the value of the property with a name, or sets it aside.
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
        mistyped: &mut Mistyped,
    ) -> Result<Self, D::Error>;

    /// The value of an absent property.
    fn absent<E: Error>(name: &'static str) -> Result<Self, E> {
        Err(E::missing_field(name))
    }

    /// Whether the value is still the one that was made of a value set aside.
    fn stands_for(&self, _: &Value) -> bool {
        false
    }

    /// Whether the property is written.
    fn is_written(&self) -> bool {
        true
    }
}

/// A property that may be absent or null, and whose odd value is set aside.
impl<T: Scalar> Property for Option<T> {
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        name: &'static str,
        mistyped: &mut Mistyped,
    ) -> Result<Self, D::Error> {
        match ScalarOr::read(deserializer)? {
            ScalarOr::Scalar(value) => Ok(Some(value)),
            ScalarOr::Null => Ok(None),
            ScalarOr::Mistyped(json) => {
                let value = T::from_mistyped(&json);
                mistyped.insert(name, json);
                Ok(value)
            }
        }
    }

    fn absent<E: Error>(_: &'static str) -> Result<Self, E> {
        Ok(None)
    }

    fn stands_for(&self, json: &Value) -> bool {
        *self == T::from_mistyped(json)
    }
}

/// Free-form JSON. Absent is not null.
impl Property for Option<Value> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &'static str, _: &mut Mistyped) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }

    fn absent<E: Error>(_: &'static str) -> Result<Self, E> {
        Ok(None)
    }

    fn is_written(&self) -> bool {
        self.is_some()
    }
}

/// Implements [`Property`] for types without which an object is an error.
macro_rules! impl_required {
    ($($type:ty),+) => {$(
        impl $crate::object::Property for $type {
            fn read<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
                _: &'static str,
                _: &mut $crate::object::Mistyped,
            ) -> Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }
        }
    )+};
}
pub(crate) use impl_required;

impl_required!(bool, String);

impl<T: Format> Property for Formatted<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &'static str, _: &mut Mistyped) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<T: for<'de> Deserialize<'de> + Serialize> Property for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &'static str, _: &mut Mistyped) -> Result<Self, D::Error> {
        list(deserializer)
    }
}

/// Reads a list. Null is an empty one, as some programs write it.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    collect(deserializer, |list: &mut Vec<T>, element| {
        if list.len() == list.capacity() {
            // A vector doubles by itself, so up to half of it would be unused.
            list.reserve_exact(16.max(list.len() / 8));
        }
        list.push(element);
    })
}

/// Reads a list into a collection. Null is an empty one.
///
/// A type that is read by this must not be a `Deserialize` by itself: serde's derive would take an absent list for null.
pub(crate) fn collect<'de, D: Deserializer<'de>, C: Default, T: Deserialize<'de>>(
    deserializer: D,
    push: impl Fn(&mut C, T),
) -> Result<C, D::Error> {
    struct List<F, C, T>(F, PhantomData<(C, T)>);

    impl<'de, F: Fn(&mut C, T), C: Default, T: Deserialize<'de>> Visitor<'de> for List<F, C, T> {
        type Value = C;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_none<E: Error>(self) -> Result<C, E> {
            Ok(C::default())
        }

        fn visit_unit<E: Error>(self) -> Result<C, E> {
            Ok(C::default())
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<C, D::Error> {
            deserializer.deserialize_seq(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<C, A::Error> {
            let mut collection = C::default();
            while let Some(element) = elements.next_element()? {
                (self.0)(&mut collection, element);
            }
            Ok(collection)
        }
    }

    deserializer.deserialize_option(List(push, PhantomData))
}

/// Reads the value of the property with a name.
pub(crate) struct PropertySeed<'a, T> {
    name: &'static str,
    mistyped: &'a mut Mistyped,
    value: PhantomData<T>,
}

impl<'a, T> PropertySeed<'a, T> {
    pub(crate) fn new(name: &'static str, mistyped: &'a mut Mistyped) -> Self {
        Self { name, mistyped, value: PhantomData }
    }
}

impl<'de, T: Property> DeserializeSeed<'de> for PropertySeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.name, self.mistyped)
    }
}

/// Implements serde's traits for types that derive them as functions, with `#[serde(remote = "Self")]`. Only an object is read;
/// serde would also read an array, by position.
///
/// `Self::deserialize` is the derived function, which reads an array too. Call `Deserialize::deserialize`.
macro_rules! impl_object_only {
    ($($type:ty),+ $(,)?) => {$(
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(::api_runtime::ObjectOnly(deserializer))
            }
        }
    )+};
}
pub(crate) use impl_object_only;

/// Implements serde's traits for a struct whose properties are [`Property`]s, with a field `mistyped` besides. Unknown members are
/// ignored, and a duplicate property is an error. Only an object is read; serde would also read an array, by position.
macro_rules! impl_object {
    ($type:ident { $($property:ident),+ $(,)? }) => {
        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use ::serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
                use $crate::object::{Mistyped, Property, PropertySeed};

                #[derive(::serde::Deserialize)]
                #[serde(field_identifier)]
                #[allow(non_camel_case_types, reason = "the variants are the names in JSON")]
                enum Name {
                    $($property,)+
                    #[serde(other)]
                    Unknown,
                }

                struct Object;

                impl<'de> Visitor<'de> for Object {
                    type Value = $type;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("struct ", stringify!($type)))
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                        let mut mistyped = Mistyped::default();
                        $(let mut $property = None;)+
                        while let Some(member) = map.next_key()? {
                            match member {
                                $(Name::$property => {
                                    const NAME: &str = stringify!($property);
                                    if $property.is_some() {
                                        return Err(A::Error::duplicate_field(NAME));
                                    }
                                    $property = Some(map.next_value_seed(PropertySeed::new(NAME, &mut mistyped))?);
                                })+
                                Name::Unknown => {
                                    map.next_value::<IgnoredAny>()?;
                                }
                            }
                        }
                        Ok($type {
                            $($property: match $property {
                                Some(value) => value,
                                None => Property::absent(stringify!($property))?,
                            },)+
                            mistyped,
                        })
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeStruct;
                use $crate::object::Property;

                let properties = [$(stringify!($property)),+].len();
                let mut object = serializer.serialize_struct(stringify!($type), properties)?;
                $({
                    const NAME: &str = stringify!($property);
                    match self.mistyped.get(NAME) {
                        Some(json) if self.$property.stands_for(json) => object.serialize_field(NAME, json)?,
                        _ if self.$property.is_written() => object.serialize_field(NAME, &self.$property)?,
                        _ => object.skip_field(NAME)?,
                    }
                })+
                object.end()
            }
        }
    };
}
pub(crate) use impl_object;

#[cfg(test)]
mod tests;
