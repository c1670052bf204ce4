//! Bugs planted in the rules: each must break a promise within a few seeds (document 8, point 2).
//! Built only with the feature `planted-bugs`; `scripts/test.sh` does so.

use idx_sim::{Faults, Kind, Lie, Mutant, Plan, Trouble, World, storm};
use idx_types::planted::{Bug, has};

/// Seeds that may be spent on one bug.
const SEEDS: u64 = 20;

/// A run in weather that brings this kind of bug to light.
fn plan(bug: Bug, seed: u64) -> Plan {
    let stormy = Plan { storm: crashes(seed), faults: rough(), storm_ms: 20_000, ..Plan::quiet(seed) };
    let with = |lie: Lie| Plan { liars: vec![(seed as usize % 6, lie)], ..stormy.clone() };
    match bug {
        Bug::QuorumOneLess => Plan { storm: halves(), ..stormy },
        Bug::LockForgotten | Bug::PrecommitWithoutPolka => Plan { faults: lossy(), ..stormy },
        Bug::InvalidPrevoted | Bug::StateRootUnchecked => with(Lie::WrongProposals),
        Bug::InvolvedBankOverridden => Plan { strict: Some(0), ..stormy },
        Bug::SilenceApproves => with(Lie::Silent),
        Bug::ApprovalOneLess => Plan { storm: halves(), ..with(Lie::WrongVerdicts) },
        Bug::SignaturesUnchecked => with(Lie::ForgedTransactions),
        Bug::WorkUnchecked | Bug::TimeUnchecked => Plan { storm: Vec::new(), ..with(Lie::WrongBlocks) },
        Bug::CertificateUnchecked => with(Lie::ForgedCertificates),
        Bug::AbstentionForgotten => Plan { storm: losses(seed), ..stormy },
        Bug::NeverRepeats => Plan { faults: lossy(), storm: Vec::new(), ..stormy },
        Bug::FeeRemainderDropped | Bug::OverdraftCreatesMoney | Bug::ReplayAllowed => {
            Plan { client_every_ms: 10, storm_ms: 10_000, ..Plan::quiet(seed) }
        }
        Bug::VoteNotJournaled
        | Bug::VoteSentBeforeSync
        | Bug::ProposalNotJournaled
        | Bug::BlockNotJournaled
        | Bug::ReplaySkipsVotes
        | Bug::NeverCatchesUp => stormy,
    }
}

fn rough() -> Faults {
    Faults { loss_permille: 30, duplicate_permille: 50, delay_ms_max: 40, ..Faults::NONE }
}

fn trouble(at_ms: u64, lasts_ms: u64, kind: Kind) -> Trouble {
    Trouble { at_ms, lasts_ms, kind }
}

/// Power cuts all the time, most in the middle of a step.
fn crashes(seed: u64) -> Vec<Trouble> {
    let cut = |n: u64| {
        let node = ((n + seed) % 6) as usize;
        let kind = if n.is_multiple_of(3) { Kind::PowerCut { node } } else { Kind::CutInStep { node } };
        trouble(n * 150, 1 + n * 97 % 250, kind)
    };
    (1..130).map(cut).collect()
}

/// The network falls into halves, again and again, in all ways.
fn halves() -> Vec<Trouble> {
    let half = |n: u64| {
        let side = [0b000_111, 0b010_101, 0b110_001, 0b100_110][n as usize % 4];
        trouble(n * 2_000, 1_900, Kind::Partition { side, one_way: false })
    };
    (1..9).map(half).collect()
}

fn lossy() -> Faults {
    Faults { loss_permille: 300, ..rough() }
}

/// Disks are lost one after the other, on a network that goes on signing.
fn losses(seed: u64) -> Vec<Trouble> {
    let loss = |n: u64| trouble(n * 1_500, 1, Kind::LostDisks { node: ((n + seed) % 6) as usize });
    (1..13).map(loss).collect()
}

/// The first seed that shows the bug, and how. The same seed without the bug must hold, so that what is
/// caught is the bug and not the weather.
fn caught(bug: Bug) -> Option<(u64, String)> {
    let fails = |mutant: Option<Mutant>, seed: u64| {
        storm(&mut World::new(Plan { mutant, ..plan(bug, seed) })).err().map(|violation| violation.0)
    };
    let (seed, violation) =
        (0..SEEDS).find_map(|seed| Some((seed, fails(Some(Mutant::Rule(bug)), seed)?)))?;
    assert_eq!(fails(None, seed), None, "{bug:?}: seed {seed} fails without the bug as well");
    Some((seed, violation))
}

fn is_caught(bug: Bug) {
    match caught(bug) {
        Some((seed, violation)) => println!("seed {seed}: {violation}"),
        None => panic!("{bug:?} is not caught within {SEEDS} seeds"),
    }
}

macro_rules! caught {
    ($($name:ident: $bug:ident,)*) => {
        $(#[test] fn $name() { is_caught(Bug::$bug); })*

        /// Every bug has its test. That of locks is in the agreement's own simulator: here the banks
        /// share what they know so eagerly that hardly ever one is locked and the proposer is not.
        #[test]
        fn none_is_left_out() {
            let others: Vec<Bug> = Bug::ALL.into_iter().filter(|bug| *bug != Bug::LockForgotten).collect();
            assert_eq!([$(Bug::$bug),*][..], others[..]);
        }
    };
}

caught! {
    a_smaller_quorum: QuorumOneLess,
    a_precommit_without_polka: PrecommitWithoutPolka,
    an_invalid_prevote: InvalidPrevoted,
    an_overridden_bank: InvolvedBankOverridden,
    silence_as_approval: SilenceApproves,
    one_approval_less: ApprovalOneLess,
    a_dropped_remainder: FeeRemainderDropped,
    money_from_nothing: OverdraftCreatesMoney,
    a_replay: ReplayAllowed,
    unchecked_signatures: SignaturesUnchecked,
    an_unwritten_vote: VoteNotJournaled,
    a_vote_sent_too_early: VoteSentBeforeSync,
    an_unwritten_proposal: ProposalNotJournaled,
    an_unwritten_block: BlockNotJournaled,
    a_replay_that_skips_votes: ReplaySkipsVotes,
    a_forgotten_abstention: AbstentionForgotten,
    an_unchecked_state_root: StateRootUnchecked,
    unchecked_work: WorkUnchecked,
    unchecked_time: TimeUnchecked,
    an_unchecked_certificate: CertificateUnchecked,
    nothing_repeated: NeverRepeats,
    nobody_catching_up: NeverCatchesUp,
}

#[test]
fn a_planted_bug_goes_with_its_run() {
    let bug = Bug::ReplayAllowed;
    let world = World::new(Plan { mutant: Some(Mutant::Rule(bug)), ..Plan::quiet(0) });
    assert!(has(bug));
    drop(world);
    assert!(!has(bug), "the next run on this thread is without it");
}
