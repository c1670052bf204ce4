//! Stories that go well, so that the search begins deep inside: heights that become final, crashes
//! that are survived, a log that grows over its first extent.

use super::Seed;

/// Who the mind is and who lies: 18 different casts with one liar, two with five.
const CASTS: [u8; 20] = [0, 1, 2, 3, 4, 5, 8, 17, 26, 35, 44, 53, 60, 77, 94, 111, 128, 145, 192, 211];

/// A height among honest banks: transactions, a block, verdicts, a proposal, both votes.
const HEIGHT: &[u8] = &[
    88, 0, 1, 1, 2, 1, // two transactions from a bank
    52, 0, 2, 200, 0, // the elected bank of this round mines them
    70, 200, 0, // all speak on the block
    78, 0, 0, 0, // it is proposed
    40, 1, 0, 64, 5, // all prevote it
    40, 1, 1, 64, 5, // all precommit it
];

/// A height that the mind itself mines, if it is elected: time passes, its block is spoken on.
const OWN_HEIGHT: &[u8] = &[
    88, 0, 0, 4, 1, // a transaction
    8, 0, 8, 1, 8, 2, // timers
    70, 0, 0, // all speak on the mind's block
    40, 1, 0, 32, 5, 40, 1, 1, 32, 5,
];

/// Rounds that come to nothing.
const ROUNDS: &[u8] =
    &[8, 0, 8, 1, 40, 1, 0, 0, 5, 40, 1, 1, 0, 5, 8, 2, 8, 3, 40, 1, 0, 0, 5, 40, 1, 1, 0, 5];

/// A peer is ahead: it says so, is asked, and shows the height.
const SYNC: &[u8] = &[52, 0, 0, 200, 0, 97, 0, 2, 0, 0, 8, 0, 101, 0, 100, 101, 1, 100, 101, 2, 100];

/// The process dies with some of its journal.
const CRASH: &[u8] = &[124, 2, 0];

pub(super) fn seeds() -> Vec<Seed> {
    let stories: [&[&[u8]]; 8] = [
        &[HEIGHT],
        &[HEIGHT, HEIGHT, HEIGHT],
        &[OWN_HEIGHT, OWN_HEIGHT],
        &[ROUNDS, HEIGHT, ROUNDS],
        &[SYNC, HEIGHT],
        &[HEIGHT, CRASH, HEIGHT],
        &[&HEIGHT[..18], CRASH, &HEIGHT[18..], CRASH],
        &[OWN_HEIGHT, CRASH, ROUNDS, CRASH, SYNC],
    ];
    let casts = CASTS.iter().zip(stories.iter().cycle());
    let mut seeds: Vec<Seed> =
        casts.map(|(cast, story)| ("mind", [&[*cast], &*story.concat()].concat())).collect();
    seeds.extend(logs().into_iter().map(|story| ("wal", story)));
    seeds
}

fn logs() -> Vec<Vec<u8>> {
    let append = [0, 100, 7];
    let long = [0, 255, 9];
    let (sync, height, rewrite) = ([7], [10, 3], [11, 2]);
    let (crash, flip, cut) = ([12, 1, 0, 1, 1], [14, 0, 3, 0, 0, 200], [15, 0, 3, 0, 0, 10]);
    vec![
        [&append[..], &sync, &append, &crash].concat(),
        [&append[..], &sync, &append, &sync, &flip].concat(),
        [&append[..], &sync, &cut].concat(),
        [&append[..], &height, &append, &sync, &rewrite, &append, &crash, &append].concat(),
        [long.repeat(8), sync.to_vec(), long.repeat(3), crash.to_vec(), cut.to_vec()].concat(),
        [long.repeat(30), height.to_vec(), append.to_vec(), crash.to_vec()].concat(),
    ]
}
