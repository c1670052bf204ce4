//! A custodian: holds one half of every identity, and gives it to a judge whose order it has verified by
//! itself (document 4.5).
//!
//! ```text
//!   any node --heights--> Followed (certificates from genesis) --docket--> live orders that lack my half
//!   any node --order file, sealed to me--> proven against the chain --> covered envelopes
//!                                                                           |
//!         policy file or operator: yes / no --> open my half --> OrderShare, sealed to the judge
//!                                           `-> RefuseOrder, with its cause
//! ```
//!
//! It runs beside a bank, never inside one: the private key stays in this process. Nothing that a node
//! says is believed without proof; a node that lies or is silent is passed over. What was released is on
//! the chain, so a custodian that restarts goes on where it stopped.

mod announce;
mod evidence;
mod operator;
mod policy;
mod release;

pub use announce::{ANNOUNCE_DAYS_MIN, due};
pub use evidence::{Missing, covered};
pub use policy::{Policy, PolicyError, Release};
pub use release::{Act, acts};

use crate::docket::Story;
use crate::doors::{Doors, NotSettled};
use crate::following::Followed;
use crate::keys::custodian::{CustodianKeys, EscrowSecret};
use crate::keys::{self, KeysError};
use crate::pay::now;
use idx_bank::rebuild::PrivateRecord;
use idx_client::views::{EscrowView, ReaderView};
use idx_client::{ClientError, IdxClient, OrderFile};
use idx_crypto::{HpkePublic, company_day_key};
use idx_genesis::SoundGenesis;
use idx_types::tx::{AnnounceKeys, RefusalCause, RefuseOrder, TX_VERSION};
use idx_types::{Holder, NetworkDay, OrderId, Outcome, Reason, Transaction, TxBody, TxKind};
use operator::Operator;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How often the chain is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// How long a transaction of a custodian may take to settle, milliseconds.
const LIFE_MS: u64 = 600_000;

/// A custodian at work.
#[derive(Debug)]
pub struct Custodian {
    keys: CustodianKeys,
    holder: Holder,
    genesis: SoundGenesis,
    doors: Doors,
    followed: Followed,
    policy: Policy,
    operator: Operator,
    /// What the operator said of orders, until they are over.
    said: BTreeMap<OrderId, bool>,
    /// Orders of which the log has said that they wait.
    waiting: BTreeSet<OrderId>,
    announce_days_min: u32,
}

/// What a custodian is started with.
#[derive(Debug)]
pub struct Setup {
    /// Its keys.
    pub keys: CustodianKeys,
    /// What all banks agreed on.
    pub genesis: SoundGenesis,
    /// The banks' nodes.
    pub doors: Doors,
    /// What it releases.
    pub policy: Policy,
    /// The company announces keys when fewer days than this are left.
    pub announce_days_min: u32,
}

