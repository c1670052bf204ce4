//! A client's transaction on its way to the others.

use super::{Rig, key_of};
use crate::{Effect, Event, Input};
use idx_types::testing;
use idx_types::tx::TX_VERSION;
use idx_types::wire::Gossip;
use idx_types::{AccountHandle, BankId, PreparedTx, Reason, TimestampMs, Transaction, TxBody};

pub(super) fn opening(rig: &Rig) -> Transaction {
    opening_at(rig, rig.now)
}

fn opening_at(rig: &Rig, created_at: TimestampMs) -> Transaction {
    let bank = BankId(0);
    let kind = testing::open_account(bank, AccountHandle([4; 32]));
    let body = TxBody {
        version: TX_VERSION,
        chain_id: rig.mind.state().chain_id(),
        created_at,
        valid_until: created_at.plus(60_000),
        nonce: 1,
        kind,
    };
    body.sign(&[&key_of(bank)])
}

/// Simulator seeds 10166 and 20099: the only message about a transaction was lost, and the node that
/// held it had left the network's banks and no turn to mine.
#[test]
fn a_transaction_that_is_handed_in_again_is_passed_on_again() {
    let mut rig = Rig::new();
    let tx = opening(&rig);
    for expected in [Ok(tx.id()), Err(Reason::PoolDuplicate)] {
        let effects = rig.step(Input::Submit(7, PreparedTx::vouch(tx.clone())));
        let passed_on = |effect: &Effect| matches!(effect, Effect::Gossip(Gossip::Transactions(txs)) if txs[..] == [tx.clone()]);
        assert!(effects.iter().any(passed_on));
        let answered = |effect: &Effect| matches!(effect, Effect::Answer(7, answer) if *answer == expected);
        assert!(effects.iter().any(answered), "{expected:?}");
    }
}

/// Simulator seed 3002331: a bank whose clock is ahead hands out a transaction of the future. The others
/// mined it, it failed, came back and failed again.
#[test]
fn what_is_dated_further_ahead_than_clocks_may_be_apart_is_not_pooled() {
    let mut rig = Rig::new();
    let drift = rig.mind.state().params().max_clock_drift_ms;
    for (ahead, taken) in [(drift + 1, false), (drift, true)] {
        let tx = PreparedTx::vouch(opening_at(&rig, rig.now.plus(ahead)));
        let effects = rig.step(Input::Transactions(vec![tx]));
        let pending = |effect: &Effect| matches!(effect, Effect::Publish(Event::Pending(_)));
        assert_eq!(effects.iter().any(pending), taken, "{ahead} ms ahead");
    }
}

/// The same within the bounds of the door: a miner whose clock is behind the door's leaves it waiting.
#[test]
fn a_miner_leaves_waiting_what_its_block_would_be_too_early_for() {
    let mut rig = Rig::new();
    let drift = rig.mind.state().params().max_clock_drift_ms;
    let tx = opening_at(&rig, rig.now.plus(drift));
    rig.step(Input::Submit(7, PreparedTx::vouch(tx)));
    assert_eq!(rig.mind.select(rig.now).len(), 1);
    assert_eq!(rig.mind.select(TimestampMs(rig.now.0 - 1)).len(), 0);
}
