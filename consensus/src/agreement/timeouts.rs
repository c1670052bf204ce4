//! How long a timeout lasts: grows with the round so that slow banks meet at last, up to a cap so
//! that banks that return are waited for seconds, not hours (fault 23).

use super::message::{TimeoutId, TimeoutKind};
use idx_types::Params;

/// Milliseconds after which the timeout is due, 1 to `timeout_cap_ms`:
/// `base + timeout_step_ms * round`, capped. Each height starts again at round 0, so any progress
/// resets it.
pub fn timeout_ms(params: &Params, id: &TimeoutId) -> u64 {
    let base = match id.kind {
        TimeoutKind::Propose => params.propose_timeout_ms,
        TimeoutKind::Prevote | TimeoutKind::Precommit => params.vote_timeout_ms,
        // Long enough that a healthy round never repeats itself.
        TimeoutKind::Rebroadcast => params.vote_timeout_ms.saturating_mul(2),
    };
    let growth = params.timeout_step_ms.saturating_mul(u64::from(id.round.0));
    base.saturating_add(growth).min(params.timeout_cap_ms).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::{Height, Round};

    fn ms(kind: TimeoutKind, round: u32) -> u64 {
        timeout_ms(&Params::default(), &TimeoutId { height: Height(1), round: Round(round), kind })
    }

    #[test]
    fn grows_by_the_step_up_to_the_cap() {
        use TimeoutKind::*;
        let table = [
            (Propose, 0, 2_000),
            (Propose, 3, 3_500),
            (Propose, 16, 10_000),
            (Propose, u32::MAX, 10_000),
            (Prevote, 0, 500),
            (Precommit, 1, 1_000),
            (Precommit, u32::MAX, 10_000),
            (Rebroadcast, 0, 1_000),
            (Rebroadcast, u32::MAX, 10_000),
        ];
        for (kind, round, expected) in table {
            assert_eq!(ms(kind, round), expected, "{kind:?} of round {round}");
        }
    }

    #[test]
    fn extreme_parameters_neither_overflow_nor_give_zero() {
        let params = Params {
            vote_timeout_ms: u64::MAX,
            timeout_step_ms: u64::MAX,
            timeout_cap_ms: 0,
            ..Params::default()
        };
        let id = TimeoutId { height: Height(1), round: Round(u32::MAX), kind: TimeoutKind::Rebroadcast };
        assert_eq!(timeout_ms(&params, &id), 1);
    }
}
