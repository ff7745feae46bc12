//! The table that a benchmark prints.

use std::fmt::Display;

/// Prints the title and the heads of the columns.
pub(crate) fn print_head(title: &str) {
    println!("\n{title}\n\n{:40} {:>10} {:>10} {:>7} {:>7}", "", "floor", "SDK", "ratio", "target");
}

/// Prints a measurement of the floor and of the SDK, and their ratio.
pub(crate) fn print_row(name: &str, floor: impl Display, sdk: impl Display, ratio: f64, target: Option<f64>) {
    let verdict = match target {
        Some(target) => format!("{target:>7.2}{}", if ratio <= target { "" } else { "  missed" }),
        None => String::new(),
    };
    println!("{name:40} {floor:>10} {sdk:>10} {ratio:>7.3} {verdict}");
}
