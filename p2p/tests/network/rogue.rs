//! A peer with a listed key that does not keep to the rules: its own limits are far too high.

use crate::common::{DEADLINE, NETWORK, seed};
use futures::{AsyncRead, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::gossipsub::{
    self, ConfigBuilder, IdentTopic, Message, MessageAuthenticity, MessageId, ValidationMode,
};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, Codec, ProtocolSupport};
use libp2p::swarm::{NetworkBehaviour, Swarm, SwarmEvent};
use libp2p::{StreamProtocol, SwarmBuilder, noise, tcp, yamux};
use std::io;
use std::time::Duration;

/// Writes what it is given as it is: the caller lies about lengths.
#[derive(Clone, Default)]
pub struct LyingCodec;

impl Codec for LyingCodec {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> io::Result<Vec<u8>> {
        Ok(vec![])
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        request: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&request).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        response: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&response).await
    }
}

#[derive(NetworkBehaviour)]
pub struct RogueBehaviour {
    pub gossip: gossipsub::Behaviour,
    pub requests: request_response::Behaviour<LyingCodec>,
}

/// The swarm of the rogue with this number, speaking the urgent lane and requests.
pub fn rogue(number: u8) -> Swarm<RogueBehaviour> {
    let keypair = Keypair::ed25519_from_bytes(seed(number)).unwrap();
    SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| RogueBehaviour { gossip: gossip(), requests: requests() })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build()
}

fn gossip() -> gossipsub::Behaviour {
    let config = ConfigBuilder::default()
        .protocol_id_prefix(format!("/idx/{NETWORK}/gossip/urgent"))
        .validation_mode(ValidationMode::Anonymous)
        .max_transmit_size(64 << 20)
        .message_id_fn(|message: &Message| MessageId::new(&message.data[..16]))
        .build()
        .unwrap();
    let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config).unwrap();
    for topic in ["consensus", "blocks", "status", "nonsense"] {
        gossip.subscribe(&IdentTopic::new(topic)).unwrap();
    }
    gossip
}

fn requests() -> request_response::Behaviour<LyingCodec> {
    let protocol = StreamProtocol::try_from_owned(format!("/idx/{NETWORK}/request/1")).unwrap();
    request_response::Behaviour::new([(protocol, ProtocolSupport::Full)], request_response::Config::default())
}

/// Connects the rogue, and drives it until it hears that the node subscribes to gossip.
pub async fn join(swarm: &mut Swarm<RogueBehaviour>, address: &str) {
    swarm.dial(address.parse::<libp2p::Multiaddr>().unwrap()).unwrap();
    let subscribed = async {
        loop {
            if let SwarmEvent::Behaviour(RogueBehaviourEvent::Gossip(gossipsub::Event::Subscribed {
                ..
            })) = swarm.select_next_some().await
            {
                return;
            }
        }
    };
    tokio::time::timeout(DEADLINE, subscribed).await.expect("the rogue is listed and gets in");
}
