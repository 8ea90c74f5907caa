//! The sandbox's own time: it starts at the wall clock and may run faster.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, scaled from the moment of the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: u64,
    started: Instant,
    scale: f64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "a server lives in time; this is its only clock")]
    pub(crate) fn start(scale: f64) -> Self {
        let origin = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
        Self { origin: millis(origin), started: Instant::now(), scale }
    }

    pub(crate) fn now(&self) -> u64 {
        self.origin + millis(self.started.elapsed().mul_f64(self.scale))
    }

    /// How long `ms` of this clock last on the wall.
    pub(crate) fn wall(&self, ms: u64) -> Duration {
        Duration::from_millis(ms).div_f64(self.scale)
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// `2026-11-20T10:15:30.123Z`, the form that all three vendors use.
pub(crate) fn rfc3339(ms: u64) -> String {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = date(days);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// The civil date of a day counted from 1970; years are counted from March, so that leap days are
/// last (Howard Hinnant's `civil_from_days`).
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + carry, month, day)
}

/// Milliseconds of a date and time as [`rfc3339`] writes it; longer fractions and offsets are
/// cut off, a bare date is midnight.
pub(crate) fn read_rfc3339(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute) = (number(11, 13).unwrap_or(0), number(14, 16).unwrap_or(0));
    let (second, milli) = (number(17, 19).unwrap_or(0), number(20, 23).unwrap_or(0));
    let days = (0..=31 * 12).map(|ahead| days_before(year) + ahead);
    let day = days.into_iter().find(|candidate| date(*candidate) == (year, month, day))?;
    Some((((day * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli)
}

/// Days from 1970 to the first of January.
fn days_before(year: u64) -> u64 {
    let past = year.saturating_sub(1);
    let leaps = |until: u64| until / 4 - until / 100 + until / 400;
    year.saturating_sub(1970) * 365 + leaps(past).saturating_sub(leaps(1969))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_and_read_back() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_763_633_730_123, "2025-11-20T10:15:30.123Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(ms), text);
            assert_eq!(read_rfc3339(text), Some(ms));
        }
        assert_eq!(read_rfc3339("2026-01-01"), Some(1_767_225_600_000));
        assert_eq!(read_rfc3339("yesterday"), None);
    }

    #[test]
    fn a_scaled_clock_runs_faster_and_waits_shorter() {
        let clock = Clock::start(1000.0);
        assert_eq!(clock.wall(5000), Duration::from_millis(5));
    }
}
