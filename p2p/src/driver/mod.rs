//! The one task that owns the swarm: takes commands, urgent ones first, and turns what happens on
//! connections into events for the owner. It waits in one place and never for its owner.
//!
//! ```text
//! owner --urgent--> |        | <--> connections (a task each, by libp2p)
//!       -exchange-> | Driver |
//!       ---bulk---> |        | --> Outbox (urgent first) --> owner
//! ```

mod commands;
mod connections;
mod exchanges;
mod gossip;
mod listening;

use crate::behaviour::{Behaviour, BehaviourEvent};
use crate::event::NetworkEvent;
use crate::handle::{ExchangeCommand, Inbox, UrgentCommand};
use crate::meter::Meters;
use crate::outbox::Outbox;
use crate::peer::Peer;
use crate::settings::{Checked, NetworkLimits};
use crate::stats::Counters;
use crate::topic::Topic;
use exchanges::InFlight;
use futures::StreamExt;
use libp2p::swarm::SwarmEvent;
use libp2p::{PeerId, Swarm};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

/// Urgent commands taken in a row before anything else gets its turn.
const URGENT_TURN_MAX: usize = 64;

/// Stands for "no deadline": far enough never to matter, near enough never to overflow.
const NO_DEADLINE: Duration = Duration::from_secs(3600);

/// What ended a wait.
enum Wake {
    Urgent(UrgentCommand),
    Exchange(ExchangeCommand),
    Bulk(Topic, Vec<u8>),
    Network(Box<SwarmEvent<BehaviourEvent>>),
    Deadline,
    /// The owner took an event.
    Delivered,
    /// Nobody listens, or nobody can command, any more.
    Abandoned,
}

/// The swarm, its peers and the way to the owner.
pub(crate) struct Driver {
    swarm: Swarm<Behaviour>,
    peers: BTreeMap<PeerId, Peer>,
    in_flight: InFlight,
    outbox: Outbox,
    events: mpsc::Sender<NetworkEvent>,
    counters: Arc<Counters>,
    limits: NetworkLimits,
    /// Makes each publication of a repeatable topic a message of its own.
    salt: u64,
}

impl Driver {
    /// A driver that knows its peers and does nothing yet.
    pub(crate) fn new(
        checked: Checked,
        swarm: Swarm<Behaviour>,
        meters: &Meters,
        events: mpsc::Sender<NetworkEvent>,
        counters: Arc<Counters>,
    ) -> Self {
        let now = Instant::now();
        let own = *swarm.local_peer_id();
        let limits = checked.limits;
        let peer = |(id, peer)| (id, Peer::new(peer, own < id, meters.of(&id), &limits, now));
        let peers = checked.peers.into_iter().map(peer).collect();
        let (in_flight, outbox) = (InFlight::default(), Outbox::default());
        Self { swarm, peers, in_flight, outbox, events, counters, limits, salt: first_salt() }
    }

    /// Works until shutdown, or until nobody listens or commands any more.
    pub(crate) async fn run(mut self, mut inbox: Inbox) {
        self.look_for_all();
        while self.turn(&mut inbox).await.is_continue() {}
        for id in self.peers.keys() {
            // An error only means that there was no connection.
            let _not_connected = self.swarm.disconnect_peer_id(*id);
        }
        self.say_goodbye().await;
    }

    /// One turn: a few urgent commands, then whatever is ready first. Breaks when it is over.
    async fn turn(&mut self, inbox: &mut Inbox) -> ControlFlow<()> {
        for _ in 0..URGENT_TURN_MAX {
            let Ok(command) = inbox.urgent.try_recv() else { break };
            self.urgent_command(command)?;
        }
        match self.wait(inbox).await {
            Wake::Urgent(command) => return self.urgent_command(command),
            Wake::Exchange(command) => self.exchange_command(command),
            Wake::Bulk(topic, data) => self.publish(topic, data),
            Wake::Network(event) => self.swarm_event(*event),
            Wake::Deadline => self.deadlines_passed(),
            Wake::Delivered => {}
            Wake::Abandoned => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// The one place that waits.
    async fn wait(&mut self, inbox: &mut Inbox) -> Wake {
        let deadline = self.next_deadline();
        tokio::select! {
            command = inbox.urgent.recv() => command.map_or(Wake::Abandoned, Wake::Urgent),
            permit = self.events.reserve(), if !self.outbox.is_empty() => {
                let Ok(permit) = permit else { return Wake::Abandoned };
                if let Some(event) = self.outbox.pop() {
                    permit.send(event);
                }
                Wake::Delivered
            }
            () = self.events.closed() => Wake::Abandoned,
            event = self.swarm.select_next_some(), if self.outbox.has_room() => Wake::Network(Box::new(event)),
            Some(command) = inbox.exchange.recv() => Wake::Exchange(command),
            Some((topic, data)) = inbox.bulk.recv() => Wake::Bulk(topic, data),
            () = sleep_until(deadline.into()) => Wake::Deadline,
        }
    }

    /// Sorts what happened on the network to the file that knows about it.
    pub(crate) fn swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Urgent(event) | BehaviourEvent::Bulk(event)) => {
                self.gossip_event(event);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Requests(event)) => self.exchange_event(event),
            SwarmEvent::Behaviour(BehaviourEvent::Identify(event)) => self.identified(event),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(event)) => self.pinged(event),
            other => self.connection_event(other),
        }
    }

    /// Queues an event for the owner; one that is shed is given back.
    fn tell(&mut self, event: NetworkEvent) -> Result<(), NetworkEvent> {
        self.outbox.push(event)
    }

    /// Queues an event of a kind that is never shed.
    fn tell_always(&mut self, event: NetworkEvent) {
        if let Err(event) = self.tell(event) {
            tracing::error!(?event, "an event that must not be shed was shed");
        }
    }

    /// Lets closing connections finish, for a moment at most.
    async fn say_goodbye(mut self) {
        let closing = async {
            while self.swarm.connected_peers().next().is_some() {
                self.swarm.select_next_some().await;
            }
        };
        // Connections that cannot say good-bye in time are dropped.
        let _timed_out = tokio::time::timeout(Duration::from_millis(500), closing).await;
    }
}

/// Differs from that of an earlier run of the same node.
fn first_salt() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
