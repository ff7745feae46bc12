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
    /// An operation with an id, a method in upper case, and a path.
    pub const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path }
    }

    /// Whether repeating it does no harm (RFC 9110, section 9.2.2).
    pub const fn is_idempotent(&self) -> bool {
        matches!(self.method.as_bytes(), b"DELETE" | b"GET" | b"HEAD" | b"OPTIONS" | b"PUT" | b"TRACE")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_method_that_may_be_repeated_is_idempotent() {
        let idempotent = |method| Operation::new("thing", method, "/things").is_idempotent();
        assert!(["DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"].into_iter().all(idempotent));
        assert!(!["CONNECT", "PATCH", "POST", "get", ""].into_iter().any(idempotent));
    }
}
