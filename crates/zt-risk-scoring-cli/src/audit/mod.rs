//! `zt-risk behaviors audit`: compares accounts with a policy.

mod engine;
mod exceptions;
mod finding;
mod junit;
mod key;
mod nearest;
mod policy;
mod policy_file;
mod rule;
mod sarif;
#[cfg(test)]
mod tests;
