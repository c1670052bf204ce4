//! The network: bytes between banks, and nothing else. No block, vote or transaction is read here.
//!
//! What enters: messages to publish, requests, answers and verdicts from the owner (the node), and
//! whatever peers send. What leaves: events for the owner, each message once, from listed peers
//! only, within named bounds.
//!
//! ```text
//!             NetworkHandle                                   mpsc::Receiver<NetworkEvent>
//!   publish, request, respond, verdict, blame                              ^
//!        |          |            |                                         |
//!     urgent     exchange      bulk    (bounded queues)             Outbox: urgent, then bulk
//!        v          v            v                                         |
//!  +------------------------------- Driver (one task) -----------------------------------+
//!  |  allow list | gossip "urgent" | gossip "bulk" | requests | identify | ping | limits |
//!  +--------------------------------------------------------------------------------------+
//!       Yamux streams  <-  Meter (bytes of each peer, held back)  <-  Noise  <-  TCP, DNS
//! ```
//!
//! A peer, as this node sees it:
//!
//! ```text
//!   sought --connection--> connected --subscribed--> up --offences--> banned --time--> sought
//!     ^  ^---- back-off -----|                       |
//!     '-------------------- connection lost ---------'
//! ```
//!
//! Why it is built like this:
//!
//! - **Votes do not wait for transactions.** They have their own commands, their own gossip with
//!   its own streams, and overtake on the way to the owner. Transactions are refused or shed when
//!   a queue is full; everything else waits. The task takes commands even while its owner is
//!   behind, so that the two can never wait for each other.
//! - **What banks conceal goes to banks.** With an observer the bulk lane is not spoken at all: there
//!   is nothing on the connection that could be subscribed to ([`Topic::is_served_to`]).
//! - **A peer is its key.** Addresses only say where to look: those of the settings, and up to
//!   eight that the peer itself named. A connection counts when Noise has proved the key.
//! - **Nobody is trusted with our memory.** Lengths are checked before allocation, each peer has
//!   rates for messages and bytes, and a socket that brings too much is not read for a while. Who
//!   goes on is cut and reported, and may come back after a time that grows to a cap: an honest
//!   bank with a bad day is never lost.
//! - **Messages are anonymous for gossip**, because banks have signed what is in them. `from` is
//!   who brought a message.

mod behaviour;
mod bucket;
mod codec;
mod dialing;
mod driver;
mod error;
mod event;
mod handle;
mod identity;
mod meter;
mod outbox;
mod peer;
mod reputation;
mod served;
mod settings;
mod stats;
mod topic;
mod transport;

pub use bucket::Rate;
pub use error::{NetworkError, RequestFailure, SendError};
pub use event::{NetworkEvent, RequestId, Ticket};
pub use handle::NetworkHandle;
pub use identity::{IdentityError, network_key_of, network_key_of_seed, peer_id_of};
pub use libp2p::PeerId;
pub use peer::PeerInfo;
pub use reputation::{SCORE_BEST, SCORE_CUT};
pub use settings::{
    ADDRESSES_MAX, Listening, NetworkLimits, NetworkSettings, PEERS_MAX, PROTOCOL_NAME_BYTES_MAX, PeerRole,
    PeerSettings, REQUESTS_IN_FLIGHT_MAX,
};
pub use stats::NetworkStats;
pub use topic::{Acceptance, GossipId, Topic};

use behaviour::Behaviour;
use driver::Driver;
use libp2p::{Swarm, swarm};
use meter::Meters;
use settings::Checked;
use stats::Counters;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Events that wait in the channel to the owner. Few, because a vote cannot overtake these.
const EVENTS_MAX: usize = 16;

/// Connections stay open however quiet they are; pings find the dead ones.
const IDLE_TIME_MAX: Duration = Duration::from_secs(365 * 24 * 3600);

/// Starts the network on the current tokio runtime: checks the settings, listens, and looks for
/// all peers from then on. Returns when it listens, connected to nobody yet.
///
/// # Errors
/// [`NetworkError`] says which setting is wrong, or which address cannot be listened on.
pub async fn start(
    settings: NetworkSettings,
) -> Result<(NetworkHandle, mpsc::Receiver<NetworkEvent>), NetworkError> {
    let checked = Checked::new(settings)?;
    let meters = Arc::new(Meters::new(checked.peers.keys().copied(), checked.limits.wire_bytes));
    let channel = transport::build(&checked, Arc::clone(&meters))?;
    let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE_TIME_MAX);
    let own = checked.keypair.public().to_peer_id();
    let mut swarm = Swarm::new(channel, Behaviour::new(&checked)?, own, config);
    checked.announce.iter().for_each(|address| swarm.add_external_address(address.clone()));
    let counters = Arc::new(Counters::default());
    let (events, receiver) = mpsc::channel(EVENTS_MAX);
    let (key, listen) = (checked.key, checked.listen.clone());
    let mut driver = Driver::new(checked, swarm, &meters, events, Arc::clone(&counters));
    let (handle, inbox) = NetworkHandle::new(key, driver.listen(&listen).await?, counters);
    tokio::spawn(driver.run(inbox));
    Ok((handle, receiver))
}
