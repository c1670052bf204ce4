//! Seeds: true inputs of every target, from which the search begins. Made from the simulator, from the
//! made-up node's own answers, and from the files that a node writes for its operator.

mod messages;
mod scripts;
mod sealed;
mod texts;

/// An input and the target it is for.
pub type Seed = (&'static str, Vec<u8>);

/// Longest seed that is kept, bytes: longer ones slow the search and reach nothing more.
const SEED_BYTES_MAX: usize = 8 << 10;

/// All seeds, the same at every call.
pub fn seeds() -> Vec<Seed> {
    let made = [messages::seeds(), scripts::seeds(), sealed::seeds(), texts::seeds()].concat();
    made.into_iter().filter(|(_, bytes)| bytes.len() <= SEED_BYTES_MAX).collect()
}

/// The byte that picks a kind, then the input.
fn picked(pick: usize, bytes: &[u8]) -> Vec<u8> {
    [&[pick as u8], bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TARGETS;

    /// A seed that outgrew its bound would be left out in silence, and the search would begin with nothing.
    #[test]
    fn every_target_has_a_seed_that_fits() {
        let seeds = seeds();
        for target in TARGETS {
            let mut own = seeds.iter().filter(|(name, _)| *name == target.name);
            assert!(own.any(|(_, bytes)| bytes.len() <= target.len_max), "{} has none", target.name);
        }
    }
}
