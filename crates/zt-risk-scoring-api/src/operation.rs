//! What the document says of an operation.

/// An operation, as the document describes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// Its id.
    pub id: &'static str,
    /// Its method, in upper case.
    pub method: &'static str,
    /// Its path, with the names of parameters in braces.
    pub path: &'static str,
}

impl Operation {
    /// Whether repeating it does no harm (RFC 9110, section 9.2.2).
    pub const fn is_idempotent(&self) -> bool {
        matches!(self.method.as_bytes(), b"DELETE" | b"GET" | b"HEAD" | b"OPTIONS" | b"PUT" | b"TRACE")
    }
}
