//! What became of transfers: the final heights, in order, each once.

use super::inbox::DeskInput;
use super::shell::Shell;
use idx_bank::desk::{Effect, Fact, Input};
use idx_storage::StoreError;
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, Outcome, Transaction, TxId, TxKind};

impl Shell {
    /// Feeds one thing that reached the desk.
    pub(super) fn take(&mut self, input: DeskInput, out: &mut Vec<Effect>) {
        match input {
            DeskInput::Ask(ask, reply) => {
                self.next_token += 1;
                self.replies.insert(self.next_token, reply);
                self.feed(Input::Ask(self.next_token, ask), out);
            }
            DeskInput::Gossip(message) => self.feed(Input::from(message), out),
            DeskInput::Pending(id) => self.feed(Input::Fact(id, Fact::Pending, None), out),
            DeskInput::Mined(height, ids) => {
                let mined = |id: &TxId| Input::Fact(*id, Fact::Mined, Some(height));
                ids.iter().for_each(|id| self.feed(mined(id), out));
            }
            DeskInput::Final(height) => self.follow(height, out),
            DeskInput::Fact(id, fact) => self.feed(Input::Fact(id, fact, None), out),
            DeskInput::Stop => self.is_stopping = true,
            DeskInput::Tags(day, tags) => self.feed(Input::Tags(day, tags), out),
        }
    }

    /// Tells the desk of all heights up to this one that it has not been told of.
    fn follow(&mut self, newest: Height, out: &mut Vec<Effect>) {
        while self.followed < newest {
            let next = self.followed.next();
            let certified = match self.events.recent(next) {
                Some(certified) => Ok(Some(certified)),
                None => self.store.certified(next).map(|found| found.map(std::sync::Arc::new)),
            };
            match certified {
                Ok(found) => found.iter().for_each(|certified| self.settle(certified, out)),
                Err(error) => {
                    tracing::error!(height = %next, %error, "the desk cannot read a height; it tries again");
                    return;
                }
            }
            self.followed = next;
        }
        self.turn_tag_keys(out);
        self.feed(Input::Height, out);
        self.answer_orders();
    }

    /// A new epoch of the private chain has a new key of tags.
    fn turn_tag_keys(&mut self, out: &mut Vec<Effect>) {
        let rules = self.shared.rules();
        let Some((epoch, keys)) = rules.tag_keys.as_ref().filter(|(epoch, _)| *epoch != self.tag_epoch)
        else {
            return;
        };
        tracing::info!(epoch, "the key of receiver tags has turned");
        (self.tag_epoch, self.tag_keys) = (*epoch, keys.clone());
        self.feed(Input::TagKeys(keys.clone()), out);
    }

    fn settle(&mut self, certified: &CertifiedHeight, out: &mut Vec<Effect>) {
        let txs = certified.public.transactions.iter().zip(&certified.private.outcomes);
        for (tx, outcome) in txs {
            if let Some(fact) = fact_of(tx, *outcome) {
                self.feed(Input::Fact(tx.id(), fact, place_of(fact, certified.height())), out);
            }
        }
    }

    /// Transfers that were open when the node stopped may have ended meanwhile.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) fn catch_up(&mut self, open: Vec<TxId>, out: &mut Vec<Effect>) -> Result<(), StoreError> {
        for id in open {
            let Some((place, tx)) = self.store.tx(&id)? else { continue };
            if let Some(fact) = fact_of(&tx, place.outcome) {
                self.feed(Input::Fact(id, fact, place_of(fact, place.height)), out);
            }
        }
        Ok(())
    }
}

/// What an outcome means for the customers of a transfer, or of a travel account that did not open or close;
/// `None` of anything else. That one did, the desk sees on the ledger.
fn fact_of(tx: &Transaction, outcome: Outcome) -> Option<Fact> {
    let transfer = match (&tx.body.kind, outcome) {
        (TxKind::Transfer(transfer), _) => transfer,
        (TxKind::OpenTravel(_) | TxKind::CloseTravel(_), Outcome::Failed(reason)) => {
            return Some(Fact::Failed(reason));
        }
        _ => return None,
    };
    Some(match (outcome, transfer.accepted) {
        (Outcome::Completed, Some(accepted)) => Fact::Completed { to: accepted.to },
        (Outcome::Failed(reason), _) => Fact::Failed(reason),
        (Outcome::Deferred, _) => Fact::Deferred,
        (Outcome::Completed, None) => return None,
    })
}

/// Where a fact stands on the chain: what was put back stands nowhere.
fn place_of(fact: Fact, height: Height) -> Option<Height> {
    (fact != Fact::Deferred).then_some(height)
}
