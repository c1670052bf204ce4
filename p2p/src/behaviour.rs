//! The protocols that a connection speaks, and their parameters.

use crate::codec::RawCodec;
use crate::error::NetworkError;
use crate::served::Served;
use crate::settings::{Checked, REQUESTS_IN_FLIGHT_MAX};
use crate::topic::{Lane, message_id};
use idx_types::wire::GOSSIP_BYTES_MAX;
use libp2p::allow_block_list::{self, AllowedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::gossipsub::{
    self, IdentTopic, IdentityTransform, MessageAuthenticity, ValidationMode, WhitelistSubscriptionFilter,
};
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{StreamProtocol, identify, ping};
use std::time::Duration;

/// Gossip that carries our topics only.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// Bytes that gossip adds to a message: its envelope, and a read-ahead that gossipsub counts
/// towards the message it is reading.
const GOSSIP_ENVELOPE_BYTES: usize = 64 << 10;

/// Time between rounds of gossip's housekeeping, when nodes tell each other the names of what they
/// have: what an idle node mostly does, and what a message waits for that takes two hops.
const URGENT_HEARTBEAT: Duration = Duration::from_millis(400);
const BULK_HEARTBEAT: Duration = Duration::from_millis(1000);

/// Heartbeats for which a message is kept; its verdict must come in this time.
const KEPT_HEARTBEATS: usize = 12;

/// Heartbeats for which its name is told, and to how many peers each time.
const TOLD_HEARTBEATS: usize = 2;
const TOLD_PEERS: usize = 6;

/// Most names told or asked for at once, and room for them on the wire (16 bytes each and their
/// framing). Gossipsub's own defaults do not fit each other: it tells up to 5,000 names, but
/// closes the stream at 16 KiB of them, and for good the fifth time.
const NAMES_MAX: usize = 4000;
const NAMES_BYTES_MAX: usize = 64 * NAMES_MAX;

/// How long a message's name is remembered.
const GOSSIP_MEMORY: Duration = Duration::from_secs(60);

/// Messages that wait for one slow peer, each lane. The bulk lane's may be large.
const URGENT_QUEUE_MAX: usize = 2048;
const BULK_QUEUE_MAX: usize = 256;

/// How long they wait before they are dropped.
const QUEUE_TIME_MAX: Duration = Duration::from_secs(5);

/// Time between pings; also how soon a dead connection is noticed.
const PING_INTERVAL: Duration = Duration::from_secs(5);
const PING_TIME_MAX: Duration = Duration::from_secs(10);

/// Handshakes of unknown outcome at once.
const PENDING_MAX: u32 = 64;

/// Connections with one peer: two dialed at the same moment, and two half-dead ones.
const CONNECTIONS_PER_PEER_MAX: u32 = 4;

/// Exchanges at once on one connection. Libp2p counts both directions together and drops what is
/// beyond, so our own requests must never use up the places of the peer's.
const EXCHANGES_MAX: usize = 2 * REQUESTS_IN_FLIGHT_MAX;

/// All protocols. The order is that of the checks when somebody connects.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) allowed: allow_block_list::Behaviour<AllowedPeers>,
    limits: connection_limits::Behaviour,
    urgent: Served<Gossip>,
    bulk: Served<Gossip>,
    pub(crate) requests: request_response::Behaviour<RawCodec>,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
}

impl Behaviour {
    /// All protocols for these settings.
    pub(crate) fn new(checked: &Checked) -> Result<Self, NetworkError> {
        let mut allowed = allow_block_list::Behaviour::<AllowedPeers>::default();
        for peer in checked.peers.keys() {
            allowed.allow_peer(*peer);
        }
        Ok(Self {
            allowed,
            limits: connection_limits::Behaviour::new(connection_limits_for(checked.peers.len())),
            urgent: gossip(Lane::Urgent, checked)?,
            bulk: gossip(Lane::Bulk, checked)?,
            requests: requests(checked)?,
            identify: identify::Behaviour::new(identify_config(checked)),
            ping: ping::Behaviour::new(
                ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIME_MAX),
            ),
        })
    }

    /// The gossip of a lane.
    pub(crate) const fn gossip(&mut self, lane: Lane) -> &mut Gossip {
        match lane {
            Lane::Urgent => self.urgent.inner(),
            Lane::Bulk => self.bulk.inner(),
        }
    }
}

