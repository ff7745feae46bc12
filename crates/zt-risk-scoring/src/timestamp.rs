//! Times of the API.

use chrono::{DateTime, Utc};

use crate::Formatted;

/// A time in a response: the point in time, or the text if it is no date-time of RFC 3339. Either is written back verbatim.
///
/// ```
/// use zt_risk_scoring::Timestamp;
///
/// let time: Timestamp = serde_json::from_str(r#""2026-11-22T01:02:03Z""#)?;
/// assert_eq!(time.value().unwrap().timestamp(), 1_795_309_323);
///
/// let odd: Timestamp = serde_json::from_str(r#""yesterday""#)?;
/// assert_eq!((odd.value(), &*odd.text()), (None, "yesterday"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type Timestamp = Formatted<DateTime<Utc>>;
