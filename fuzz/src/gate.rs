//! The gate: a true message with some of its bytes changed is refused, or is of another height, or
//! each of its parts is as its signers made it. Whoever passes a message on may leave out votes or
//! transactions, but can put nothing into another bank's mouth.

use crate::cast::{Cast, prepared};
use crate::stage::{BANKS, StandInRule, banks, genesis, peer_of};
use crate::tape::Tape;
use idx_chain::State;
use idx_replica::{Gate, Input, Passed, Rules};
use idx_types::vote::VoteBundle;
use idx_types::wire::{self, GOSSIP_BYTES_MAX, Gossip};
use idx_types::{
    BankId, CommitCertificate, ForkProof, PreparedTx, PrivateHash, Round, TimestampMs, VoteKind,
};
use std::sync::{Arc, OnceLock};

/// Most bytes that a script changes.
const CHANGES_MAX: usize = 16;

/// The first byte picks a true message, those after it say which of its bytes become what.
pub fn gate(data: &[u8]) {
    let stage = Stage::get();
    let mut tape = Tape::new(data);
    let truth = &stage.messages[tape.pick(stage.messages.len())];
    let Some(message) = altered(truth, &mut tape) else { return };
    let unaltered = message == *truth;
    match stage.gate.check(peer_of(BankId(0)), message) {
        Ok(Passed::Now(inputs)) => inputs.iter().for_each(|input| assert_true(input, truth, &stage.gate)),
        Ok(Passed::Stale) => assert!(!unaltered, "a message of this height is stale"),
        Err(refusal) => {
            assert!(!unaltered, "an honest message is refused: {refusal}");
            assert!(!refusal.blame().is_empty());
        }
    }
}

/// A message with parts of it exchanged, then with bytes of it changed, if it still decodes.
pub(crate) fn altered(truth: &Gossip, tape: &mut Tape<'_>) -> Option<Gossip> {
    let mut message = truth.clone();
    exchange(&mut message, tape);
    let mut bytes = wire::encode(&message);
    alter(&mut bytes, tape);
    wire::decode(&bytes, GOSSIP_BYTES_MAX).ok()
}

/// Does something to one list of a message. Random bytes hardly ever keep a length and a list alike.
fn exchange(message: &mut Gossip, tape: &mut Tape<'_>) {
    match message {
        Gossip::Transactions(transactions) => shuffle(transactions, tape),
        Gossip::Mined(block) => shuffle(&mut block.transactions, tape),
        Gossip::Verdicts(said) => shuffle(&mut said.message.verdicts, tape),
        Gossip::Bundle(bundle) => shuffle(&mut bundle.votes, tape),
        Gossip::Vote(_) => {}
        Gossip::Fork(proof) if tape.byte().is_multiple_of(2) => shuffle(&mut proof.one.signatures, tape),
        Gossip::Fork(proof) => shuffle(&mut proof.other.signatures, tape),
        Gossip::Proposal(said) => match tape.byte() % 4 {
            0 => said.candidate.body.extend(tape.take(3)),
            1 => shuffle(&mut said.candidate.certificate.verdicts, tape),
            2 => shuffle(&mut said.announcement.transactions, tape),
            _ => {}
        },
    }
}

/// Leaves an entry out, puts it in twice, or swaps two; or does nothing.
fn shuffle<T: Clone>(list: &mut Vec<T>, tape: &mut Tape<'_>) {
    let (how, at, to) = (tape.byte(), tape.pick(list.len()), tape.pick(list.len()));
    match how % 4 {
        _ if list.is_empty() => {}
        1 => drop(list.remove(at)),
        2 => list.insert(to, list[at].clone()),
        3 => list.swap(at, to),
        _ => {}
    }
}

/// Bytes set one by one, or cut out, or put in.
pub(crate) fn alter(bytes: &mut Vec<u8>, tape: &mut Tape<'_>) {
    for _ in 0..CHANGES_MAX {
        let Some(how) = tape.next() else { return };
        let at = usize::from(u16::from_le_bytes([tape.byte(), tape.byte()])) % bytes.len().max(1);
        match how % 4 {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..bytes.len().min(at + usize::from(how / 4)))),
            2 => bytes.splice(at..at, tape.take(usize::from(how / 4)).iter().copied()).for_each(drop),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = how),
        }
    }
}

