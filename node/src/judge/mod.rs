//! A judge at work: orders, releases, and what custodians gave, opened.
//!
//! ```text
//!   target (transaction and side, session, person) --resolve--> CourtOrder --sign--> a bank --> the ledger
//!                                                                                                  |
//!   record <--shown-- ConfirmOpening settled <--open-- both halves <-- custodians <-- active order-'
//! ```
//!
//! The judge's keys are a file of the judge's own; no bank and no custodian has them. What a bank shows
//! is believed only as far as it fits the halves that two custodians sealed for this very order, after
//! each followed the chain by itself. A record is shown after its confirmation is on the ledger and not
//! before: an opening leaves its trace, or does not happen with this tool.

mod asking;
#[cfg(test)]
pub(crate) mod fixture;
mod opening;
mod target;

pub use asking::{Wish, court_order, release_order};
pub use opening::{Opened, OpeningError, open_all};
pub use target::{PersonWish, TargetWish, side};

use crate::doors::{Doors, NotSettled};
use crate::keys::judge::JudgeKeys;
use crate::keys::{self, KeysError};
use crate::pay::now;
use idx_client::encoding::Bytes;
use idx_client::views::{OrderStatusView, OrderView, ReaderView};
use idx_client::{ClientError, OrderFile, OrderFileError};
use idx_crypto::Signer;
use idx_genesis::SoundGenesis;
use idx_types::tx::{ConfirmOpening, OrderIdentity, TX_VERSION};
use idx_types::{Concealed, JudgeId, OrderId, Reason, Transaction, TxBody, TxId, TxKind};
use std::collections::BTreeMap;

/// How long a judge's transaction may take to settle, milliseconds.
const LIFE_MS: u64 = 600_000;

/// A judge with keys, the network's genesis, and the nodes to talk to.
#[derive(Debug)]
pub struct Chambers {
    /// The judge's keys.
    pub keys: JudgeKeys,
    /// What all banks agreed on.
    pub genesis: SoundGenesis,
    /// The banks' nodes.
    pub doors: Doors,
}

