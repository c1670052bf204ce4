//! A client's transaction on its way to the others.

use super::{Rig, key_of};
use crate::{Effect, Input};
use idx_types::testing;
use idx_types::tx::TX_VERSION;
use idx_types::wire::Gossip;
use idx_types::{AccountHandle, BankId, PreparedTx, Reason, Transaction, TxBody};

fn opening(rig: &Rig) -> Transaction {
    let bank = BankId(0);
    let kind = testing::open_account(bank, AccountHandle([4; 32]));
    let body = TxBody {
        version: TX_VERSION,
        chain_id: rig.mind.state().chain_id(),
        created_at: rig.now,
        valid_until: rig.now.plus(60_000),
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
