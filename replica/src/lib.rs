//! One bank's mind: joins the ledger (`chain`) and the agreement (`consensus`) into one pure machine.
//!
//! What enters is [`Input`]: messages that passed the [`Gate`], timers, finished I/O. What leaves is
//! [`Effect`]: wishes that a shell fulfils, in order. The node and the simulator drive the very same
//! code; neither time, nor randomness, nor any device is reached from here.
//!
//! ```text
//!   peers -> Gate -> Input -> Replica::step -> Effect -> journal, network, store, search, clients
//!
//!   height:  quiet -> rounds -> (mine -> announce -> verdicts -> candidate)   elected bank
//!                            -> (assemble -> try -> verdicts -> judge -> votes)   every bank
//!                            -> decided -> stored -> announced -> next height
//! ```
//!
//! Rooms: [`Replica`] (the match), `pooling` (transactions), `relay` (mined blocks), `approving`
//! (verdicts), `mining` (the elected bank's turn), `proposing` (candidates), `agreeing` (votes),
//! `finishing` (commit), `starting` (journal, abstention), `syncing` and `proving` (catching up),
//! `keys` (of the private chain), `forking` (more liars than are borne), `rules` (who ruled which height),
//! `reporting` (evidence), `room` (what one bank can make us keep), `held` (how much that is), `pace` (when to repeat oneself).
//!
//! Promises: a signed message is in the journal, synced, before it leaves; a bank never signs two
//! messages that contradict each other, also across restarts; nothing is announced as final before
//! it is stored.

mod agreeing;
mod approving;
mod book;
mod effect;
mod finishing;
mod forking;
mod future;
mod gate;
mod held;
mod input;
mod insight;
mod journal;
mod keys;
mod mining;
mod pace;
mod peers;
mod policy;
mod pooling;
mod proposing;
mod proving;
mod relay;
mod replica;
mod reporting;
mod room;
mod rules;
mod silence;
mod starting;
mod syncing;

pub use effect::{Effect, Event, Finalized, HaltReason, TimerId, Unsigned};
pub use gate::{BUNDLE_VOTES_MAX, Gate, Passed, Refusal};
pub use held::Held;
pub use input::{CheckedProposal, CheckedResponse, Input, OwnMessage, PreparedHeight, RequestId, Start};
pub use insight::{Insight, Stage};
pub use journal::{Journal, JournalEntry, JournalError};
pub use policy::{AcceptAll, Policy};
pub use replica::{Replica, ReplicaSettings};
pub use rules::{PAST_MAX, Past, Rules};
pub use silence::{SKIP_MS_FIRST, SKIP_MS_MAX, Silence};
pub use starting::{Abstention, HOUSEKEEPING_MS};

#[cfg(test)]
mod tests;
