//! The packages that code is generated for.

use serde::{Deserialize, Serialize};

/// The packages of an SDK that code is generated for, by their names.
#[derive(Clone, Deserialize, Serialize)]
pub struct Packages {
    /// The low-level client.
    pub api: String,
    /// The typed mocks.
    pub mock: String,
    /// The SDK, which is hand-written except for one checked method per operation. Without it, no method is generated.
    pub sdk: Option<String>,
}

impl Packages {
    /// The names of all packages.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.api, &self.mock].into_iter().chain(&self.sdk).map(String::as_str)
    }

    /// The package that users depend on: the SDK, or the low-level client if there is none.
    pub fn front(&self) -> &str {
        self.sdk.as_deref().unwrap_or(&self.api)
    }
}

/// The path by which Rust code names a package.
pub fn crate_path(package: &str) -> String {
    package.replace('-', "_")
}
