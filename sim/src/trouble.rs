//! What befalls machines, disks, clocks and links, as a list that is drawn before the run begins: a
//! failing run can be run again with parts of the list left out.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Something that goes wrong at a time, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// When, simulated milliseconds from the start.
    pub at_ms: u64,
    /// For how long, milliseconds; a crashed node is down so long.
    pub lasts_ms: u64,
    /// What.
    pub kind: Kind,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The power fails: what was not synced may be lost, in any mix of sectors.
    PowerCut {
        /// Where.
        node: usize,
    },
    /// The power fails in the middle of the node's next step, after some of its effects.
    CutInStep {
        /// Where.
        node: usize,
    },
    /// The power fails in the middle of the log's next write, sync or rename but so many.
    CutInWrite {
        /// Where.
        node: usize,
        /// How many operations still succeed.
        operations: usize,
    },
    /// The process is killed; what it wrote is safe with the operating system.
    Kill {
        /// Where.
        node: usize,
    },
    /// The process stands still and then goes on, as after SIGSTOP.
    Pause {
        /// Where.
        node: usize,
    },
    /// The network falls into two parts.
    Partition {
        /// Which nodes are on the one side, a bit each.
        side: u16,
        /// Only that side's messages are lost.
        one_way: bool,
    },
    /// One link swallows everything, one way.
    BlackHole {
        /// From this node.
        from: usize,
        /// To this one.
        to: usize,
    },
    /// One link is slow, both ways.
    SlowLink {
        /// One end.
        from: usize,
        /// The other.
        to: usize,
        /// Added to each message, milliseconds.
        delay_ms: u64,
    },
    /// Every sync and store write takes long.
    SlowDisk {
        /// Where.
        node: usize,
        /// How long, milliseconds.
        sync_ms: u64,
    },
    /// No file can be made or lengthened.
    FullDisk {
        /// Where.
        node: usize,
    },
    /// A bit of the log flips and the machine restarts; the log's checksums must notice.
    LogRot {
        /// Where.
        node: usize,
        /// Which bit, modulo the bits in use.
        place: u64,
    },
    /// The block store does not read any more; its operator begins it anew.
    StoreRot {
        /// Where.
        node: usize,
    },
    /// Both disks are lost.
    LostDisks {
        /// Where.
        node: usize,
    },
    /// An older copy of the block store is put back.
    OldStore {
        /// Where.
        node: usize,
    },
    /// The clock jumps.
    ClockJump {
        /// Where.
        node: usize,
        /// How far from the true time, milliseconds; negative is behind.
        ahead_ms: i64,
    },
    /// The clock stands still.
    ClockStop {
        /// Where.
        node: usize,
    },
    /// The node is stopped and started with the next release.
    Upgrade {
        /// Where.
        node: usize,
    },
    /// The banks change their rules.
    Govern(Motion),
}

/// What the banks can be asked to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Motion {
    /// This node becomes a bank.
    Join(usize),
    /// This node's bank leaves.
    Leave(usize),
    /// Another least amount of a transfer.
    MinTransfer,
    /// The rules of the next release.
    NextProtocol,
}

/// The longest any trouble lasts, milliseconds.
const LASTS_MS_MAX: u64 = 8_000;

/// Banks at the start of a drawn run.
const BANKS: usize = 6;

/// Draws what goes wrong in a run. Each kind is in about a third of all storms.
pub(crate) fn draw_storm(rng: &mut ChaCha8Rng, storm_ms: u64, nodes: usize) -> Vec<Trouble> {
    let mut storm = Vec::new();
    for (make, most) in KINDS {
        if rng.random_range(0..3) == 0 {
            for _ in 0..rng.random_range(1..=*most) {
                let at_ms = rng.random_range(1..storm_ms);
                let lasts_ms = rng.random_range(1..=LASTS_MS_MAX);
                let kind = make(rng, nodes);
                // Without a spare node there is none that could join.
                if !matches!(kind, Kind::Govern(Motion::Join(joining)) if joining < BANKS) {
                    storm.push(Trouble { at_ms, lasts_ms, kind });
                }
            }
        }
    }
    if rng.random_range(0..6) == 0 {
        storm.extend(rolling_upgrade(rng, storm_ms));
    }
    storm.sort_by_key(|trouble| trouble.at_ms);
    storm
}

