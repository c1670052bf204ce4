//! Putting a desk together: first what the mind's policy needs, then, when the node is there, the thread.

use super::Door;
use super::asking::Asking;
use super::inbox::{DeskInbox, DeskSender, inbox};
use super::perform::Ways;
use super::policy::DeskPolicy;
use super::shell::{DeskError, Shell, open_desk};
use super::telling::Telling;
use super::vault::Vault;
use crate::engine::events::EventHub;
use crate::engine::inbox::InboxSender;
use crate::engine::inquiries::Inquiries;
use crate::engine::outbox::Outgoing;
use crate::engine::shared::Shared;
use anyhow::Context;
use idx_api::Bells;
use idx_bank::desk::Home;
use idx_bank::pseudonym::Pepper;
use idx_bank::risk::{RiskRules, Watchlist};
use idx_bank::vault::Retention;
use idx_crypto::{HpkeSecret, KdfCost, Signer, Verifier};
use idx_replica::Policy;
use idx_storage::Store;
use idx_types::{Bank, ChainId, Height};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// What a desk is made of before the node runs.
pub struct FrontDesk {
    /// The network.
    pub chain_id: ChainId,
    /// The bank.
    pub bank: Bank,
    /// What it keeps.
    pub vault: Vault,
    /// Opens whom a court order seeks.
    pub hpke: HpkeSecret,
    /// How long it keeps the keys of session ids.
    pub retention: Retention,
    /// What the bank finds remarkable.
    pub risk: RiskRules,
    /// The names it watches, and how near is near, in thousandths.
    pub watched: Arc<(Watchlist, u32)>,
    /// The banks' secret of pseudonyms, and what one costs.
    pub pepper: Pepper,
    /// See [`FrontDesk::pepper`].
    pub pseudonym_cost: KdfCost,
}

/// A desk that does not run yet, with its ways in.
pub struct Front {
    desk: FrontDesk,
    rules: Arc<OnceLock<Arc<Shared>>>,
    sender: DeskSender,
    inbox: DeskInbox,
    bells: Arc<Bells>,
}

/// What a desk needs of the running node.
pub struct Way {
    /// The chain.
    pub store: Arc<Store>,
    /// The rules of now.
    pub shared: Arc<Shared>,
    /// The newest heights.
    pub events: EventHub,
    /// The mind.
    pub mind: InboxSender,
    /// The other banks.
    pub network: mpsc::Sender<Outgoing>,
    /// Signs as the bank.
    pub signer: Arc<dyn Signer + Send + Sync>,
    /// Checks signatures.
    pub verifier: Arc<dyn Verifier>,
    /// Where waiting is done.
    pub runtime: Handle,
}

impl Front {
    /// A desk with a new inbox.
    pub fn new(desk: FrontDesk) -> Self {
        let (sender, inbox) = inbox();
        Self { desk, rules: Arc::default(), sender, inbox, bells: Arc::default() }
    }

    /// What the bank must not approve.
    pub fn policy(&self) -> Box<dyn Policy> {
        let FrontDesk { bank, vault, .. } = &self.desk;
        Box::new(DeskPolicy { bank: bank.id, rules: self.rules.clone(), vault: vault.clone() })
    }

    /// The way in.
    pub fn sender(&self) -> DeskSender {
        self.sender.clone()
    }

    /// What interfaces hold.
    pub fn door(&self, way: &Way, inquiries: Arc<Inquiries>) -> Door {
        let FrontDesk { bank, pepper, pseudonym_cost, vault, watched, chain_id, .. } = &self.desk;
        let Way { shared, network, verifier, .. } = way;
        let home = (*chain_id, bank.id);
        let asking = Asking::new(home, shared.clone(), network.clone(), verifier.clone(), inquiries);
        let pseudonyms = (pepper.clone(), *pseudonym_cost);
        let kept = (vault.clone(), self.bells.clone());
        let bank = (bank.code.clone(), bank.id, watched.clone());
        Door::new(self.sender(), kept, way.store.clone(), pseudonyms, bank, (way.signer.clone(), asking))
    }

    /// What other banks are told of customers.
    pub fn telling(&self, way: &Way) -> Telling {
        let home = (self.desk.chain_id, self.desk.bank.id);
        let Way { shared, signer, network, .. } = way;
        Telling::new(home, self.sender(), shared.clone(), signer.clone(), network.clone())
    }

    /// Starts the thread; its end is told, with why.
    ///
    /// # Errors
    /// The vault cannot be read, or there is no thread.
    pub fn start(self, way: Way) -> anyhow::Result<oneshot::Receiver<Result<(), DeskError>>> {
        // Set once: a front is started once.
        let _ = self.rules.set(way.shared.clone());
        let (inbox, shell) = self.shell(way)?;
        let (ended, end) = oneshot::channel();
        let thread = std::thread::Builder::new().name("desk".to_owned());
        thread.spawn(move || drop(ended.send(shell.run(&inbox))))?;
        Ok(end)
    }

    fn shell(self, way: Way) -> anyhow::Result<(DeskInbox, Shell)> {
        let FrontDesk { chain_id, bank, vault, hpke, retention, risk, .. } = self.desk;
        let home = Home { chain_id, bank: bank.id, code: bank.code, retention, risk };
        let Way { store, shared, events, mind, network, signer, verifier, runtime } = way;
        let ways = Ways { mind, network, desk: self.sender, signer, verifier: verifier.clone(), runtime };
        let (tag_epoch, tag_keys) =
            shared.rules().tag_keys.clone().context("this bank has no key of the private chain")?;
        let shell = Shell {
            desk: open_desk(&home, &tag_keys, &vault)?,
            followed: store.height().unwrap_or(Height(0)),
            home,
            tag_epoch,
            tag_keys,
            vault,
            store,
            shared,
            events,
            bells: self.bells,
            verifier,
            hpke,
            answered: BTreeMap::new(),
            ways,
            replies: BTreeMap::new(),
            next_token: 0,
            failed: None,
            written: false,
            is_stopping: false,
        };
        Ok((self.inbox, shell))
    }
}