fn assert_true(input: &Input, truth: &Gossip, gate: &Gate) {
    let part_of_truth = match (input, truth) {
        (Input::Future(_, height, _), _) => *height > gate.height,
        (Input::Transactions(txs), _) => txs.iter().all(PreparedTx::signatures_hold),
        (Input::Announcement(block), Gossip::Mined(said)) => **block == **said,
        (Input::Verdicts(verdicts), Gossip::Verdicts(said)) => **verdicts == **said,
        (Input::Vote(vote), Gossip::Vote(said)) => **vote == *said,
        (Input::Vote(vote), Gossip::Bundle(said)) => said.votes.contains(vote),
        (Input::Proposal(passed), Gossip::Proposal(said)) => {
            *passed.proposal == said.proposal
                && passed.candidate == said.candidate
                && *passed.announcement == said.announcement
        }
        (Input::Fork(proof), Gossip::Fork(said)) => {
            is_of(&proof.one, &said.one) && is_of(&proof.other, &said.other)
        }
        _ => false,
    };
    assert!(part_of_truth, "altered on the way, and passed: {input:?}\n  was {truth:?}");
}

/// Whether a certificate says what another says, by the word of some of the same banks.
fn is_of(part: &CommitCertificate, whole: &CommitCertificate) -> bool {
    let place = |c: &CommitCertificate| (c.height, c.round, c.value);
    place(part) == place(whole) && part.signatures.iter().all(|signed| whole.signatures.contains(signed))
}

/// The gate of height 1 and one true message of each kind.
struct Stage {
    gate: Gate,
    messages: Vec<Gossip>,
}

impl Stage {
    fn get() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(|| Self::of(&genesis()))
    }

    fn of(state: &State) -> Self {
        let quorum = state.validators().quorums(state.params().approval_margin).quorum;
        let gate = Gate {
            chain_id: state.chain_id(),
            height: state.tip().height.next(),
            banks: state.validators().clone(),
            rules: Arc::new(Rules::after(state)),
            approval_quorum: quorum,
            verifier: Arc::new(StandInRule),
        };
        Self { gate, messages: messages(Cast(state)) }
    }
}

/// One true message of each kind, and the emptiest ones.
pub fn messages(cast: Cast<'_>) -> Vec<Gossip> {
    let now = TimestampMs(crate::stage::GENESIS_MS + 1_000);
    let txs: Vec<PreparedTx> = (0..3).map(|n| prepared(cast.transaction(now, n))).collect();
    let header = cast.header(Round(0), now, &txs);
    let block = cast.block(header, &txs);
    let header = &block.header.message;
    let (candidate, _) = cast.candidate(header, &txs, banks().take(5));
    let words = cast.honest_verdicts(header, &txs);
    let proposal = cast.proposal(Round(0), None, candidate.clone(), block.clone());
    let again = cast.proposal(Round(7), Some(Round(1)), candidate, block.clone());
    let value = Some(PrivateHash(proposal.proposal.message.value.0));
    let vote = |bank: u16| cast.vote(BankId(bank), Round(2), VoteKind::Precommit, value);
    let votes = (0..BANKS).map(vote).collect();
    vec![
        Gossip::Transactions(txs.iter().map(|tx| (*tx.tx).clone()).collect()),
        Gossip::Mined(Box::new(block.clone())),
        Gossip::Verdicts(Box::new(cast.verdicts(BankId(3), header, words))),
        Gossip::Proposal(Box::new(proposal)),
        Gossip::Proposal(Box::new(again)),
        Gossip::Vote(vote(4)),
        Gossip::Vote(cast.vote(BankId(5), Round(0), VoteKind::Prevote, None)),
        Gossip::Bundle(VoteBundle { votes }),
        Gossip::Bundle(VoteBundle { votes: Vec::new() }),
        fork(cast, false),
        fork(cast, true),
    ]
}

/// Two values that five banks certified: of this height, or the second of the next one.
fn fork(cast: Cast<'_>, next: bool) -> Gossip {
    let now = TimestampMs(crate::stage::GENESIS_MS + 1_000);
    let header = cast.header(Round(0), now, &[]);
    let one = cast.certified(header, &[], banks().take(5)).commit;
    let (candidate, _) = cast.candidate(&cast.header(Round(1), now, &[]), &[], banks().take(5));
    let mut child = candidate.header;
    child.height = if next { child.height.next() } else { child.height };
    let other = cast.commit(child.height, Round(1), child.hash(), banks().skip(1));
    Gossip::Fork(Box::new(ForkProof { one, other, child: next.then(|| Box::new(child)) }))
}
