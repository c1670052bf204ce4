//! What every transaction must satisfy, whatever it asks; and the check at the door.

use crate::draft::Draft;
use crate::state::State;
use idx_types::tx::{TX_BYTES_MAX, TX_VERSION};
use idx_types::{BankId, PreparedTx, Reason, TimestampMs, TxBody};

impl State {
    /// Whether a transaction could be carried out by itself in a next block of time `now`. For the
    /// door of a node: everything is checked that the ledger will check again, funds and signatures
    /// included. Transactions before it in the same block may still leave it without funds.
    ///
    /// # Errors
    /// The reason with which the ledger would fail it.
    pub fn precheck(&self, tx: &PreparedTx, now: TimestampMs) -> Result<(), Reason> {
        let miner = self.validators.banks().first().map_or(BankId(0), |bank| bank.id);
        Draft::of_block(self, miner, now).run(tx)
    }
}

/// Checks format, network, size, times, replay and signatures, cheapest first.
pub(crate) fn check(draft: &Draft<'_>, tx: &PreparedTx) -> Result<(), Reason> {
    let body = &tx.tx.body;
    if body.version != TX_VERSION {
        return Err(Reason::UnknownVersion);
    }
    if body.chain_id != draft.base.chain_id {
        return Err(Reason::WrongChain);
    }
    if tx.len > TX_BYTES_MAX {
        return Err(Reason::TooLarge);
    }
    check_times(draft, body)?;
    if draft.is_settled(body.valid_until, &tx.id) {
        return Err(Reason::Replayed);
    }
    if !body.kind.is_open() {
        return Err(Reason::Concealed);
    }
    if tx.signatures_hold() { Ok(()) } else { Err(Reason::BadSignature) }
}

fn check_times(draft: &Draft<'_>, body: &TxBody) -> Result<(), Reason> {
    let (params, now) = (&draft.base.params, draft.place.now);
    if body.created_at > now.plus(params.max_clock_drift_ms) {
        return Err(Reason::NotYetValid);
    }
    let span = body.valid_until.since(body.created_at);
    if span == 0 || span > params.max_validity_ms {
        return Err(Reason::ValidityTooLong);
    }
    if now > body.valid_until { Err(Reason::Expired) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use idx_crypto::Hash32;
    use idx_types::params::DAY_MS;
    use idx_types::{ChainId, Outcome, TxBody};

    type Spoil = fn(&mut TxBody);

    #[test]
    fn common_refusals_each_with_its_reason() {
        let table: [(Spoil, Reason); 8] = [
            (|b| b.version = 2, Reason::UnknownVersion),
            (|b| b.version = 0, Reason::UnknownVersion),
            (|b| b.chain_id = ChainId(Hash32::ZERO), Reason::WrongChain),
            (|b| b.created_at = b.created_at.plus(1 << 40), Reason::NotYetValid),
            (|b| b.valid_until = b.created_at, Reason::ValidityTooLong),
            (|b| b.valid_until = TimestampMs(b.created_at.0 - 1), Reason::ValidityTooLong),
            (|b| b.valid_until = b.created_at.plus(DAY_MS + 1), Reason::ValidityTooLong),
            (
                |b| {
                    b.created_at = TimestampMs(b.created_at.0 - 1_000_000);
                    b.valid_until = b.created_at.plus(1);
                },
                Reason::Expired,
            ),
        ];
        let mut world = World::new(6);
        for (spoil, reason) in table {
            let tx = world.open_account_with(0, spoil);
            world.assert_refused(&tx, reason);
        }
    }

    #[test]
    fn times_at_their_very_edges_are_accepted() {
        let mut world = World::new(6);
        let (now, drift) = (world.next_time(), world.state.params().max_clock_drift_ms);
        let edges: [&dyn Fn(&mut TxBody); 3] =
            [&|b| b.created_at = now.plus(drift), &|b| b.valid_until = b.created_at.plus(DAY_MS), &|b| {
                b.created_at = TimestampMs(now.0 - 1);
                b.valid_until = now;
            }];
        for edge in edges {
            let tx = world.open_account_with(0, edge);
            assert_eq!(world.state.precheck(&tx, now), Ok(()));
        }
    }

    #[test]
    fn a_transaction_settles_once_in_one_block_or_two() {
        let mut world = World::new(6);
        let tx = world.open_account_with(0, |_| {});
        let outcomes = world.apply(&[tx.clone(), tx.clone()]);
        assert_eq!(outcomes, [Outcome::Completed, Outcome::Failed(Reason::Replayed)]);
        world.assert_refused(&tx, Reason::Replayed);
        assert!(world.state.is_settled(&tx.id));
    }

    #[test]
    fn a_tampered_signature_is_refused() {
        let mut world = World::new(6);
        let mut tx = (*world.open_account_with(0, |_| {}).tx).clone();
        tx.signatures[0].signature.0[0] ^= 1;
        world.assert_refused(&PreparedTx::verify(tx, &idx_crypto::Ed25519), Reason::BadSignature);
    }
}
