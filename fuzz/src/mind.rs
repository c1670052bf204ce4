//! One bank's mind among banks that lie: a script of what reaches it, in any order, at any time, with
//! crashes between. The first byte says whether one of the others lies or all five do.
//!
//! ```text
//!   bytes -> Script -> words of banks --Gate--> Replica::step -> effects -> Shell (disk, timers, keys)
//!                                                                    \---> Promises
//! ```
//!
//! Promises, whoever lies: no panic; no two messages that contradict each other, also across crashes;
//! nothing signed leaves before the journal is synced; what one bank can make the mind keep is
//! bounded; money is conserved; the tip never goes back. If one lies: nobody else is blamed, and the
//! mind does not halt.

mod promises;
mod script;
mod serving;
mod shell;
mod voting;
mod words;

use crate::stage::BANKS;
use crate::tape::Tape;
use idx_types::BankId;
use script::Script;
use shell::Shell;

/// Most acts of one story.
const ACTS_MAX: usize = 160;

/// Who lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Liars {
    me: BankId,
    only: Option<BankId>,
}

impl Liars {
    fn drawn(tape: &mut Tape<'_>) -> Self {
        let byte = tape.byte();
        let me = BankId(u16::from(byte) % BANKS);
        let other = BankId((me.0 + 1 + u16::from(byte / 8) % (BANKS - 1)) % BANKS);
        Self { me, only: (byte < 192).then_some(other) }
    }

    /// Whether this bank may say anything at all.
    pub(crate) fn includes(self, bank: BankId) -> bool {
        bank != self.me && self.only.is_none_or(|only| only == bank)
    }

    /// Whether the others keep the rules.
    pub(crate) const fn is_one(self) -> bool {
        self.only.is_some()
    }
}

/// Lives through a story.
pub fn mind(data: &[u8]) {
    live(data);
}

fn live(data: &[u8]) -> Script {
    let mut tape = Tape::new(data);
    let liars = Liars::drawn(&mut tape);
    let mut script = Script::new(Shell::new(liars.me, liars));
    for _ in 0..ACTS_MAX {
        let Some(act) = tape.next() else { break };
        script.act(act, &mut tape);
        if script.is_over() {
            break;
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::seeds;

    /// Stories from which the search begins go deep: else it would look at a mind that does nothing.
    #[test]
    fn the_seeds_make_heights_final() {
        let heights = |bytes: &[u8]| live(bytes).heights();
        let stories = seeds().into_iter().filter(|(target, _)| *target == "mind");
        let heights: Vec<usize> = stories.map(|(_, bytes)| heights(&bytes)).collect();
        assert!(heights.iter().sum::<usize>() >= 10, "final heights of the stories: {heights:?}");
    }
}