/// Why a custodian cannot work.
#[derive(Debug, thiserror::Error)]
pub enum CustodianError {
    /// No node answers.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The ledger knows nobody of this key.
    #[error(
        "the ledger knows no {0} with this signing key\n  what to do: use the home whose keys are in genesis, or were added by governance"
    )]
    Unknown(&'static str),
    /// The machine gives no random bytes.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// What looking at one order came to.
enum Looked {
    /// Nobody shows what it takes yet.
    NotYet(Missing),
    /// It names a wrong target.
    WrongTarget,
    /// These are the envelopes.
    Covered(Vec<PrivateRecord>, Vec<Transaction>),
}

impl Custodian {
    /// A custodian whose keys the ledger knows.
    ///
    /// # Errors
    /// [`CustodianError`].
    pub async fn new(setup: Setup) -> Result<Self, CustodianError> {
        let escrow = setup.doors.any(|door| door.escrow()).await?;
        let holder = holder_of(&setup.keys, &escrow)?;
        let followed = Followed::genesis(&setup.genesis);
        let Setup { keys, genesis, doors, policy, announce_days_min } = setup;
        let (said, waiting) = (BTreeMap::new(), BTreeSet::new());
        let operator = Operator;
        Ok(Self {
            keys,
            holder,
            genesis,
            doors,
            followed,
            policy,
            operator,
            said,
            waiting,
            announce_days_min,
        })
    }

    /// Whose half this is.
    pub const fn holder(&self) -> Holder {
        self.holder
    }

    /// Works until it is told to stop.
    ///
    /// # Errors
    /// The machine gives no random bytes. Silent nodes are waited for.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), CustodianError> {
        tracing::info!(holder = %self.holder, "custodian started");
        let mut stop = std::pin::pin!(stop);
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut stop => return Ok(()),
                _ = look.tick() => {}
            }
            tokio::select! {
                () = &mut stop => return Ok(()),
                done = self.look() => match done {
                    Err(CustodianError::Client(error)) => tracing::warn!(%error, "no node answers"),
                    done => done?,
                }
            }
        }
    }

    /// One look at the chain, and what follows from it.
    async fn look(&mut self) -> Result<(), CustodianError> {
        let more = self.followed.catch_up(&self.doors).await?;
        if more > 0 {
            tracing::debug!(height = self.followed.height().0, "followed");
        }
        self.announce().await?;
        let clock = now();
        let open = |story: &&Story| {
            story.is_live(clock) && !story.is_refused_by(self.holder) && is_wanting(story, self.holder)
        };
        let live: Vec<Story> = self.followed.docket().stories().filter(open).cloned().collect();
        self.said.retain(|id, _| live.iter().any(|story| story.id == *id));
        for story in live {
            self.consider(&story).await?;
        }
        Ok(())
    }

    async fn consider(&mut self, story: &Story) -> Result<(), CustodianError> {
        let (envelopes, shown) = match self.looked(story).await? {
            Looked::NotYet(missing) => {
                if self.waiting.insert(story.id) {
                    tracing::info!(order = %story.id, %missing, "an order waits");
                }
                return Ok(());
            }
            Looked::WrongTarget => return self.refuse(story, RefusalCause::WrongTarget).await,
            Looked::Covered(envelopes, shown) => (envelopes, shown),
        };
        match self.consent(story).await {
            None => Ok(()),
            Some(false) => self.refuse(story, RefusalCause::Declined).await,
            // The operator may have thought for hours: the order must be live now.
            Some(true) if !story.is_live(now()) => Ok(()),
            Some(true) => self.release(story, &envelopes, &shown).await,
        }
    }

    async fn release(
        &self,
        story: &Story,
        envelopes: &[PrivateRecord],
        shown: &[Transaction],
    ) -> Result<(), CustodianError> {
        let acts = acts(story, self.holder, envelopes, shown, &self.keys.escrow, &*keys::random()?);
        for act in acts {
            match act {
                Act::Share(share) => self.publish(story, TxKind::OrderShare(share)).await?,
                Act::Refuse(why) => self.refuse(story, why).await?,
            }
        }
        Ok(())
    }

    async fn refuse(&self, story: &Story, why: RefusalCause) -> Result<(), CustodianError> {
        let (order, holder) = (story.id, self.holder);
        self.publish(story, TxKind::RefuseOrder(RefuseOrder { order, holder, why })).await
    }

    /// What an order covers, by the first node whose word is proven.
    async fn looked(&self, story: &Story) -> Result<Looked, CustodianError> {
        let mut missing = Missing::Unshown;
        for door in self.doors.each() {
            let Some(shown) = self.shown(door, story.id).await else { continue };
            match covered(story, &shown) {
                Ok(Some(envelopes)) => return Ok(Looked::Covered(envelopes, shown)),
                Ok(None) => return Ok(Looked::WrongTarget),
                Err(why) => missing = why,
            }
        }
        Ok(Looked::NotYet(missing))
    }

    /// What a node shows of an order, as far as it is proven to have taken effect.
    async fn shown(&self, door: &IdxClient, order: OrderId) -> Option<Vec<Transaction>> {
        let view = door.order_file(order, self.reader()).await.ok()?;
        let opened =
            self.keys.escrow.with_key(view.day, |secret| OrderFile::open(&view.sealed, secret, order));
        let file =
            opened.inspect_err(|error| tracing::warn!(node = door.url(), %error, "a node lies")).ok()?;
        let mut proven = Vec::new();
        for shown in file.shown {
            if let Some(tx) = self.proven(door, shown.tx).await {
                proven.push(tx);
            }
        }
        Some(proven)
    }

    /// The transaction, if a followed block holds it and it took effect. Its hash covers everything, also
    /// what its id leaves out: a receiver's choice.
    async fn proven(&self, door: &IdxClient, tx: Transaction) -> Option<Transaction> {
        let proof = door.transaction_proof(tx.id()).await.ok()??;
        let proven = self.followed.prove(&proof);
        let proven =
            proven.inspect_err(|error| tracing::warn!(node = door.url(), %error, "not proven")).ok()?;
        let holds = proven.outcome == Outcome::Completed && proven.transaction.hash() == tx.hash();
        holds.then_some(tx)
    }

    const fn reader(&self) -> ReaderView {
        match self.holder {
            Holder::Company => ReaderView::Company,
            Holder::Regulator(place) => ReaderView::Regulator(place),
        }
    }

    /// What policy or operator say; `None` if nobody can be asked now.
    async fn consent(&mut self, story: &Story) -> Option<bool> {
        if let Some(said) = self.said.get(&story.id) {
            return Some(*said);
        }
        let said = match self.policy.of(&story.asked.case_number) {
            Release::Always => true,
            Release::Never => false,
            Release::Ask => self.operator.ask(story).await?,
        };
        tracing::info!(order = %story.id, case = %story.asked.case_number, release = said, "decided");
        self.said.insert(story.id, said);
        Some(said)
    }

    /// Puts a step on the chain. That it is there already, or that the order is over, is no failure.
    async fn publish(&self, story: &Story, kind: TxKind) -> Result<(), CustodianError> {
        let what = kind.name();
        match self.doors.settle(&self.sign(kind)?).await {
            Ok(receipt) => tracing::info!(order = %story.id, what, height = ?receipt.height, "published"),
            Err(error) if error.reason() == Some(Reason::AlreadyAnswered) => {}
            Err(NotSettled::Client(error @ ClientError::Transport { .. })) => return Err(error.into()),
            Err(error) => tracing::warn!(order = %story.id, what, %error, "not taken"),
        }
        Ok(())
    }

    fn sign(&self, kind: TxKind) -> Result<Transaction, CustodianError> {
        let created_at = now();
        let life = LIFE_MS.min(self.genesis.body().params.max_validity_ms);
        let body = TxBody {
            version: TX_VERSION,
            chain_id: self.genesis.chain_id(),
            created_at,
            valid_until: created_at.plus(life),
            nonce: u64::from_le_bytes(*keys::random()?),
            kind,
        };
        Ok(body.sign(&[&*self.keys.signing]))
    }

    /// The company announces keys ahead of time, so that no day comes without one.
    async fn announce(&self) -> Result<(), CustodianError> {
        let EscrowSecret::Company(master) = &self.keys.escrow else { return Ok(()) };
        let of_genesis = self.genesis.body().escrow.company.as_ref().map(|company| company.last_day());
        let last = self.followed.docket().last_announced().max(of_genesis);
        let today = NetworkDay::of(now());
        let Some(days) = due(today, last.unwrap_or(today), self.announce_days_min) else { return Ok(()) };
        let key =
            |day: NetworkDay| -> (NetworkDay, HpkePublic) { (day, company_day_key(master, day.0).public()) };
        let announce = AnnounceKeys { day_keys: days.into_iter().map(key).collect() };
        match self.doors.settle(&self.sign(TxKind::AnnounceKeys(announce))?).await {
            Ok(_) => tracing::info!("keys of days ahead announced"),
            Err(error) => tracing::warn!(%error, "the keys of days ahead were not taken"),
        }
        Ok(())
    }
}

/// Whether an order may lack a half of this holder: of a session there is one, of a person perhaps more.
fn is_wanting(story: &Story, holder: Holder) -> bool {
    story.asked.target.session().is_none() || story.shares_of(holder).next().is_none()
}

fn holder_of(keys: &CustodianKeys, escrow: &EscrowView) -> Result<Holder, CustodianError> {
    let own = keys.signing.public_key();
    match &keys.escrow {
        EscrowSecret::Company(_) if escrow.company.signing_key.0 == own => Ok(Holder::Company),
        EscrowSecret::Company(_) => Err(CustodianError::Unknown("company")),
        EscrowSecret::Regulator(_) => {
            let place = escrow.regulators.iter().position(|one| one.signing_key.0 == own);
            let place = place.and_then(|place| u16::try_from(place).ok());
            place.map(Holder::Regulator).ok_or(CustodianError::Unknown("regulator"))
        }
    }
}
