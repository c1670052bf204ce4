//! Heights that anybody hands to a follower: what it takes is what the banks made. The target takes the
//! true next height of a short chain and changes some of it; liars can also sign again what they changed.

use crate::cast::{Cast, prepared};
use crate::gate::alter;
use crate::stage::{GENESIS_MS, StandInRule, banks, genesis};
use crate::tape::Tape;
use idx_chain::{Sealed, State};
use idx_light::Follower;
use idx_types::block::{body_hash, outcomes_hash};
use idx_types::tx::{Change, Propose};
use idx_types::{BankId, Decision, ObservedHeight, Params, PreparedTx, Round, TimestampMs, TxKind};
use std::sync::OnceLock;

/// Signatures a bank that lies can add to its lie: its own.
const LIAR: BankId = BankId(5);

/// A follower before each height, and the height.
type Stage = (Follower, ObservedHeight);

/// Bytes say which height is told and what is done to it.
pub fn observed(data: &[u8]) {
    let mut tape = Tape::new(data);
    let stages = stages();
    let (follower, truth) = &stages[tape.pick(stages.len())];
    let told = &stages[tape.pick(stages.len())].1;
    let again = tape.byte().is_multiple_of(2);
    let mut bytes = borsh::to_vec(told).expect("writing to memory");
    alter(&mut bytes, &mut tape);
    let Ok(mut told) = borsh::from_slice::<ObservedHeight>(&bytes) else { return };
    if again {
        signed_by_one_liar(&mut told);
    }
    let mut after = follower.clone();
    match after.follow(&told, &StandInRule) {
        Ok(facts) => {
            assert_eq!(facts.height, truth.height());
            // More or fewer precommits of true banks make the same height final.
            let told = ObservedHeight { commit: truth.commit.clone(), ..told };
            assert!(told == *truth, "a follower takes what the banks did not make");
        }
        Err(_) => assert!(after == *follower, "a refused height has moved the follower"),
    }
}

/// Makes all digests fit, and signs with one bank's key: all that one liar can do.
fn signed_by_one_liar(told: &mut ObservedHeight) {
    let private = &mut told.private;
    private.header.certificate_hash = private.certificate.hash();
    private.header.outcomes_hash = outcomes_hash(&private.outcomes);
    private.header.body_hash = body_hash(&private.body);
    private.header.state_root = told.parts.root();
    let value = private.header.hash();
    if value != told.commit.value {
        let state = genesis();
        let height = told.commit.height;
        let own = Cast(&state).commit(height, told.commit.round, value, std::iter::once(LIAR));
        told.commit.value = value;
        told.commit.signatures.retain(|(bank, _)| *bank != LIAR);
        told.commit.signatures.extend(own.signatures);
    }
}

/// A chain in which an account is opened, money is paid in, and the parameters change.
fn stages() -> &'static [Stage] {
    static STAGES: OnceLock<Vec<Stage>> = OnceLock::new();
    STAGES.get_or_init(|| {
        let mut state = genesis();
        let start = TimestampMs(GENESIS_MS);
        let (banks, params) = ((**state.validators()).clone(), state.params().clone());
        let mut follower = Follower::genesis(state.chain_id(), start, banks, params);
        let mut stages = Vec::new();
        for number in 1..=3u64 {
            let height = next(&mut state, start.plus(number * 1_000), number);
            stages.push((follower.clone(), height.clone()));
            follower.follow(&height, &StandInRule).expect("the chain is true");
        }
        stages
    })
}

fn next(state: &mut State, now: TimestampMs, number: u64) -> ObservedHeight {
    let cast = Cast(state);
    let txs: Vec<PreparedTx> = match number {
        3 => changing(&cast, now),
        _ => vec![prepared(cast.transaction(now, number))],
    };
    let header = cast.block(cast.header(Round(0), now, &txs), &txs).header.message;
    let certified = cast.certified(header, &txs, banks());
    let execution = state.execute(&certified.public.header, &txs, &vec![Decision::Pass; txs.len()]);
    let (public_hash, private_hash) = (certified.private.header.public_hash, certified.commit.value);
    let delta = state.commit(execution, Sealed { public_hash, private_hash, mining_ms: 1 });
    ObservedHeight::of(certified, delta.parts, delta.rules)
}

/// Four banks change a parameter from the next height on.
fn changing(cast: &Cast<'_>, now: TimestampMs) -> Vec<PreparedTx> {
    let params = Params { approval_margin: 1, ..cast.state().params().clone() };
    let change = Change::Params(Box::new(params));
    let propose = Propose { bank: BankId(0), change, effective_at: cast.height().next() };
    let proposed = cast.bank_tx(now, BankId(0), TxKind::Propose(propose));
    let proposal = proposed.id();
    let ballot = |bank| idx_types::tx::Ballot { bank, proposal, approve: true };
    let ballots = (1..4).map(BankId).map(|bank| cast.bank_tx(now, bank, TxKind::Ballot(ballot(bank))));
    std::iter::once(proposed.clone()).chain(ballots).map(prepared).collect()
}
