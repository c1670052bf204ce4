//! Effects on disks: the journal of signed history and the block store.

use super::core::{Core, CoreError};
use crate::keys;
use idx_replica::{Event, Finalized, Input, OwnMessage, Unsigned};
use idx_storage::HeightRecord;
use idx_types::{EpochKey, Signed};
use std::time::Instant;

impl Core {
    /// Makes the journal durable; nothing signed leaves before.
    pub(super) fn sync_journal(&mut self) -> Result<(), CoreError> {
        let began = Instant::now();
        self.journal.sync()?;
        self.shared.metrics.journal_sync.observe(began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Stores a final height in one synced write, then tells the mind.
    pub(super) fn commit(&mut self, finalized: Finalized) -> Result<(), CoreError> {
        let began = Instant::now();
        let height = finalized.certified.height();
        let record = HeightRecord { certified: (*finalized.certified).clone(), delta: finalized.delta };
        self.store.commit(&record)?;
        self.shared.metrics.store_commit.observe(began.elapsed().as_secs_f64());
        self.follow_ups.push_front(Input::Committed(height));
        Ok(self.journal.committed(height, self.replica.abstention())?)
    }

    /// Signs in this thread; the key is in memory.
    pub(super) fn sign(&mut self, unsigned: Unsigned) {
        let signer = &*self.signer;
        let signed = match unsigned {
            Unsigned::Header(header) => OwnMessage::Header(Box::new(Signed::new(*header, signer))),
            Unsigned::Verdicts(verdicts) => OwnMessage::Verdicts(Signed::new(verdicts, signer)),
            Unsigned::Proposal(proposal) => OwnMessage::Proposal(Signed::new(proposal, signer)),
            Unsigned::Vote(vote) => OwnMessage::Vote(Signed::new(vote, signer)),
            Unsigned::Transaction(body) => OwnMessage::Transaction(Box::new(body.sign(&[signer]))),
        };
        self.follow_ups.push_back(Input::Signed(signed));
    }

    /// Draws a key of the private chain. Without random bytes another bank's turn comes.
    pub(super) fn draw_key(&mut self, epoch: u32) {
        match keys::random() {
            Ok(bytes) => self.follow_ups.push_back(Input::KeyDrawn(EpochKey::new(epoch, bytes))),
            Err(error) => tracing::error!(%error, epoch, "no key of the private chain can be drawn here"),
        }
    }

    /// Tells clients, metrics and the log.
    pub(super) fn publish(&mut self, event: Event) {
        if let Event::Final(height) = &event {
            self.shared.finalised(height, &self.replica);
        }
        if let Event::Contradiction(bank) = &event {
            tracing::error!(%bank, "a bank signed two messages that contradict each other");
        }
        match event {
            Event::ChainKey { epoch, held: true } => tracing::info!(epoch, "the private chain has a new key"),
            Event::ChainKey { epoch, held: false } => tracing::warn!(
                epoch,
                "the private chain has a new key, which this bank was not given: it takes the others' word for bodies"
            ),
            _ => {}
        }
        // First what can be read, then who reads it.
        self.events.publish(event.clone());
        if let Some(desk) = &self.desk {
            desk.event(&event);
        }
    }
}
