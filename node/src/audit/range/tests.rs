//! A range is walked from the middle of a chain: what was altered does not follow, and a ledger that adds
//! or hides a step is told by its own blocks.

use super::*;
use idx_chain::testing::{ORDER_MS, World, share, spec};
use idx_chain::{Orders, Sealed};
use idx_crypto::{Ed25519, SecretKey, Signer};
use idx_light::Checkpoint;
use idx_light::testing::{Settled, approved, committed, mined, settled};
use idx_types::testing::{court_order, judge, judge_key, key};
use idx_types::tx::OrderIdentity;
use idx_types::wire::CertifiedHeight;
use idx_types::{BankId, Decision, Holder, JudgeId, PreparedTx, PublicBlock, Transaction, TxKind, Verdict};

/// A ledger with a past, the height that a walk begins after, and certified heights from there on.
struct Chain {
    world: World,
    start: Checkpoint,
    heights: Vec<ObservedHeight>,
}

impl Chain {
    /// An order for a session, and a half of it, a height each.
    fn ordered() -> Self {
        let mut spec = spec(6);
        (spec.params.min_difficulty, spec.params.max_difficulty) = (0, 0);
        spec.judges = vec![judge(JudgeId(1))];
        let mut world = World::of(&spec);
        let (_, session) = world.customer(3);
        let start = after(&world);
        let mut chain = Self { world, start, heights: Vec::new() };
        let ends = chain.world.next_time().plus(ORDER_MS);
        let asked = court_order(JudgeId(1), World::session_target(3, session), ends);
        let tx = chain.world.tx_by(TxKind::CourtOrder(Box::new(asked)), &judge_key(JudgeId(1)));
        let order = tx.id.into();
        chain.seal(tx);
        let half = share(order, Holder::Company, OrderIdentity::Session(session));
        let half = chain.world.tx_by(half, &idx_chain::testing::holder_key(Holder::Company));
        chain.seal(half);
        chain
    }

    /// The next height, with one transaction that passes.
    fn seal(&mut self, tx: PreparedTx) {
        let state = &self.world.state;
        let transactions = vec![Transaction::clone(&tx.tx)];
        let header = mined(self.world.header(), state.validators(), &transactions);
        let public = PublicBlock { header, transactions };
        let execution = state.execute(&public.header, &[tx], &[Decision::Pass]);
        assert_eq!(execution.outcomes(), [Outcome::Completed]);
        let keys: Vec<(BankId, SecretKey)> = (0..6).map(|n| (BankId(n), key(n as u8 + 1))).collect();
        let signers = || keys.iter().map(|(id, key)| (*id, key as &dyn Signer));
        let voices = signers().map(|(id, key)| (id, key, vec![Verdict::Approve]));
        let certificate = approved(&public.header, voices);
        let (outcomes, state_root) = (execution.outcomes().to_vec(), execution.state_root(1));
        let rest = Settled { certificate, outcomes, state_root, body: Vec::new(), mining_ms: 1 };
        let private = settled(&public, rest);
        let commit = committed(&private.header, signers().take(4));
        let (public_hash, private_hash) = (private.header.public_hash, commit.value);
        let delta = self.world.state.commit(execution, Sealed { public_hash, private_hash, mining_ms: 1 });
        let certified = CertifiedHeight { public, private, commit };
        self.heights.push(ObservedHeight::of(certified, delta.parts, delta.rules));
    }

    fn orders(&self) -> &Orders {
        self.world.state.orders()
    }

    fn walked(&self) -> Walk {
        walk(Follower::from_checkpoint(self.start.clone()), &self.heights, &Ed25519)
    }

    fn broken(&self) -> Vec<String> {
        untold(self.orders(), self.start.height.next(), &self.walked())
    }
}

fn after(world: &World) -> Checkpoint {
    let (state, tip) = (&world.state, world.state.tip());
    Checkpoint {
        chain_id: state.chain_id(),
        height: tip.height,
        public_hash: tip.public_hash,
        private_hash: tip.private_hash,
        time: tip.timestamp,
        banks: (**state.validators()).clone(),
        params: state.params().clone(),
    }
}

#[test]
fn a_sound_range_holds_the_steps_that_the_ledger_tells() {
    let chain = Chain::ordered();
    let walked = chain.walked();
    assert_eq!((walked.to, walked.made.len()), (Height(chain.start.height.0 + 2), 2));
    assert_eq!(chain.broken(), Vec::<String>::new());
}

#[test]
fn what_was_altered_does_not_follow_and_ends_the_walk() {
    type Alter = fn(&mut ObservedHeight);
    let table: [(&str, Alter); 4] = [
        ("a transaction is left out", |height| drop(height.public.transactions.pop())),
        ("an outcome is another", |height| height.private.outcomes[0] = Outcome::Deferred),
        ("a signature is missing", |height| height.commit.signatures.truncate(3)),
        ("the parts are others", |height| height.parts.params = idx_crypto::Hash32([9; 32])),
    ];
    for (what, alter) in table {
        let mut chain = Chain::ordered();
        alter(&mut chain.heights[0]);
        let walked = chain.walked();
        assert_eq!(walked.to, chain.start.height.next(), "{what}");
        let broken = chain.broken();
        assert!(broken[0].contains("does not follow"), "{what}: {broken:?}");
    }
}

/// Another ledger than the one that made these heights: one that tells less, one that tells more.
#[test]
fn a_ledger_that_tells_something_else_is_named() {
    let mut chain = Chain::ordered();
    let whole = chain.walked();
    let from = chain.start.height.next();
    let empty = Orders::default();
    let broken = untold(&empty, from, &whole);
    assert!(broken.len() == 2 && broken[0].contains("neither told nor folded away"), "{broken:?}");
    let without_half = Walk { made: whole.made.iter().take(1).copied().collect(), ..whole };
    let broken = untold(chain.orders(), from, &without_half);
    assert!(broken.len() == 1 && broken[0].contains("not in its block"), "{broken:?}");
    chain.heights.truncate(1);
    let first = chain.walked();
    assert_eq!(untold(chain.orders(), from, &first), Vec::<String>::new(), "later steps are not meant");
    let more = first.made.iter().map(|(height, order, _)| (*height, *order, TxId([9; 32])));
    let more = Walk { made: first.made.iter().copied().chain(more).collect(), ..first };
    let broken = untold(chain.orders(), from, &more);
    assert!(broken.len() == 1 && broken[0].contains("is not told"), "{broken:?}");
}
