//! The counts of a list.

use serde::Serialize;
use serde_json::Value;

use crate::redact::Secrets;

/// The counts of a list, and the cursor of its next page: the envelope's `result_info`.
///
/// Each field is read on its own, so a malformed field hides no other.
///
/// ```
/// use cloudflare_client::ResultInfo;
///
/// fn is_last_page(info: &ResultInfo) -> bool {
///     info.cursor.is_none() && info.page >= info.total_pages
/// }
///
/// let mut info = ResultInfo::default();
/// (info.page, info.total_pages) = (Some(1), Some(2));
/// assert!(!is_last_page(&info));
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResultInfo {
    /// The number of items in the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The number of the page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// The most items that a page has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_page: Option<u64>,
    /// The number of items of all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// The number of pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<u64>,
    /// The cursor of the next page, for operations that page by cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl ResultInfo {
    /// Reads `result_info` as the server sent it. `None` if nothing in it can be read.
    pub(crate) fn read(raw: Option<&Value>, secrets: &Secrets) -> Option<Self> {
        let raw = raw?;
        let number = |name: &str| raw.get(name).and_then(whole_number);
        let cursor = raw.get("cursor").or_else(|| raw.pointer("/cursors/after")).and_then(Value::as_str);
        let info = Self {
            count: number("count"),
            page: number("page"),
            per_page: number("per_page"),
            total_count: number("total_count"),
            total_pages: number("total_pages"),
            cursor: cursor.filter(|cursor| !cursor.is_empty()).map(|cursor| secrets.redact(cursor).into_owned()),
        };
        (info != Self::default()).then_some(info)
    }
}

/// Reads a non-negative integer, which may have a fraction of zero: the API's document types it as `number`.
fn whole_number(value: &Value) -> Option<u64> {
    let Value::Number(number) = value else { return None };
    number.as_u64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(raw: &Value) -> Option<ResultInfo> {
        ResultInfo::read(Some(raw), &Secrets::from("cfut_secret"))
    }

    #[test]
    fn counts_are_read_one_by_one() {
        let info = read(&json!({"count": 2, "page": 1.0, "per_page": -1, "total_count": "x", "total_pages": 1.5}));
        assert_eq!(info, Some(ResultInfo { count: Some(2), page: Some(1), ..ResultInfo::default() }));
    }

    #[test]
    fn cursor_is_read_in_both_of_its_places_and_redacted() {
        for raw in [json!({"cursor": "a cfut_secret"}), json!({"cursors": {"after": "a cfut_secret", "before": "b"}})] {
            assert_eq!(read(&raw).unwrap().cursor.unwrap(), "a [redacted]");
        }
    }

    #[test]
    fn result_info_without_any_known_field_is_none() {
        for raw in [json!(null), json!([]), json!({}), json!({"next": 1}), json!({"cursor": ""})] {
            assert_eq!(read(&raw), None, "{raw}");
        }
        assert_eq!(ResultInfo::read(None, &Secrets::from("cfut_secret")), None);
    }
}
