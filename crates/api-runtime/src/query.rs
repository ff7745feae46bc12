//! Query parameters.

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

/// A query parameter, which serializes into its pairs: none for `None`, one for a scalar, one for each value of a list,
/// and one for each property of an object.
#[derive(Debug)]
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<'a, T: Serialize> QueryParam<'a, T> {
    /// A parameter with a name, which is not used if the value is an object.
    pub fn new(name: &'a str, value: &'a T) -> Self {
        Self { name, value }
    }
}

impl<T: Serialize> Serialize for QueryParam<'_, T> {
    fn serialize<S: Serializer>(&self, pairs: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Pairs { name: self.name, inner: pairs })
    }
}

/// The pairs that a generated client writes into the query for a parameter. Mocks compare requests with them.
///
/// `None` if the client cannot write the value either, such as a list of lists.
///
/// # Examples
///
/// ```
/// let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
/// assert_eq!(api_runtime::query_pairs("page", &2).unwrap(), [pair("page", "2")]);
/// assert_eq!(api_runtime::query_pairs("id", &vec!["a", "b&c"]).unwrap(), [pair("id", "a"), pair("id", "b&c")]);
/// assert!(api_runtime::query_pairs("id", &vec![vec!["a"]]).is_none());
/// ```
pub fn query_pairs(name: &str, value: &impl Serialize) -> Option<Vec<(String, String)>> {
    let query = serde_urlencoded::to_string(QueryParam::new(name, value)).ok()?;
    serde_urlencoded::from_str(&query).ok()
}

/// Adds the parameter's name to a scalar and to each value of a list. Fields with names of their own are passed to the
/// inner serializer as it is.
struct Pairs<'a, S> {
    name: &'a str,
    inner: S,
}

macro_rules! scalars {
    ($($function:ident: $of:ty),* $(,)?) => {
        $(
            fn $function(self, value: $of) -> Result<S::Ok, S::Error> {
                [(self.name, value)].serialize(self.inner)
            }
        )*
    };
}

macro_rules! inner {
    ($($function:ident($($argument:ident: $of:ty),*) -> $ok:ident),* $(,)?) => {
        $(
            fn $function(self, $($argument: $of),*) -> Result<S::$ok, S::Error> {
                self.inner.$function($($argument),*)
            }
        )*
    };
}

impl<'a, S: Serializer> Serializer for Pairs<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Values<'a, S::SerializeSeq>;
    type SerializeTuple = S::SerializeTuple;
    type SerializeTupleStruct = S::SerializeTupleStruct;
    type SerializeTupleVariant = S::SerializeTupleVariant;
    type SerializeMap = S::SerializeMap;
    type SerializeStruct = S::SerializeStruct;
    type SerializeStructVariant = S::SerializeStructVariant;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
    }

    inner! {
        serialize_bytes(value: &[u8]) -> Ok,
        serialize_none() -> Ok,
        serialize_unit() -> Ok,
        serialize_unit_struct(name: &'static str) -> Ok,
        serialize_tuple(len: usize) -> SerializeTuple,
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct,
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant,
        serialize_map(len: Option<usize>) -> SerializeMap,
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct,
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant,
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        value.serialize(self)
    }

    /// A listed value of an enum is a scalar.
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        value.serialize(self)
    }

    /// As an object with one property.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let mut object = self.inner.serialize_struct(name, 1)?;
        object.serialize_field(variant, value)?;
        object.end()
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        Ok(Values { name: self.name, inner: self.inner.serialize_seq(len)? })
    }
}

/// The values of a list.
struct Values<'a, S> {
    name: &'a str,
    inner: S,
}

impl<S: SerializeSeq> SerializeSeq for Values<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.inner.serialize_element(&(self.name, value))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Text(String);

    #[derive(Serialize)]
    enum Order {
        #[serde(rename = "by name")]
        ByName,
        Named(u8),
        #[serde(untagged)]
        Unknown(String),
    }

    #[derive(Serialize)]
    struct Page {
        page: u32,
        order: Option<Order>,
    }

    /// The query that reqwest writes.
    fn query(value: impl Serialize) -> String {
        let request = reqwest::Client::new().get("http://localhost/").query(&QueryParam::new("a&b", &value));
        request
            .build()
            .map_or_else(|_| "error".to_owned(), |request| request.url().query().unwrap_or("none").to_owned())
    }

    #[test]
    fn scalar_is_one_pair_with_the_name() {
        assert_eq!(query("x y&z=ü"), "a%26b=x+y%26z%3D%C3%BC");
        assert_eq!(query(Some(true)), "a%26b=true");
        assert_eq!(query(-7_i64), "a%26b=-7");
        assert_eq!(query(0.1_f32), "a%26b=0.1");
        assert_eq!(query(2.0), "a%26b=2.0");
        assert_eq!(query('c'), "a%26b=c");
        assert_eq!(query(""), "a%26b=");
        assert_eq!(query(Text("text".to_owned())), "a%26b=text");
        assert_eq!(query(Order::ByName), "a%26b=by+name");
        assert_eq!(query(Order::Unknown("new".to_owned())), "a%26b=new");
    }

    #[test]
    fn list_is_one_pair_per_value() {
        assert_eq!(query([1, 2].as_slice()), "a%26b=1&a%26b=2");
        assert_eq!(query(vec![Order::ByName, Order::Unknown("new".to_owned())]), "a%26b=by+name&a%26b=new");
        assert_eq!(query(Vec::<u8>::new()), "none");
        assert_eq!(query(vec![vec![1]]), "error");
    }

    #[test]
    fn object_is_one_pair_per_property_and_nothing_is_none() {
        assert_eq!(query(BTreeMap::from([("x", 1), ("y", 2)])), "x=1&y=2");
        assert_eq!(query(Page { page: 2, order: Some(Order::ByName) }), "page=2&order=by+name");
        assert_eq!(query(Page { page: 2, order: None }), "page=2");
        assert_eq!(query(Order::Named(7)), "Named=7");
        assert_eq!(query(None::<u8>), "none");
        assert_eq!(query(()), "none");
    }
}
