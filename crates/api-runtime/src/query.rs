//! Query parameters.

use progenitor_client::QueryParam;
use serde::Serialize;

/// The pairs that a generated client writes into the query for a parameter: none for an empty list, one for each value of
/// another list, and one for each property of an object. Mocks compare requests with them.
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
