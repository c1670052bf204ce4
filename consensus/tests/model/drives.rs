//! Steps of the model in production: all of a small search, chosen ones of larger bounds.

use super::bank::Bank;
use super::bugs::Bug;
use super::drive::{Drive, Taken, follow};
use super::rules::{Setup, count};
use super::search::{Explored, Model, explore};
use super::system::{Action, System, tell};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Takes every step of a search in production, each after a shortest way to its state; how many.
///
/// # Errors
/// What production does not do.
fn every_step<const H: usize>(setup: Setup) -> Result<usize, String> {
    let seen = explore(System::<H>(setup));
    (0..seen.states.len()).map(|place| steps_of(&seen, place)).sum()
}

/// Takes all steps of one state.
fn steps_of<const H: usize>(seen: &Explored<System<H>>, place: usize) -> Result<usize, String> {
    let trace = seen.trace(place);
    let state = trace.steps.last().map_or(trace.start, |(_, state)| *state);
    let mut steps = Vec::new();
    seen.model.steps(&state, &mut steps);
    for (action, after) in &steps {
        let mut drive = Drive::<H>::new(seen.model.0);
        let way = follow(&mut drive, &trace);
        let last = if way == Taken::Yes { drive.take(*action, after) } else { way };
        if last != Taken::Yes {
            return Err(format!("{action:?}: {last:?} after\n{}", tell(&trace)));
        }
    }
    Ok(steps.len())
}

/// Whether two values have a quorum of prevotes in one round.
fn is_split<const H: usize>(setup: Setup, banks: &[Bank; H]) -> bool {
    let counts = count(banks, setup.rounds);
    (0..setup.rounds).any(|round| (0..2).all(|value| setup.polka(&counts, round, value)))
}

/// Ways chosen by chance, until nothing is left to do.
fn random_ways<const H: usize>(setup: Setup, seeds: u64) -> usize {
    let mut taken = 0;
    for seed in 0..seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut drive = Drive::<H>::new(setup);
        let mut steps = Vec::new();
        loop {
            steps.clear();
            System::<H>(setup).steps(&drive.banks, &mut steps);
            let free = |(action, _): &(Action, _)| drive.rig.machines[action.bank].decided.is_none();
            steps.retain(free);
            if steps.is_empty() || is_split(setup, &drive.banks) {
                break;
            }
            let (action, after) = steps[rng.random_range(0..steps.len())];
            match drive.take(action, &after) {
                Taken::No(what) => panic!("seed {seed}, {action:?}: {what}"),
                other => taken += usize::from(other == Taken::Yes),
            }
        }
    }
    taken
}

#[test]
fn production_takes_every_step_of_the_model() {
    for setup in [Setup::of(3, 1, 0, 2), Setup { keeps_valid: true, ..Setup::of(3, 1, 0, 2) }] {
        let taken = every_step::<3>(setup).unwrap_or_else(|what| panic!("{what}"));
        println!("{taken} steps taken");
        assert!(taken > 10_000);
    }
    let taken = every_step::<5>(Setup::of(5, 1, 0, 1)).unwrap_or_else(|what| panic!("{what}"));
    println!("{taken} steps taken");
}

/// The comparison can fail: a model with a mistake goes where production does not follow.
#[test]
fn production_does_not_follow_a_mistaken_model() {
    use Bug::*;
    let mistakes = [
        EachVoteOfABankCounts,
        LockIsForgotten,
        LockIsNotTaken,
        LockIsIgnored,
        ProofIsNotChecked,
        PrecommitsWithoutQuorum,
        QuorumOfAnythingLocks,
        VoteIsNotStored,
    ];
    for bug in mistakes {
        let refused = every_step::<3>(Setup::of(3, 1, 0, 2).with(bug));
        let what = refused.expect_err(&format!("{bug:?} is followed"));
        println!("{bug:?}: {what}");
    }
}

#[test]
fn production_takes_the_steps_of_larger_bounds() {
    let three = Setup { keeps_valid: true, ..Setup::of(3, 1, 0, 4) };
    let taken = random_ways::<3>(three, 3_000)
        + random_ways::<5>(Setup { keeps_valid: true, ..Setup::of(5, 1, 0, 3) }, 2_000)
        + random_ways::<4>(Setup::of(4, 2, 0, 3), 2_000)
        + random_ways::<4>(Setup::of(4, 2, 1, 3), 2_000);
    println!("{taken} steps taken");
    assert!(taken > 200_000);
}