fn connection_limits_for(peers: usize) -> ConnectionLimits {
    let peers = u32::try_from(peers).unwrap_or(u32::MAX);
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_MAX))
        .with_max_pending_outgoing(Some(peers.saturating_add(PENDING_MAX)))
        .with_max_established(Some(peers.saturating_mul(CONNECTIONS_PER_PEER_MAX)))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX))
}

fn requests(checked: &Checked) -> Result<request_response::Behaviour<RawCodec>, NetworkError> {
    let protocol = protocol(&checked.protocol_name, "request/1")?;
    let config = request_response::Config::default()
        .with_request_timeout(checked.limits.request_timeout)
        .with_max_concurrent_streams(EXCHANGES_MAX);
    Ok(request_response::Behaviour::with_codec(RawCodec, [(protocol, ProtocolSupport::Full)], config))
}

fn protocol(network: &str, what: &str) -> Result<StreamProtocol, NetworkError> {
    StreamProtocol::try_from_owned(format!("/idx/{network}/{what}"))
        .map_err(|_| NetworkError::ProtocolName(network.to_owned()))
}

fn identify_config(checked: &Checked) -> identify::Config {
    identify::Config::new(format!("idx/{}", checked.protocol_name), checked.keypair.public())
        .with_agent_version(concat!("idx/", env!("CARGO_PKG_VERSION")).to_owned())
        .with_push_listen_addr_updates(true)
        .with_hide_listen_addrs(!checked.announce.is_empty())
        .with_cache_size(0)
}

fn gossip(lane: Lane, checked: &Checked) -> Result<Served<Gossip>, NetworkError> {
    let failed = |reason: String| NetworkError::Gossip(reason);
    let filter = WhitelistSubscriptionFilter(lane.topics().map(|topic| topic.hash()).collect());
    let config = gossip_config(lane, &checked.protocol_name).map_err(|error| failed(error.to_string()))?;
    let mut gossip = Gossip::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .map_err(|reason| failed(reason.to_owned()))?;
    for topic in lane.topics() {
        gossip.subscribe(&IdentTopic::new(topic.name())).map_err(|error| failed(error.to_string()))?;
    }
    Ok(Served::new(gossip, checked.served(lane)))
}

/// A publisher sends to every peer (`flood_publish`), so that with a full mesh of banks each gets
/// each message in one hop and once. Nobody forwards unasked: gossipsub's mesh is empty, because
/// with it each message came two to four times (measured), and the means against that
/// (IDONTWANT) is not to be had under a protocol name of one's own. Pairs without a connection
/// between them hear of a message from a third at the next heartbeat and fetch it there.
fn gossip_config(lane: Lane, network: &str) -> Result<gossipsub::Config, gossipsub::ConfigBuilderError> {
    let (heartbeat, queue_max) = match lane {
        Lane::Urgent => (URGENT_HEARTBEAT, URGENT_QUEUE_MAX),
        Lane::Bulk => (BULK_HEARTBEAT, BULK_QUEUE_MAX),
    };
    gossipsub::ConfigBuilder::default()
        .protocol_id_prefix(format!("/idx/{network}/gossip/{}", lane.name()))
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(message_id)
        .max_transmit_size(GOSSIP_BYTES_MAX + GOSSIP_ENVELOPE_BYTES)
        .flood_publish(true)
        .mesh_n(0)
        .mesh_n_low(0)
        .mesh_n_high(0)
        .mesh_outbound_min(0)
        .heartbeat_interval(heartbeat)
        .heartbeat_initial_delay(heartbeat)
        .history_length(KEPT_HEARTBEATS)
        .history_gossip(TOLD_HEARTBEATS)
        .gossip_lazy(TOLD_PEERS)
        .max_control_messages_sent(NAMES_MAX)
        .max_control_message_size(NAMES_BYTES_MAX)
        .duplicate_cache_time(GOSSIP_MEMORY)
        .connection_handler_queue_len(queue_max)
        .publish_queue_duration(QUEUE_TIME_MAX)
        .forward_queue_duration(QUEUE_TIME_MAX)
        .build()
}
