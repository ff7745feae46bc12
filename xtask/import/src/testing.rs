//! An SDK for tests.

use crate::settings::{Fixup, Names, Settings, Slice};

/// The settings of an import, owned.
pub(crate) struct TestSdk {
    pub(crate) slice: Slice,
    pub(crate) names: Names,
    pub(crate) fixups: Vec<Fixup>,
}

impl TestSdk {
    pub(crate) fn settings(&self) -> Settings<'_> {
        let Self { slice, names, fixups } = self;
        Settings { name: "things", title: "Things", description: "All of them.", slice, names, fixups }
    }
}

/// The SDK things, with what its slice says.
pub(crate) fn things(slice: &str) -> TestSdk {
    let names = toml::from_str("drop_type_prefix = 'acme'").unwrap();
    TestSdk { slice: toml::from_str(slice).unwrap(), names, fixups: Vec::new() }
}
