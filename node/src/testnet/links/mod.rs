//! The links between the banks of a test network: relays that a fault can be put on.
//!
//! ```text
//!   node A --dials--> door A->B ==================== node B      one relay an ordered pair, in one
//!                     |  bytes A->B: the way A->B  |             process of its own
//!                     |  bytes B->A: the way B->A  |
//!                                   ^
//!   testnet partition, heal, slow --'  (links.sock in the network's folder)
//! ```
//!
//! What enters: connections that nodes dial, and the table of ways. What leaves: the same bytes to the
//! bank that the door leads to, at once, late, slowly, or not until the way is open again.
//!
//! A cut holds bytes and resets nothing: what TCP shows both ends of a cable that was pulled. Nobody can
//! go round: the settings of each node name the doors, and what genesis and the nodes themselves announce
//! is a door that leads nowhere. The nodes know nothing of all this and have no surface for it.

mod control;
mod groups;
mod process;
mod pump;
mod relay;
#[cfg(test)]
mod tests;
mod verbs;
mod ways;

pub use control::ControlError;
pub use groups::{Groups, GroupsError};
pub use process::serve;
pub use verbs::{LinksError, cut, get, heal, partition, set, slow};
pub use ways::{DELAY_MS_MAX, Links, Mode, Way};

pub(super) use process::{end, ensure};
