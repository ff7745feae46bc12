//! Durations as people read them.

use std::fmt;
use std::time::Duration;

/// A duration as people read it: `0 s`, `0.3 ms`, `250 ms`, `1.5 s`, `5 min`, `1 d 1 h`. It has two units at most; what
/// is shorter than the second unit is dropped.
pub(crate) fn human(duration: Duration) -> impl fmt::Display {
    Human(duration)
}

struct Human(Duration);

/// The units of whole seconds, longest first.
const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

impl fmt::Display for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MICROS_PER_MILLI: u32 = 1_000;
        let seconds = self.0.as_secs();
        if seconds >= 60 {
            return minutes(seconds, f);
        }
        let micros = self.0.subsec_micros();
        let (whole, tenths, unit) = match seconds {
            0 if self.0.is_zero() => (0, 0, "s"),
            0 if micros < 100 => return f.write_str("under 0.1 ms"),
            0 if micros < 10 * MICROS_PER_MILLI => {
                (u64::from(micros / MICROS_PER_MILLI), micros % MICROS_PER_MILLI / 100, "ms")
            }
            0 => (u64::from(micros / MICROS_PER_MILLI), 0, "ms"),
            _ => (seconds, self.0.subsec_millis() / 100, "s"),
        };
        match tenths {
            0 => write!(f, "{whole} {unit}"),
            _ => write!(f, "{whole}.{tenths} {unit}"),
        }
    }
}

/// Writes the longest unit that fits, and the next one if anything is left for it.
fn minutes(seconds: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut left = seconds;
    let mut units = UNITS.iter().skip_while(|(length, _)| *length > seconds).take(2);
    if let Some((length, unit)) = units.next() {
        write!(f, "{} {unit}", seconds.checked_div(*length).unwrap_or_default())?;
        left = seconds.checked_rem(*length).unwrap_or_default();
    }
    match units.next() {
        Some((length, unit)) if left >= *length => {
            write!(f, " {} {unit}", left.checked_div(*length).unwrap_or_default())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_is_written_in_two_units_at_most() {
        for (micros, expected) in [
            (0, "0 s"),
            (99, "under 0.1 ms"),
            (100, "0.1 ms"),
            (300, "0.3 ms"),
            (1_000, "1 ms"),
            (1_999, "1.9 ms"),
            (9_999, "9.9 ms"),
            (10_500, "10 ms"),
            (250_000, "250 ms"),
            (999_999, "999 ms"),
            (1_000_000, "1 s"),
            (1_500_000, "1.5 s"),
            (59_990_000, "59.9 s"),
            (60_000_000, "1 min"),
            (61_900_000, "1 min 1 s"),
            (300_000_000, "5 min"),
            (3_600_000_000, "1 h"),
            (3_659_000_000, "1 h"),
            (7_260_000_000, "2 h 1 min"),
            (86_400_000_000, "1 d"),
            (90_061_000_000, "1 d 1 h"),
            (31_536_000_000_000, "365 d"),
        ] {
            assert_eq!(human(Duration::from_micros(micros)).to_string(), expected);
        }
        assert_eq!(human(Duration::from_nanos(1)).to_string(), "under 0.1 ms");
        assert_eq!(human(Duration::MAX).to_string(), "213503982334601 d 7 h");
    }
}
