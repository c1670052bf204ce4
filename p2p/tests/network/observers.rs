//! Observers hear what is public, whatever they ask for.

use crate::common::{DEADLINE, NETWORK, Node, bank, key, mesh_with, quick_limits, seed, settings};
use futures::StreamExt;
use idx_p2p::{NetworkEvent, NetworkSettings, PeerRole, PeerSettings, Topic};
use libp2p::gossipsub::{
    self, ConfigBuilder, IdentTopic, Message, MessageAuthenticity, MessageId, ValidationMode,
};
use libp2p::identity::Keypair;
use libp2p::swarm::{NetworkBehaviour, Swarm, SwarmEvent};
use libp2p::{SwarmBuilder, noise, tcp, yamux};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

fn observer(number: u8) -> PeerSettings {
    PeerSettings { role: PeerRole::Observer, ..bank(number, &[]) }
}

/// An observer hears what is public and is known as one.
#[tokio::test]
async fn an_observer_listens() {
    let mut bank_node = Node::start(settings(1, vec![observer(2)])).await;
    let home = vec![bank(1, bank_node.handle.listen_addresses())];
    let settings = NetworkSettings { role: PeerRole::Observer, ..settings(2, home) };
    let mut observer = Node::start(settings).await;
    observer.wait_up(key(1)).await;
    let role = bank_node
        .wait("the observer", |event| match event {
            NetworkEvent::PeerUp { role, .. } => Some(role),
            _ => None,
        })
        .await;
    assert_eq!(role, PeerRole::Observer);
    bank_node.handle.publish(Topic::Blocks, b"header".to_vec()).await.unwrap();
    assert_eq!(observer.next_gossip(Topic::Blocks).await.1, b"header");
}

/// A client of its own making: it speaks both lanes and subscribes to every topic on either.
#[derive(NetworkBehaviour)]
struct Greedy {
    urgent: gossipsub::Behaviour,
    bulk: gossipsub::Behaviour,
}

fn greedy(number: u8) -> Swarm<Greedy> {
    let keypair = Keypair::ed25519_from_bytes(seed(number)).unwrap();
    SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| Greedy { urgent: all_topics("urgent"), bulk: all_topics("bulk") })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build()
}

fn all_topics(lane: &str) -> gossipsub::Behaviour {
    let config = ConfigBuilder::default()
        .protocol_id_prefix(format!("/idx/{NETWORK}/gossip/{lane}"))
        .validation_mode(ValidationMode::Anonymous)
        .max_transmit_size(64 << 20)
        .message_id_fn(|message: &Message| MessageId::new(&message.data))
        .build()
        .unwrap();
    let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config).unwrap();
    for topic in Topic::ALL {
        gossip.subscribe(&IdentTopic::new(topic.name())).unwrap();
    }
    gossip
}

/// What the greedy one was told, and whether the bulk lane was spoken with it.
#[derive(Default)]
struct Told {
    topics: BTreeSet<String>,
    subscribed: usize,
    bulk_refused: bool,
}

impl Told {
    async fn until(&mut self, swarm: &mut Swarm<Greedy>, enough: impl Fn(&Self) -> bool) {
        while !enough(self) {
            let event = timeout(DEADLINE, swarm.select_next_some()).await.expect("something happens");
            match event {
                SwarmEvent::Behaviour(GreedyEvent::Bulk(gossipsub::Event::GossipsubNotSupported {
                    ..
                })) => {
                    self.bulk_refused = true;
                }
                SwarmEvent::Behaviour(GreedyEvent::Urgent(event) | GreedyEvent::Bulk(event)) => {
                    self.note(event);
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { message, .. } => {
                self.topics.insert(message.topic.into_string());
            }
            gossipsub::Event::Subscribed { .. } => self.subscribed += 1,
            _ => {}
        }
    }
}

/// Both banks list it as an observer. The bulk lane is not spoken with it, which it is told; on the
/// other it gets what is public. The banks' own gossip is as ever.
#[tokio::test]
async fn an_observer_that_asks_for_everything_gets_what_is_public() {
    let mut nodes = mesh_with(2, quick_limits(), &[observer(9)]).await;
    let (mut greedy, mut told) = (greedy(9), Told::default());
    let address = nodes[0].handle.listen_addresses()[0].parse::<libp2p::Multiaddr>().unwrap();
    greedy.dial(address).unwrap();
    told.until(&mut greedy, |told| told.subscribed == 3 && told.bulk_refused).await;
    nodes[0].wait_up(key(9)).await;
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    for topic in [Topic::Transactions, Topic::Intents, Topic::Consensus, Topic::Status, Topic::Blocks] {
        one.handle.publish(topic, format!("on {topic:?}").into_bytes()).await.unwrap();
    }
    for topic in [Topic::Transactions, Topic::Intents] {
        assert_eq!(two.next_gossip(topic).await.1, format!("on {topic:?}").into_bytes());
    }
    told.until(&mut greedy, |told| told.topics.len() == 3).await;
    let public = ["blocks", "consensus", "status"].map(str::to_owned);
    assert_eq!(told.topics, public.into());
}
