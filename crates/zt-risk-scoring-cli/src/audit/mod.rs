//! `zt-risk behaviors audit`: compares accounts with a policy.

mod command;
mod engine;
mod exceptions;
mod finding;
mod junit;
mod key;
mod policy;
mod policy_file;
mod rule;
mod sarif;
mod suggestion;
#[cfg(test)]
mod tests;

pub(crate) use command::{AuditArguments, run};

/// Adds the schemas of what the commands print.
#[cfg(test)]
pub(crate) fn add_schemas(schemas: &mut crate::records::Schemas) {
    schemas.add::<finding::Finding>("behaviors audit");
}
