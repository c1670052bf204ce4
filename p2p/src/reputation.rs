//! What a peer's behaviour has cost it, and for how long it is refused when it has cost too much.

use crate::settings::NetworkLimits;
use std::time::{Duration, Instant};

/// The score of a peer that did nothing wrong lately.
pub const SCORE_BEST: i64 = 0;

/// At this score a peer is cut.
pub const SCORE_CUT: i64 = -100;

/// Thousandths of a point, so that a small offence can cost a fraction.
const MILLI: i64 = 1000;

/// Points that come back each second.
const HEALED_PER_S: i64 = 1;

/// Good conduct after which one earlier ban is forgotten.
const BAN_MEMORY: Duration = Duration::from_secs(600);

/// Bans beyond this number no longer matter: the doubling has met its cap long before.
const BANS_COUNTED_MAX: u32 = 16;

/// What is charged for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Offence {
    /// The owner rejected a message.
    Rejected,
    /// The owner blames the peer, and says why.
    Blamed(&'static str),
    /// A request or an answer too long or cut short.
    BrokenExchange,
    /// A gossiped message longer than any may be.
    OversizedGossip,
    /// One message or request over the rate, of so many that may come at once.
    OverRate {
        /// The burst of the rate.
        burst: u64,
    },
    /// Held back at the socket all the time although nothing was asked of it.
    Flooding,
}

impl Offence {
    fn cost_milli(self) -> i64 {
        match self {
            Self::Rejected => 20 * MILLI,
            Self::Blamed(_) | Self::BrokenExchange | Self::OversizedGossip => 35 * MILLI,
            // Cut after exceeding the rate by one more burst.
            Self::OverRate { burst } => {
                (-SCORE_CUT * MILLI) / i64::try_from(burst).unwrap_or(i64::MAX).max(1) + 1
            }
            Self::Flooding => -SCORE_CUT * MILLI,
        }
    }

    /// In words, for the report.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Rejected => "sent messages that do not hold",
            Self::Blamed(reason) => reason,
            Self::BrokenExchange => "broke the request protocol",
            Self::OversizedGossip => "sent a message above the size limit",
            Self::OverRate { .. } => "sent more messages than its rate allows",
            Self::Flooding => "sent more bytes than its rate allows",
        }
    }
}

/// One peer's account. Offences lower the score, time heals it; at [`SCORE_CUT`] the peer is
/// refused for a time that doubles with each ban up to a cap. Nobody is refused for ever.
#[derive(Debug)]
pub(crate) struct Reputation {
    score_milli: i64,
    healed_at: Instant,
    bans: u32,
    banned_until: Option<Instant>,
    forgiven_at: Instant,
}

impl Reputation {
    /// Of a peer that did nothing yet.
    pub(crate) const fn new(now: Instant) -> Self {
        Self { score_milli: 0, healed_at: now, bans: 0, banned_until: None, forgiven_at: now }
    }

    /// The score in points, [`SCORE_CUT`] to [`SCORE_BEST`].
    pub(crate) fn score(&self, now: Instant) -> i64 {
        (self.healed_milli(now) / MILLI).max(SCORE_CUT)
    }

    /// When the peer may come back, if it is refused.
    pub(crate) const fn banned_until(&self) -> Option<Instant> {
        self.banned_until
    }

    /// Charges an offence; says for how long to refuse the peer if that was too much. A peer that
    /// is refused already is not charged again for what was still under way.
    pub(crate) fn charge(
        &mut self,
        offence: Offence,
        limits: &NetworkLimits,
        now: Instant,
    ) -> Option<Duration> {
        if self.banned_until.is_some() {
            return None;
        }
        self.score_milli = self.healed_milli(now).saturating_sub(offence.cost_milli());
        self.healed_at = now;
        (self.score_milli <= SCORE_CUT * MILLI).then(|| self.ban(limits, now))
    }

    /// Ends the ban if its time is over; the peer starts again with a clean score.
    pub(crate) fn pardon(&mut self, now: Instant) -> bool {
        let over = self.banned_until.is_some_and(|until| until <= now);
        if over {
            *self = Self { bans: self.bans, ..Self::new(now) };
        }
        over
    }

