//! The parts of a deserializer with a budget that serde calls back.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::{Budget, Budgeted, INSIDE, Place, TYPED};
use crate::response::json_memory;

/// A visitor, a seed, or the access to a list, an object or an enum, with the budget.
pub(super) struct Wrapped<'b, T, const PLACE: Place> {
    inner: T,
    budget: &'b Budget,
    /// The entries of the object so far.
    entries: usize,
}

pub(super) type BudgetedVisitor<'b, V, const PLACE: Place> = Wrapped<'b, V, PLACE>;

impl<'b, T, const PLACE: Place> Wrapped<'b, T, PLACE> {
    #[inline]
    pub(super) fn new(inner: T, budget: &'b Budget) -> Self {
        Self { inner, budget, entries: 0 }
    }

    /// Charges a string inside of a free-form value.
    #[inline]
    fn charge_string<E: Error>(&self, text: &str) -> Result<(), E> {
        if PLACE == INSIDE { self.budget.charge(json_memory::string(text)) } else { Ok(()) }
    }
}

macro_rules! forward_scalars {
    ($($method:ident: $type:ty),*) => {
        $(
            #[inline]
            fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
                self.inner.$method(value)
            }
        )*
    };
}

macro_rules! forward_strings {
    ($($method:ident: $type:ty),*) => {
        $(
            #[inline]
            fn $method<E: Error>(self, text: $type) -> Result<V::Value, E> {
                self.charge_string(&text)?;
                self.inner.$method(text)
            }
        )*
    };
}

impl<'de, V: Visitor<'de>, const PLACE: Place> Visitor<'de> for Wrapped<'_, V, PLACE> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    forward_scalars! {
        visit_bool: bool, visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64, visit_i128: i128,
        visit_u8: u8, visit_u16: u16, visit_u32: u32, visit_u64: u64, visit_u128: u128,
        visit_f32: f32, visit_f64: f64, visit_char: char,
        visit_bytes: &[u8], visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>
    }

    forward_strings! { visit_str: &str, visit_borrowed_str: &'de str, visit_string: String }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Budgeted::<D, PLACE> { inner, budget: self.budget })
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Budgeted::<D, PLACE> { inner, budget: self.budget })
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        match PLACE {
            TYPED => self.inner.visit_seq(Wrapped::<A, TYPED>::new(elements, self.budget)),
            _ => self.inner.visit_seq(Wrapped::<A, INSIDE>::new(elements, self.budget)),
        }
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        match PLACE {
            TYPED => self.inner.visit_map(Wrapped::<A, TYPED>::new(entries, self.budget)),
            _ => self.inner.visit_map(Wrapped::<A, INSIDE>::new(entries, self.budget)),
        }
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Wrapped::<A, PLACE>::new(variant, self.budget))
    }
}

impl<'de, S: DeserializeSeed<'de>, const PLACE: Place> DeserializeSeed<'de> for Wrapped<'_, S, PLACE> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Budgeted::<D, PLACE> { inner, budget: self.budget })
    }
}

impl<'de, A: SeqAccess<'de>, const PLACE: Place> SeqAccess<'de> for Wrapped<'_, A, PLACE> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        if PLACE == INSIDE {
            self.budget.charge(json_memory::ELEMENT)?;
        }
        self.inner.next_element_seed(Wrapped::<S, PLACE>::new(seed, self.budget))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>, const PLACE: Place> MapAccess<'de> for Wrapped<'_, A, PLACE> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let key = self.inner.next_key_seed(Wrapped::<S, PLACE>::new(seed, self.budget))?;
        if PLACE == INSIDE && key.is_some() {
            self.budget.charge(json_memory::entry(self.entries))?;
            self.entries = self.entries.saturating_add(1);
        }
        Ok(key)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Wrapped::<S, PLACE>::new(seed, self.budget))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 'b, A: EnumAccess<'de>, const PLACE: Place> EnumAccess<'de> for Wrapped<'b, A, PLACE> {
    type Error = A::Error;
    type Variant = Wrapped<'b, A::Variant, PLACE>;

    #[inline]
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.inner.variant_seed(Wrapped::<S, PLACE>::new(seed, self.budget))?;
        Ok((value, Wrapped::new(variant, self.budget)))
    }
}

impl<'de, A: VariantAccess<'de>, const PLACE: Place> VariantAccess<'de> for Wrapped<'_, A, PLACE> {
    type Error = A::Error;

    #[inline]
    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    #[inline]
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(Wrapped::<S, PLACE>::new(seed, self.budget))
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(length, Wrapped::<V, PLACE>::new(visitor, self.budget))
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(fields, Wrapped::<V, PLACE>::new(visitor, self.budget))
    }
}
