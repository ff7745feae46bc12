//! What every generated client has in common.

use crate::Operation;

/// A generated client, whose methods build requests. Generated code implements this for its `Client`.
pub trait ApiClient: Sized {
    /// The SDK's name and version, as the first product of the `User-Agent` header (RFC 9110, section 10.1.5).
    const USER_AGENT: &'static str;

    /// Every operation of the document, in its order.
    const OPERATIONS: &'static [Operation];

    /// Makes a client that builds requests below `base_url`. The HTTP client sends nothing.
    fn new(base_url: &str, http_client: reqwest::Client) -> Self;

    /// The operation with the given id.
    fn operation(id: &str) -> Option<Operation> {
        Self::OPERATIONS.iter().find(|operation| operation.id == id).copied()
    }
}
