//! What the owner wants.

use super::Driver;
use crate::handle::{ExchangeCommand, UrgentCommand};
use crate::identity::peer_id_of;
use crate::reputation::Offence;
use idx_types::NetworkKey;
use libp2p::PeerId;
use std::ops::ControlFlow;
use std::time::Instant;

impl Driver {
    /// Takes a small command; breaks on the wish to end.
    pub(super) fn urgent_command(&mut self, command: UrgentCommand) -> ControlFlow<()> {
        match command {
            UrgentCommand::Publish(topic, data) => self.publish(topic, data),
            UrgentCommand::Verdict(id, from, acceptance) => self.verdict(id, &from, acceptance),
            UrgentCommand::Blame(key, reason) => self.blamed(&key, reason),
            UrgentCommand::Peers(answer) => {
                let now = Instant::now();
                // An error means that the asker no longer waits.
                let _nobody_waits = answer.send(self.peers.values().map(|peer| peer.info(now)).collect());
            }
            UrgentCommand::Shutdown => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// Takes a request or an answer.
    pub(super) fn exchange_command(&mut self, command: ExchangeCommand) {
        match command {
            ExchangeCommand::Request(to, id, data) => self.ask(to, id, data),
            ExchangeCommand::Respond(ticket, data) => self.answer(ticket, data),
        }
    }

    /// The libp2p name of a listed peer.
    pub(super) fn listed(&self, key: &NetworkKey) -> Option<PeerId> {
        peer_id_of(key).ok().filter(|id| self.peers.contains_key(id))
    }

    fn blamed(&mut self, key: &NetworkKey, reason: &'static str) {
        if let Some(id) = self.listed(key) {
            self.charge(&id, Offence::Blamed(reason));
        }
    }
}
