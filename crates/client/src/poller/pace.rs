//! How often one account is asked: within the vendor's limit, and less where it slows us down.

use std::time::Duration;

use tokio::time::Instant;

/// Polls that may follow each other at once after a rest: as many as make up so much time.
const BURST: Duration = Duration::from_secs(1);

/// What the first refusal makes of a rate that is quicker.
const SLOWED: Duration = Duration::from_millis(20);

/// The slowest that refusals make of any rate: beyond that, it is the vendor who asks for a pause.
const SLOWEST: Duration = Duration::from_secs(5);

/// The polls of one account, spaced.
#[derive(Debug)]
pub(super) struct Pace {
    /// Between two polls, at best.
    least: Duration,
    /// Between two polls, now.
    gap: Duration,
    /// When the polls so far would be over, had they kept their distance.
    over_at: Option<Instant>,
    slowed_at: Option<Instant>,
}

impl Pace {
    /// So many polls a minute.
    pub(super) fn new(per_minute: u32) -> Pace {
        let least = Duration::from_mins(1) / per_minute.max(1);
        Pace { least, gap: least, over_at: None, slowed_at: None }
    }

    /// When the next poll may be made; nothing where it may be made at any time.
    pub(super) fn next(&self) -> Option<Instant> {
        self.over_at?.checked_sub(BURST)
    }

    /// A poll is made.
    pub(super) fn take(&mut self, now: Instant) {
        self.over_at = Some(self.over_at.map_or(now, |at| at.max(now)) + self.gap);
    }

    /// The vendor finds that it is asked too often. All polls under way say so, which counts once.
    pub(super) fn slow_down(&mut self, now: Instant) {
        if self.slowed_at.is_none_or(|at| now >= at + BURST) {
            self.gap = (self.gap * 2).clamp(SLOWED.max(self.least), SLOWEST.max(self.least));
            self.slowed_at = Some(now);
        }
    }

    /// The vendor answered: a little quicker again.
    pub(super) fn speed_up(&mut self) {
        self.gap = self.gap.mul_f64(0.98).max(self.least);
    }

    /// How long it takes to ask so often.
    pub(super) fn time_of(&self, polls: usize) -> Duration {
        self.gap.saturating_mul(u32::try_from(polls).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many polls are made at once, and how long the next one has to wait.
    fn burst(pace: &mut Pace, now: Instant) -> (usize, Duration) {
        let mut polls = 0;
        while pace.next().is_none_or(|at| at <= now) {
            pace.take(now);
            polls += 1;
        }
        (polls, pace.next().unwrap() - now)
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_of_polls_at_once_and_then_one_by_one() {
        let mut pace = Pace::new(600);
        tokio::time::advance(BURST).await;
        let now = Instant::now();
        assert_eq!(burst(&mut pace, now), (11, Duration::from_millis(100)));
        let later = now + Duration::from_millis(250);
        assert_eq!(burst(&mut pace, later), (2, Duration::from_millis(50)));
        let rested = now + Duration::from_mins(1);
        assert_eq!(burst(&mut pace, rested).0, 11, "rest is not saved up");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_slow_down_once_a_second_and_answers_speed_up() {
        let (mut pace, now) = (Pace::new(600), Instant::now());
        for _ in 0..8 {
            pace.slow_down(now);
        }
        assert_eq!(pace.time_of(10), Duration::from_secs(2));
        for second in 1..20 {
            pace.slow_down(now + BURST * second);
        }
        assert_eq!(pace.time_of(1), SLOWEST);
        for _ in 0..500 {
            pace.speed_up();
        }
        assert_eq!(pace.time_of(10), Duration::from_secs(1), "never quicker than the limit");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_slower_than_the_slowest_stays() {
        let mut pace = Pace::new(6);
        pace.slow_down(Instant::now());
        assert_eq!(pace.time_of(1), Duration::from_secs(10));
    }
}
