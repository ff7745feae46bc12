//! Media types of bodies.

/// JSON (RFC 8259).
pub const JSON: &str = "application/json";

/// A form: names and values, encoded as in a query.
pub const FORM: &str = "application/x-www-form-urlencoded";
