//! Whether the API sent a list as a whole.

use zt_risk_scoring::{BehaviorMap, Integration, Response, Summary, UserRisk};

use crate::failure::Failure;

/// What a read of an account returns.
pub(crate) trait Reading: Send + 'static {
    /// The number of items, if it is a list that the API counts.
    fn items(&self) -> Option<usize> {
        None
    }
}

impl Reading for BehaviorMap {}

impl Reading for Integration {}

impl Reading for UserRisk {}

impl Reading for Summary {
    fn items(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl Reading for Vec<Integration> {
    fn items(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// The value of a response.
///
/// # Errors
///
/// If it is a list, and the API's counts say that it is a part. The API documents no pages, so the rest cannot be read, and an
/// incomplete list looks as a complete one does.
pub(crate) fn value<T: Reading>(response: Response<T>) -> Result<T, Failure> {
    let (value, metadata) = response.into_parts();
    let (Some(items), Some(info)) = (value.items(), metadata.result_info()) else { return Ok(value) };
    let read = u64::try_from(items).unwrap_or(u64::MAX);
    let part = match (info.total_count, info.total_pages) {
        (Some(total), _) if total > read => format!("{read} of {total} items"),
        (_, Some(pages)) if pages > 1 => format!("{read} items, which are one of {pages} pages"),
        _ if info.cursor.is_some() => format!("{read} items, and a cursor of more"),
        _ => return Ok(value),
    };
    Err(Failure::incomplete(
        format!("the API sent a part of the list: {part}"),
        "the API documents no pages, so this version cannot read the rest; look for a newer version of zt-risk",
    ))
}