/// Why a judge's command comes to nothing.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// No node answered, or all refused.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The ledger did not take the transaction.
    #[error(transparent)]
    NotSettled(#[from] NotSettled),
    /// The ledger knows no judge of this key.
    #[error(
        "the ledger knows no active judge with this signing key\n  what to do: the banks register a judge by governance, or in genesis with `genesis add-judge`"
    )]
    NotRegistered,
    /// There is no such transaction, or it has no such side.
    #[error("no final transfer {0} with that side is known to the nodes that were asked")]
    NoTransfer(TxId),
    /// There is no such session.
    #[error("no open session of this name is known to the nodes that were asked")]
    NoSession,
    /// A bank that is not of the network.
    #[error("{0} is no bank of the network's genesis")]
    NoBank(String),
    /// Out of the bounds of an order.
    #[error("{0}")]
    Unsound(&'static str),
    /// The ledger keeps no such order.
    #[error("the ledger keeps no order {0}")]
    NoOrder(OrderId),
    /// The order is over.
    #[error("the order is {0}: nothing can be opened any more")]
    NotActive(OrderStatusView),
    /// What the bank shows is not for this judge.
    #[error(transparent)]
    File(#[from] OrderFileError),
    /// The machine gives no random bytes.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

impl Chambers {
    /// The judge's number on the ledger.
    ///
    /// # Errors
    /// [`JudgeError::NotRegistered`], or no node answers.
    pub async fn judge(&self) -> Result<JudgeId, JudgeError> {
        let own = self.keys.signing.public_key();
        let judges = self.doors.any(|door| door.judges()).await?;
        let found = judges.iter().find(|judge| judge.signing_key.0 == own && judge.retired_from.is_none());
        found.map(|judge| judge.id).ok_or(JudgeError::NotRegistered)
    }

    /// Orders; returns the order once it is active.
    ///
    /// # Errors
    /// [`JudgeError`]; [`NotSettled::Waiting`] if a home bank is silent.
    pub async fn order(&self, wish: Wish) -> Result<OrderId, JudgeError> {
        let tx = self.signed_order(wish).await?;
        self.doors.settle(&tx).await?;
        Ok(tx.id().into())
    }

    /// The signed order, for somebody else to hand in while it is valid.
    ///
    /// # Errors
    /// [`JudgeError`].
    pub async fn signed_order(&self, wish: Wish) -> Result<Transaction, JudgeError> {
        let judge = self.judge().await?;
        let target = self.resolve(&wish.target).await?;
        let kind = court_order(judge, target, &wish, self.keys.reading.public(), now())?;
        self.sign(kind)
    }

    /// Ends an order before its time.
    ///
    /// # Errors
    /// [`JudgeError`].
    pub async fn release(&self, order: OrderId) -> Result<(), JudgeError> {
        let (judge, view) = (self.judge().await?, self.look(order).await?);
        let tx = self.sign(release_order(judge, order, &view.order.target))?;
        self.doors.settle(&tx).await?;
        Ok(())
    }

    /// An order as the nodes tell it.
    ///
    /// # Errors
    /// [`JudgeError::NoOrder`], or no node answers.
    pub async fn look(&self, order: OrderId) -> Result<OrderView, JudgeError> {
        let view = self.doors.any(|door| door.court_order(order)).await?;
        view.ok_or(JudgeError::NoOrder(order))
    }

    /// Opens what custodians gave: as a node shows it, or as somebody brought it, sealed. Each record is
    /// confirmed on the ledger before it is returned; what does not open is named and opens nothing else.
    ///
    /// # Errors
    /// [`JudgeError`] if nothing can be tried, or the ledger refuses a confirmation.
    pub async fn open(
        &self,
        order: OrderId,
        brought: Option<Bytes>,
    ) -> Result<Vec<Result<Opened, OpeningError>>, JudgeError> {
        let view = self.look(order).await?;
        if view.status != OrderStatusView::Active {
            return Err(JudgeError::NotActive(view.status));
        }
        let sealed = match brought {
            Some(sealed) => sealed,
            None => self.doors.any(|door| door.order_file(order, ReaderView::Judge)).await?.sealed,
        };
        let file = OrderFile::open(&sealed, &self.keys.reading, order)?;
        let opened = open_all(order, &file, &self.keys.reading);
        for one in opened.iter().flatten() {
            self.confirm(order, one).await?;
        }
        Ok(opened)
    }

    /// That it was confirmed before is as good: the trace is there.
    async fn confirm(&self, order: OrderId, opened: &Opened) -> Result<(), JudgeError> {
        let identity = match opened.record.session {
            Some(session) => OrderIdentity::Session(session),
            None => OrderIdentity::Account(Concealed::new(opened.record.handle, *keys::random()?)),
        };
        let digest = opened.digest;
        let tx = self.sign(TxKind::ConfirmOpening(ConfirmOpening { order, identity, digest }))?;
        match self.doors.settle(&tx).await {
            Ok(_) => Ok(()),
            Err(error) if error.reason() == Some(Reason::AlreadyAnswered) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn sign(&self, kind: TxKind) -> Result<Transaction, JudgeError> {
        let created_at = now();
        let life = LIFE_MS.min(self.genesis.body().params.max_validity_ms);
        let nonce = u64::from_le_bytes(*keys::random()?);
        let body = TxBody {
            version: TX_VERSION,
            chain_id: self.genesis.chain_id(),
            created_at,
            valid_until: created_at.plus(life),
            nonce,
            kind,
        };
        Ok(body.sign(&[&self.keys.signing]))
    }

    async fn resolve(&self, wish: &TargetWish) -> Result<idx_types::tx::OrderTarget, JudgeError> {
        match wish {
            TargetWish::Party { tx, party } => target::party(&self.doors, *tx, *party).await,
            TargetWish::Session(session) => target::session(&self.doors, *session).await,
            TargetWish::Person(person) => {
                let (blind, seed) = (*keys::random()?, *keys::random()?);
                target::person(person, &self.genesis, &blind, &seed)
            }
        }
    }
}

/// What is known of all orders, by id; for a table.
///
/// # Errors
/// No node answers.
pub async fn all_orders(doors: &Doors) -> Result<BTreeMap<OrderId, OrderView>, ClientError> {
    let (mut all, mut after) = (BTreeMap::new(), None);
    loop {
        let page = doors.any(|door| door.court_orders(None, after)).await?;
        all.extend(page.items.into_iter().map(|order| (order.id.0, order)));
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}
