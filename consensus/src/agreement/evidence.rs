//! Each contradiction of a bank is told once, and only so many of one bank a height: one suffices
//! to slash it, and proof must not become a way to flood.

use idx_types::{Evidence, Offence};
use std::collections::BTreeSet;

/// Offences of one bank told at one height.
pub(super) const OFFENCES_PER_BANK: usize = 4;

/// What was told at this height.
#[derive(Debug, Default)]
pub(super) struct Offences(BTreeSet<Offence>);

impl Offences {
    /// Whether this evidence proves something that was not told before; remembers it.
    pub(super) fn is_news(&mut self, evidence: &Evidence) -> bool {
        let Some(offence) = evidence.offence() else { return false };
        let told = self.0.iter().filter(|known| known.bank == offence.bank).count();
        told < OFFENCES_PER_BANK && self.0.insert(offence)
    }
}
