//! Golden files: what every command prints to standard output and to standard error, and its exit status.
//!
//! Each file in `tests/cmd` is a run of the program in the folder `tests/files`, or in a copy of it if the run writes files.
//! `TRYCMD=overwrite cargo test -p zt-risk-scoring-cli --test program golden` writes what the program prints now; review the
//! difference. `[..]` matches text that changes from run to run, and a line `...` matches any number of lines.

use crate::support::home;

#[test]
fn output_and_exit_status_are_those_of_the_golden_files() {
    let home = home().to_str().unwrap();
    trycmd::TestCases::new()
        .default_bin_path(env!("CARGO_BIN_EXE_zt-risk"))
        .env("HOME", home)
        .env("APPDATA", home)
        .insert_var("[HOME]", home)
        .unwrap()
        .insert_var("[VERSION]", env!("CARGO_PKG_VERSION"))
        .unwrap()
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/*/*.toml"))
        // The tour of the README.
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
}
