//! The private chain's key in one mind: whose turn it is to make one, what a bank agrees to, and that
//! without a key everything goes on.

use super::{Rig, key_of};
use crate::keys::TURN_HEIGHTS;
use crate::{Effect, Input, Start, Unsigned};
use idx_chain::testing::{self, World};
use idx_chain::{KEY_LEAD_HEIGHTS, State};
use idx_types::block::tx_root;
use idx_types::testing::{chain_id, chain_secrets, epoch_keys};
use idx_types::tx::{Ballot, Change, RotateChainKey};
use idx_types::wire::Announcement;
use idx_types::{
    BankId, EpochKey, EpochKeys, PreparedTx, PublicHeader, Reason, Signed, Transaction, TxId, TxKind, Verdict,
};

fn drawn(epoch: u32) -> EpochKey {
    EpochKey::new(epoch, [80; 32].into())
}

fn founder(bank: u16) -> EpochKeys {
    epoch_keys(BankId(bank)).with(chain_secrets())
}

fn world() -> World {
    let mut spec = testing::spec(6);
    (spec.params.min_difficulty, spec.params.max_difficulty) = (0, 0);
    World::of(&spec)
}

/// The mind of a bank over the state of a world.
fn mind(world: &World, ring: EpochKeys) -> Rig {
    let mut rig = Rig::with_keys(State::restore(world.state.snapshot()).unwrap(), None, ring);
    rig.now = world.next_time();
    rig
}

fn asked(effects: &[Effect]) -> Option<u32> {
    effects.iter().find_map(|effect| if let Effect::DrawKey(epoch) = effect { Some(*epoch) } else { None })
}

/// The key that a bank is asked for when it enters the next height.
fn draws(world: &World, ring: EpochKeys) -> Option<u32> {
    let mut rig = mind(world, ring);
    rig.step(Input::Start(Start::default()));
    let mut effects = Vec::new();
    rig.mind.see_to_key(rig.now, &mut effects);
    rig.mind.see_to_key(rig.now, &mut effects);
    let again = effects.iter().filter(|effect| matches!(effect, Effect::DrawKey(_))).count();
    assert!(again < 2, "asked once a turn");
    asked(&effects)
}

/// Whoever is down, the turn comes to another bank, and back.
#[test]
fn banks_take_turns_at_a_key_that_is_due() {
    let mut world = world();
    assert_eq!(draws(&world, founder(0)), None, "nothing is due");
    world.decree(Change::RotatePrivateKey);
    let due = world.state.chain_keys().due_since().unwrap().0;
    for height in due..due + 7 * TURN_HEIGHTS {
        let turn = (height - due) / TURN_HEIGHTS;
        let ready: Vec<u16> = (0..6).filter(|bank| draws(&world, founder(*bank)) == Some(2)).collect();
        assert_eq!(ready, [(turn % 6) as u16], "height {height}");
        let no_pepper = (0..6).find_map(|bank| draws(&world, epoch_keys(BankId(bank))));
        assert_eq!(no_pepper, None, "who has no pepper has nothing to give");
        world.apply(&[]);
    }
}

#[test]
fn a_drawn_key_becomes_a_transaction_that_settles() {
    let mut world = world();
    world.decree(Change::RotatePrivateKey);
    let mut rig = mind(&world, founder(0));
    rig.step(Input::Start(Start::default()));
    assert!(rig.step(Input::KeyDrawn(drawn(1))).is_empty() && rig.step(Input::KeyDrawn(drawn(3))).is_empty());
    let effects = rig.step(Input::KeyDrawn(drawn(2)));
    let [Effect::Sign(Unsigned::Transaction(body))] = &effects[..] else { panic!("{effects:?}") };
    let tx = PreparedTx::vouch(body.clone().sign(&[&key_of(BankId(0))]));
    assert_eq!(world.state.precheck(&tx, rig.now), Ok(()));
    world.apply(&[tx]);
    assert_eq!(world.state.chain_keys().newest(), 2);
    let mut late = mind(&world, founder(0));
    late.step(Input::Start(Start::default()));
    assert!(late.step(Input::KeyDrawn(drawn(2))).is_empty(), "none is due any more");
}

