//! Query parameters.

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::ParameterError;
use crate::extra::is_declared_key;
use crate::parameter::{Place, text};

/// A query parameter or a form, which serializes into its pairs.
struct Parameter<'a, T: ?Sized> {
    /// None, if it is a form.
    name: Option<&'a str>,
    value: &'a T,
}

impl<T: Serialize + ?Sized> Serialize for Parameter<'_, T> {
    fn serialize<S: Serializer>(&self, pairs: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Pairs { name: self.name, inner: pairs })
    }
}

/// The pairs that a query parameter consists of: none for `None`, one for a scalar, one for each value of a list, and one
/// for each property of an object. The name is not used if the value is an object.
///
/// # Errors
///
/// If a query cannot carry the value, such as a list of lists.
///
/// # Examples
///
/// ```
/// let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
/// assert_eq!(api_runtime::query_pairs("page", &2).unwrap(), [pair("page", "2")]);
/// assert_eq!(api_runtime::query_pairs("id", &vec!["a", "b&c"]).unwrap(), [pair("id", "a"), pair("id", "b&c")]);
/// assert!(api_runtime::query_pairs("id", &vec![vec!["a"]]).is_err());
/// ```
pub fn query_pairs<T: Serialize + ?Sized>(
    name: &'static str,
    value: &T,
) -> Result<Vec<(String, String)>, ParameterError> {
    let query = serde_urlencoded::to_string(Parameter { name: Some(name), value });
    let pairs =
        query.and_then(|query| serde_urlencoded::from_str(&query).map_err(serde_urlencoded::ser::Error::custom));
    pairs.map_err(|error| ParameterError::new(Place::Query, name, problem(&error)))
}

/// The text of a form, as clients send it and mocks compare it.
///
/// # Errors
///
/// If a form cannot carry the value, such as an object in an object.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
///
/// let form = BTreeMap::from([("a b", "c&d")]);
/// assert_eq!(api_runtime::form_body(&form).unwrap(), "a+b=c%26d");
/// ```
pub fn form_body<T: Serialize + ?Sized>(value: &T) -> Result<String, ParameterError> {
    serde_urlencoded::to_string(Parameter { name: None, value })
        .map_err(|error| ParameterError::new(Place::Form, "", problem(&error)))
}

fn problem(error: &serde_urlencoded::ser::Error) -> &'static str {
    if is_declared_key(&error.to_string()) { DECLARED } else { NO_PAIRS }
}

/// Why a query or a form cannot carry a value.
const NO_PAIRS: &str =
    "holds a list or an object where only text, a number or a boolean can stand, or is a number that is not finite";

const DECLARED: &str = "has a declared property in `extra`, which would be sent twice: set its field instead";

/// Adds the parameter's name to a scalar and to each value of a list. Properties have names of their own.
struct Pairs<'a, S> {
    name: Option<&'a str>,
    inner: S,
}

impl<'a, S: Serializer> Pairs<'a, S> {
    fn name(&self) -> Result<&'a str, S::Error> {
        self.name.ok_or_else(|| S::Error::custom("a form is an object"))
    }
}

macro_rules! scalars {
    ($($function:ident: $of:ty),* $(,)?) => {
        $(
            fn $function(self, value: $of) -> Result<S::Ok, S::Error> {
                [(self.name()?, value)].serialize(self.inner)
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
    type SerializeMap = Properties<S::SerializeMap>;
    type SerializeStruct = Properties<S::SerializeStruct>;
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
        serialize_char: char,
        serialize_str: &str,
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.serialize_str(&text(&value).map_err(S::Error::custom)?)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.serialize_str(&text(&value).map_err(S::Error::custom)?)
    }

    inner! {
        serialize_bytes(value: &[u8]) -> Ok,
        serialize_none() -> Ok,
        serialize_unit() -> Ok,
        serialize_unit_struct(name: &'static str) -> Ok,
        serialize_tuple(len: usize) -> SerializeTuple,
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct,
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant,
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
        let mut object = self.serialize_struct(name, 1)?;
        object.serialize_field(variant, value)?;
        object.end()
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        Ok(Values { name: self.name()?, inner: self.inner.serialize_seq(len)? })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.inner.serialize_map(len).map(Properties)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        self.inner.serialize_struct(name, len).map(Properties)
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
        self.inner.serialize_element(&(self.name, text(value).map_err(S::Error::custom)?))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

/// The properties of an object. The inner serializer would write `NaN` for a number that is none.
struct Properties<S>(S);

impl<S: SerializeMap> SerializeMap for Properties<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&property(value).map_err(S::Error::custom)?)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

impl<S: SerializeStruct> SerializeStruct for Properties<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(key, &property(value).map_err(S::Error::custom)?)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// The text of a property. None, if it is null: then it has no pair.
fn property<T: Serialize + ?Sized>(value: &T) -> Result<Option<String>, &'static str> {
    text(value).map(Some).or_else(|problem| {
        // In JSON, a number that is not finite is null, too.
        let is_null = serde_urlencoded::to_string([("", value)]).is_ok_and(|pairs| pairs.is_empty());
        if is_null { Ok(None) } else { Err(problem) }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;
    use crate::QueryNames;

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

    /// The query that reqwest writes for the pairs.
    fn query(value: impl Serialize) -> String {
        let Ok(pairs) = query_pairs("a&b", &value) else { return "error".to_owned() };
        let request = reqwest::Client::new().get("http://localhost/").query(&pairs).build().unwrap();
        let query = request.url().query().filter(|query| !query.is_empty()).unwrap_or("none").to_owned();
        assert!(QueryNames::of(&["a&b"]).has_pairs(request.url().query().unwrap_or_default(), &pairs), "{query}");
        query
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
        assert_eq!(query(f64::NAN), "error");
        assert_eq!(query(vec![1.5, f64::INFINITY]), "error");
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

    #[test]
    fn parameter_that_no_query_can_carry_is_an_error_by_name() {
        let error = query_pairs("id", &[[1]]).unwrap_err().to_string();
        assert!(error.starts_with("the query parameter `id` holds a list"), "{error}");
        let error = form_body(&BTreeMap::from([("a", BTreeMap::from([("b", 1)]))])).unwrap_err().to_string();
        assert!(error.starts_with("the form holds a list"), "{error}");
    }

    #[test]
    fn declared_property_among_the_others_is_an_error() {
        struct Open;
        impl Serialize for Open {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::reject_declared::<S::Error>([&"id".to_owned()].into_iter(), &["id"])?;
                serializer.serialize_unit()
            }
        }
        for error in [query_pairs("filter", &Open).unwrap_err(), form_body(&Open).unwrap_err()] {
            assert!(error.to_string().contains("declared property in `extra`"), "{error}");
        }
    }

    #[test]
    fn property_that_is_not_a_finite_number_is_an_error() {
        for number in [f64::NAN, f64::INFINITY] {
            let object = BTreeMap::from([("x", Some(number)), ("y", None)]);
            assert!(query_pairs("filter", &object).is_err(), "{number}");
            assert!(form_body(&object).is_err(), "{number}");
        }
        #[derive(Serialize)]
        struct Number {
            x: f32,
        }
        assert!(form_body(&Number { x: f32::NAN }).is_err());
        let object = BTreeMap::from([("x", Some(2.0)), ("y", None)]);
        assert_eq!(form_body(&object).unwrap(), "x=2.0");
        assert!(form_body("a").is_err());
        assert!(form_body(&["a"]).is_err());
    }
}
