//! Decodes a body with a budget for the free-form JSON in it.
//!
//! A `serde_json::Value` takes up to a hundred times its text: `{"":0}` takes 700 bytes. A model without free-form JSON takes
//! little more than its text. So [`from_slice`] charges what `Value`s take, and nothing else.
//!
//! # How
//!
//! A type whose form depends on the JSON asks its deserializer for *any* value: a `Value` does, and so does an untagged enum,
//! which buffers the value before it tries its variants. [`Budgeted`] forwards every request, and charges the lists, objects
//! and strings inside of any value. A scalar that a model holds itself is not charged.
//!
//! # Decisions
//!
//! - The budget is 16 times the body, plus 16 MiB. Objects with four fields and 80 bytes of text take 13 times their text:
//!   records of this size are accepted, however many there are. Objects with a field or two of a digit take 50 times: some 20,000 of them are accepted.
//! - serde also buffers untagged and internally tagged enums, and flattened fields. A buffer is charged while it is filled. Then
//!   half of the charge is given back: the value may be a small struct, or a `Value` of the same size, and nothing shows which.
//!   So free-form JSON in such values may take twice the budget, and a flattened one also has its buffer until the struct ends.
//!   Objects of two fields and 25 bytes of text are accepted, however many there are; with a digit each, some 100,000 of them.
//! - Bodies up to 128 KiB are decoded without a budget, since they cannot take more than 16 MiB.

mod access;

use std::any::type_name;
use std::cell::Cell;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};

use access::BudgetedVisitor;

/// The message of the error if the budget is exceeded.
pub(super) const EXCEEDED: &str = "free-form JSON takes more memory than allowed";

/// Smaller bodies need no budget.
const MIN_LENGTH: usize = 128 << 10;

/// Decodes a JSON document.
pub(super) fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    if body.len() <= MIN_LENGTH {
        return serde_json::from_slice(body);
    }
    let budget = Budget::for_body(body.len());
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = T::deserialize(Budgeted::new(&mut json, &budget))?;
    json.end()?;
    Ok(value)
}

/// The memory that is left for free-form JSON.
pub(super) struct Budget(Cell<usize>);

impl Budget {
    /// The budget of a body.
    pub(super) fn for_body(length: usize) -> Self {
        const FACTOR: usize = 16;
        const BASE: usize = 16 << 20;
        Self(Cell::new(length.saturating_mul(FACTOR).saturating_add(BASE)))
    }

    #[inline]
    fn charge<E: Error>(&self, bytes: usize) -> Result<(), E> {
        match self.0.get().checked_sub(bytes) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(E::custom(EXCEEDED)),
        }
    }
}

/// Where a value is, as a parameter of types: the compiler removes the difference from typed values.
type Place = u8;
/// A value whose type the model determines.
const TYPED: Place = 0;
/// A free-form value that a model holds itself.
const FREE_FORM: Place = 1;
/// A value or a key inside of a free-form value.
const INSIDE: Place = 2;

/// A deserializer with a budget for free-form values. It forwards everything to another one.
pub(super) struct Budgeted<'b, D, const PLACE: Place = TYPED> {
    inner: D,
    budget: &'b Budget,
}

impl<'b, D> Budgeted<'b, D> {
    pub(super) fn new(inner: D, budget: &'b Budget) -> Self {
        Self { inner, budget }
    }
}

/// Forwards requests for a value of some type.
macro_rules! forward {
    ($($method:ident($($parameter:ident: $type:ty),*))*) => {
        $(
            #[inline]
            fn $method<V: Visitor<'de>>(self, $($parameter: $type,)* visitor: V) -> Result<V::Value, D::Error> {
                self.inner.$method($($parameter,)* BudgetedVisitor::<V, PLACE>::new(visitor, self.budget))
            }
        )*
    };
}

impl<'de, D: Deserializer<'de>, const PLACE: Place> Deserializer<'de> for Budgeted<'_, D, PLACE> {
    type Error = D::Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let Self { inner, budget } = self;
        if PLACE != TYPED {
            return inner.deserialize_any(BudgetedVisitor::<V, PLACE>::new(visitor, budget));
        }
        let before = budget.0.get();
        let value = inner.deserialize_any(BudgetedVisitor::<V, FREE_FORM>::new(visitor, budget))?;
        if is_buffer::<V::Value>() {
            budget.0.set(before.midpoint(budget.0.get()));
        }
        Ok(value)
    }

    /// A model may hold a free-form object as a map.
    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let Self { inner, budget } = self;
        if PLACE == TYPED && is_free_form_map::<V::Value>() {
            return inner.deserialize_map(BudgetedVisitor::<V, FREE_FORM>::new(visitor, budget));
        }
        inner.deserialize_map(BudgetedVisitor::<V, PLACE>::new(visitor, budget))
    }

    /// What a model ignores takes no memory.
    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }

    forward! {
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Whether a type is a map of free-form values.
#[inline]
fn is_free_form_map<T>() -> bool {
    type_name::<T>() == type_name::<serde_json::Map<String, serde_json::Value>>()
}

/// Whether a type is serde's buffer for values whose type is not known yet, which has no public name. A test fails if its name changes.
#[inline]
fn is_buffer<T>() -> bool {
    type_name::<T>().ends_with("::Content") || type_name::<T>().contains("::Content<")
}

#[cfg(test)]
mod tests;