/// How a kind is drawn, and the most of it in one storm.
type Draw = (fn(&mut ChaCha8Rng, usize) -> Kind, usize);

const KINDS: &[Draw] = &[
    (|rng, nodes| Kind::PowerCut { node: rng.random_range(0..nodes) }, 12),
    (|rng, nodes| Kind::CutInStep { node: rng.random_range(0..nodes) }, 12),
    (
        |rng, nodes| Kind::CutInWrite {
            node: rng.random_range(0..nodes),
            operations: rng.random_range(0..12),
        },
        12,
    ),
    (|rng, nodes| Kind::Kill { node: rng.random_range(0..nodes) }, 8),
    (|rng, nodes| Kind::Pause { node: rng.random_range(0..nodes) }, 6),
    (
        |rng, nodes| Kind::Partition {
            side: rng.random_range(1..(1 << nodes) - 1),
            one_way: rng.random_range(0..3) == 0,
        },
        8,
    ),
    (
        |rng, nodes| {
            let (from, to) = two(rng, nodes);
            Kind::BlackHole { from, to }
        },
        8,
    ),
    (
        |rng, nodes| {
            let (from, to) = two(rng, nodes);
            Kind::SlowLink { from, to, delay_ms: rng.random_range(50..2_000) }
        },
        6,
    ),
    (|rng, nodes| Kind::SlowDisk { node: rng.random_range(0..nodes), sync_ms: rng.random_range(1..200) }, 6),
    (|rng, nodes| Kind::FullDisk { node: rng.random_range(0..nodes) }, 4),
    (|rng, nodes| Kind::LogRot { node: rng.random_range(0..nodes), place: rng.random() }, 4),
    (|rng, nodes| Kind::StoreRot { node: rng.random_range(0..nodes) }, 2),
    (|rng, nodes| Kind::LostDisks { node: rng.random_range(0..nodes) }, 2),
    (|rng, nodes| Kind::OldStore { node: rng.random_range(0..nodes) }, 3),
    (
        |rng, nodes| Kind::ClockJump {
            node: rng.random_range(0..nodes),
            ahead_ms: rng.random_range(-3_600_000..3_600_000),
        },
        3,
    ),
    (|rng, nodes| Kind::ClockStop { node: rng.random_range(0..nodes) }, 3),
    (|_, _| Kind::Govern(Motion::MinTransfer), 2),
    (|_, nodes| Kind::Govern(Motion::Join(nodes - 1)), 1),
    (|rng, _| Kind::Govern(Motion::Leave(rng.random_range(0..BANKS))), 1),
];

/// Two different nodes.
fn two(rng: &mut ChaCha8Rng, nodes: usize) -> (usize, usize) {
    let from = rng.random_range(0..nodes);
    (from, (from + rng.random_range(1..nodes)) % nodes)
}

/// One node after the other is upgraded, then the banks agree on the new rules.
fn rolling_upgrade(rng: &mut ChaCha8Rng, storm_ms: u64) -> Vec<Trouble> {
    let every_ms = rng.random_range(200..storm_ms / 10);
    let step = |node: u64| Trouble {
        at_ms: (node + 1) * every_ms,
        lasts_ms: rng.random_range(1..1_000),
        kind: Kind::Upgrade { node: node as usize },
    };
    let mut steps: Vec<Trouble> = (0..6).map(step).collect();
    let vote = Kind::Govern(Motion::NextProtocol);
    steps.push(Trouble { at_ms: 7 * every_ms, lasts_ms: 0, kind: vote });
    steps
}