    fn ban(&mut self, limits: &NetworkLimits, now: Instant) -> Duration {
        self.forgive(now);
        let doubled = limits.ban_first.saturating_mul(2u32.saturating_pow(self.bans));
        let time = doubled.min(limits.ban_max);
        self.bans = (self.bans + 1).min(BANS_COUNTED_MAX);
        self.banned_until = now.checked_add(time).or(Some(now));
        time
    }

    /// Forgets one ban for each [`BAN_MEMORY`] without another.
    fn forgive(&mut self, now: Instant) {
        let periods = now.saturating_duration_since(self.forgiven_at).as_secs() / BAN_MEMORY.as_secs();
        self.bans = self.bans.saturating_sub(u32::try_from(periods).unwrap_or(u32::MAX));
        self.forgiven_at = now;
    }

    fn healed_milli(&self, now: Instant) -> i64 {
        let elapsed_ms = now.saturating_duration_since(self.healed_at).as_millis();
        let healed = i64::try_from(elapsed_ms).unwrap_or(i64::MAX).saturating_mul(HEALED_PER_S);
        self.score_milli.saturating_add(healed).min(SCORE_BEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offend(reputation: &mut Reputation, offence: Offence, now: Instant) -> (u32, Duration) {
        let limits = NetworkLimits::default();
        (1..)
            .find_map(|n| reputation.charge(offence, &limits, now).map(|time| (n, time)))
            .expect("cut some time")
    }

    #[test]
    fn each_offence_cuts_after_its_own_number() {
        let table = [
            (Offence::Rejected, 5),
            (Offence::Blamed("x"), 3),
            (Offence::BrokenExchange, 3),
            (Offence::OversizedGossip, 3),
            (Offence::OverRate { burst: 50 }, 50),
            (Offence::OverRate { burst: 0 }, 1),
            (Offence::Flooding, 1),
        ];
        for (offence, times) in table {
            let now = Instant::now();
            let mut reputation = Reputation::new(now);
            assert_eq!(offend(&mut reputation, offence, now).0, times, "{offence:?}");
            assert_eq!(reputation.score(now), SCORE_CUT);
        }
    }

    #[test]
    fn time_heals() {
        let start = Instant::now();
        let mut reputation = Reputation::new(start);
        assert_eq!(reputation.charge(Offence::Rejected, &NetworkLimits::default(), start), None);
        for (after_s, score) in [(0, -20), (5, -15), (20, 0), (9999, SCORE_BEST)] {
            assert_eq!(reputation.score(start + Duration::from_secs(after_s)), score);
        }
    }

    #[test]
    fn bans_double_to_a_cap_and_end() {
        let mut now = Instant::now();
        let mut reputation = Reputation::new(now);
        for expected_s in [10, 20, 40, 80, 160, 300, 300, 300] {
            let (_, time) = offend(&mut reputation, Offence::Flooding, now);
            assert_eq!(time, Duration::from_secs(expected_s));
            assert!(!reputation.pardon(now), "not before its time");
            now += time;
            assert!(reputation.pardon(now), "never lost for ever");
            assert_eq!((reputation.score(now), reputation.banned_until()), (SCORE_BEST, None));
        }
    }

    #[test]
    fn good_conduct_is_remembered_too() {
        let start = Instant::now();
        let mut reputation = Reputation::new(start);
        let later = start + Duration::from_secs(10);
        offend(&mut reputation, Offence::Flooding, start);
        assert!(reputation.pardon(later));
        assert_eq!(offend(&mut reputation, Offence::Flooding, later).1, Duration::from_secs(20));
        let pardoned = later + Duration::from_secs(20);
        assert!(reputation.pardon(pardoned));
        let much_later = pardoned + BAN_MEMORY * 2;
        assert_eq!(offend(&mut reputation, Offence::Flooding, much_later).1, Duration::from_secs(10));
    }

    #[test]
    fn a_banned_peer_is_not_charged_again() {
        let now = Instant::now();
        let mut reputation = Reputation::new(now);
        offend(&mut reputation, Offence::Flooding, now);
        assert_eq!(reputation.charge(Offence::Flooding, &NetworkLimits::default(), now), None);
    }
}
