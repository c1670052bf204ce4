//! What a contradiction costs, and what is no proof of one.

use crate::draft::EVIDENCE_PER_BLOCK_MAX;
use crate::system::system_handle;
use crate::testing::{STAKE, World};
use idx_crypto::Hash32;
use idx_types::testing::{chain_id, key};
use idx_types::tx::ReportEvidence;
use idx_types::{
    AccountKind, BankId, ChainId, Decision, Evidence, Height, Outcome, Paise, PrivateHash, Proposal,
    PublicHash, PublicHeader, Reason, Round, Signed, TxKind, Verdict, Verdicts, Vote, VoteKind,
};

/// The bank that contradicts itself.
const LIAR: u16 = 2;

fn vote(bank: u16, value: u8) -> Vote {
    Vote {
        chain_id: chain_id(),
        height: Height(1),
        round: Round(3),
        kind: VoteKind::Prevote,
        value: Some(PrivateHash([value; 32])),
        bank: BankId(bank),
    }
}

fn votes(a: Vote, b: Vote) -> Evidence {
    let signer = key(u8::try_from(LIAR).unwrap() + 1);
    Evidence::Votes(Signed::new(a, &signer), Signed::new(b, &signer))
}

fn report(bank: u16, evidence: Evidence) -> TxKind {
    TxKind::Evidence(Box::new(ReportEvidence { bank: BankId(bank), evidence }))
}

fn of_banks(world: &World, kind: AccountKind) -> Vec<u64> {
    (0..6).map(|bank| world.balance(&system_handle(BankId(bank), kind)).0).collect()
}

/// A tenth of 1,000,000,007 paise is 100,000,001 (rounded half to even from ...000.7), divided among
/// five; the paisa left over goes to the other bank at `height mod 5`.
#[test]
fn a_contradiction_costs_the_genesis_share_of_the_stake() {
    let mut world = World::new(6);
    let before = of_banks(&world, AccountKind::BankReserve);
    world.done(report(0, votes(vote(LIAR, 1), vote(LIAR, 2))), 0);
    assert_eq!(world.state.tip().height, Height(1));
    let after = of_banks(&world, AccountKind::BankReserve);
    let gained: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    assert_eq!(gained, [20_000_000, 20_000_001, 0, 20_000_000, 20_000_000, 20_000_000]);
    let left = Paise(STAKE.0 - 100_000_001);
    assert_eq!(world.balance(&system_handle(BankId(LIAR), AccountKind::Stake)), left);
    assert_eq!(world.state.validators().get(BankId(LIAR)).unwrap().stake, left, "weighs less from now on");
    assert_eq!(world.state.validators().get(BankId(0)).unwrap().stake, STAKE);
    assert_eq!(world.state.offences().iter().next().unwrap().bank, BankId(LIAR));
}

#[test]
fn every_kind_of_contradiction_counts() {
    let signer = key(3);
    let proposal = |value: u8| Proposal {
        chain_id: chain_id(),
        height: Height(1),
        round: Round(0),
        pol_round: None,
        value: PrivateHash([value; 32]),
        bank: BankId(LIAR),
    };
    let header = |nonce| PublicHeader { miner: BankId(LIAR), nonce, ..idx_types::testing::header() };
    let verdicts = |verdict| Verdicts {
        chain_id: chain_id(),
        height: Height(1),
        block: PublicHash::ZERO,
        bank: BankId(LIAR),
        verdicts: vec![verdict],
    };
    let no = Verdict::Reject(Reason::Expired);
    let mut world = World::new(6);
    for evidence in [
        votes(vote(LIAR, 1), vote(LIAR, 2)),
        Evidence::Proposals(Signed::new(proposal(1), &signer), Signed::new(proposal(2), &signer)),
        Evidence::Headers(Signed::new(header(1), &signer), Signed::new(header(2), &signer)),
        Evidence::Verdicts(
            Signed::new(verdicts(Verdict::Approve), &signer),
            Signed::new(verdicts(no), &signer),
        ),
    ] {
        world.done(report(0, evidence), 0);
    }
    let mut kinds: Vec<u8> = world.state.offences().iter().map(|offence| offence.kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [0, 1, 2, 3]);
}

#[test]
fn one_offence_is_slashed_once() {
    let mut world = World::new(6);
    world.done(report(0, votes(vote(LIAR, 1), vote(LIAR, 2))), 0);
    world.refused(report(0, votes(vote(LIAR, 1), vote(LIAR, 2))), 0, Reason::EvidenceKnown);
    world.refused(report(1, votes(vote(LIAR, 2), vote(LIAR, 3))), 1, Reason::EvidenceKnown);
    let later = Vote { round: Round(4), ..vote(LIAR, 1) };
    world.done(report(1, votes(later, Vote { value: None, ..later })), 1);
    assert_eq!(world.state.offences().len(), 2);
}

#[test]
fn refusals() {
    let mut world = World::new(6);
    let (one, two) = (vote(LIAR, 1), vote(LIAR, 2));
    let elsewhere = |vote: Vote| Vote { chain_id: ChainId(Hash32::ZERO), ..vote };
    let mut forged = votes(one, two);
    if let Evidence::Votes(_, second) = &mut forged {
        second.signature.0[0] ^= 1;
    }
    let table = [
        (report(9, votes(one, two)), 0, Reason::UnknownBank),
        (report(0, votes(one, two)), 1, Reason::WrongSigner),
        (report(0, votes(one, one)), 0, Reason::BadEvidence),
        (report(0, votes(one, Vote { round: Round(4), ..two })), 0, Reason::BadEvidence),
        (report(0, votes(elsewhere(one), elsewhere(two))), 0, Reason::BadEvidence),
        (report(0, votes(elsewhere(one), two)), 0, Reason::BadEvidence),
        (report(0, votes(vote(3, 1), vote(3, 2))), 0, Reason::BadEvidence),
        (report(0, votes(vote(9, 1), vote(9, 2))), 0, Reason::UnknownBank),
        (report(0, forged), 0, Reason::BadEvidence),
    ];
    for (kind, signer, reason) in table {
        world.refused(kind, signer, reason);
    }
}

/// A block looks at so many reports and no more, whatever they say.
#[test]
fn signature_checks_of_a_block_are_bounded() {
    let mut world = World::new(6);
    let offence = |round| {
        votes(Vote { round: Round(round), ..vote(LIAR, 1) }, Vote { round: Round(round), ..vote(LIAR, 2) })
    };
    let count = u32::try_from(EVIDENCE_PER_BLOCK_MAX).unwrap() + 1;
    let txs: Vec<_> = (0..count).map(|round| world.bank_tx(report(0, offence(round)), 0)).collect();
    let execution = world.state.execute(&world.header(), &txs, &vec![Decision::Pass; txs.len()]);
    let (last, first) = execution.outcomes().split_last().unwrap();
    assert!(first.iter().all(|outcome| *outcome == Outcome::Completed));
    assert_eq!(*last, Outcome::Failed(Reason::NodeBusy));
}