/// Bank 0's verdict on a block with this rotation.
fn verdict_on(world: &World, ring: EpochKeys, rotation: RotateChainKey) -> Verdict {
    let mut rig = mind(world, ring);
    let by = rotation.bank;
    let body = idx_types::TxBody {
        created_at: rig.now,
        valid_until: rig.now.plus(1_000),
        kind: TxKind::RotateChainKey(Box::new(rotation)),
        version: idx_types::tx::TX_VERSION,
        chain_id: chain_id(),
        nonce: 0,
    };
    let tx = body.sign(&[&key_of(by)]);
    rig.step(Input::Start(Start::default()));
    rig.step(Input::Transactions(vec![PreparedTx::vouch(tx.clone())]));
    let block = block_of(&rig, &tx);
    let effects = rig.announce(block);
    let said = effects.iter().find_map(|effect| match effect {
        Effect::Sign(Unsigned::Verdicts(verdicts)) => verdicts.verdicts.first().copied(),
        _ => None,
    });
    said.expect("it speaks")
}

/// A block of another bank with one transaction.
fn block_of(rig: &Rig, tx: &Transaction) -> Announcement {
    let blocks = (0..6).map(|round| rig.block(round, 0));
    let empty = blocks.into_iter().find(|block| block.header.message.miner != BankId(0)).unwrap();
    let transactions = vec![tx.hash()];
    let header = PublicHeader { tx_root: tx_root(&transactions), ..empty.header.message };
    Announcement { header: Signed::new(header.clone(), &key_of(header.miner)), transactions }
}

#[test]
fn a_bank_rejects_a_key_that_anybody_could_not_open() {
    let mut world = world();
    world.decree(Change::RotatePrivateKey);
    let honest = founder(3).rotation(drawn(2), chain_id(), world.state.validators()).unwrap();
    let mut short = honest.clone();
    short.wraps.get_mut(&BankId(5)).unwrap().sealed[0] ^= 1;
    let reject = Verdict::Reject(Reason::BadChainKey);
    assert_eq!(verdict_on(&world, founder(0), honest.clone()), Verdict::Approve);
    assert_eq!(verdict_on(&world, founder(0), short), reject, "another bank's wrap is garbage");
    assert_eq!(verdict_on(&world, epoch_keys(BankId(0)), honest), Verdict::Approve, "one that just joined");
}

/// Without the key in force a miner makes blocks that others can vote for: of what conceals nothing.
#[test]
fn a_miner_without_the_key_leaves_what_conceals_to_others() {
    let mut world = world();
    let account = world.account(0, 1_000_000);
    let session = world.session(0, account);
    let transfer = world.transfer((0, session), (0, session), 1_000);
    let txs = [
        world.bank_tx(idx_types::testing::open_account(BankId(0), testing::handle(7)), 0),
        world.bank_tx(TxKind::Ballot(Ballot { bank: BankId(1), proposal: TxId([1; 32]), approve: true }), 1),
        world.session_tx(TxKind::Transfer(transfer)),
    ];
    for (ring, taken) in [(founder(0), 3), (epoch_keys(BankId(0)), 2)] {
        let mut rig = mind(&world, ring);
        rig.step(Input::Start(Start::default()));
        for tx in &txs {
            rig.mind.pool.insert(tx.clone()).unwrap();
        }
        let kinds: Vec<&str> = rig.mind.select(rig.now).iter().map(|tx| tx.tx.body.kind.name()).collect();
        assert_eq!(kinds.len(), taken, "{kinds:?}");
        assert!(kinds.ends_with(&["ballot", "transfer"]));
    }
}

/// The key of a height is the ledger's, whenever the node opened it: at once, or after a restart.
#[test]
fn the_key_in_force_changes_with_the_height() {
    let mut world = world();
    world.decree(Change::RemoveBank(BankId(5)));
    let rotation = founder(3).rotation(drawn(2), chain_id(), world.state.validators()).unwrap();
    world.done(TxKind::RotateChainKey(Box::new(rotation)), 3);
    let from = world.state.chain_keys().iter().last().unwrap().1.from;
    assert_eq!(from.0, world.state.tip().height.0 + KEY_LEAD_HEIGHTS);
    for (ring, before, after) in
        [(founder(0), Some(1), Some(2)), (epoch_keys(BankId(0)), None, Some(2)), (founder(5), Some(1), None)]
    {
        let of = |world: &World| {
            let mut rig = mind(world, ring.clone());
            let effects = rig.step(Input::Start(Start::default()));
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::Halt(_))));
            rig.mind.key_in_force().map(EpochKey::epoch)
        };
        let mut next = World::new(6);
        next.state = State::restore(world.state.snapshot()).unwrap();
        assert_eq!(of(&next), before);
        next.advance_to(from.0 - 1);
        assert_eq!(of(&next), after);
    }
}
