//! Accounts: who may see one, what it shows, and what proves it.

use super::travel::TravelTermsView;
use super::{BankNames, BankTag};
use crate::encoding::{Bytes, Hex};
use idx_crypto::Signature;
use idx_types::state_proof::AccountProof;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Account, AccountHandle, AccountKind, AccountReading, Currency, FreezeState, Height, OrderId, Paise,
    SessionId,
};
use serde::{Deserialize, Serialize};

/// An account as every bank of the consortium may see it: a handle, never a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountView {
    /// Its name.
    pub handle: Hex<AccountHandle>,
    /// The bank that keeps it.
    pub home_bank: BankTag,
    /// What it is for.
    pub kind: AccountKind,
    /// What its balance counts.
    pub currency: Currency,
    /// What it holds.
    pub balance: Paise,
    /// Whether it may move money.
    pub freeze: FreezeView,
    /// Height at which it was opened.
    pub opened_at: Height,
    /// Height at which it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Height>,
    /// Of a travel account, where its money came from and until when it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel: Option<TravelTermsView>,
    /// The final height after which this holds.
    pub as_of: Height,
}

/// Everything that proves what an account held after a height to someone who knows only the network and its
/// banks; [`crate::verify::account`] checks it. Bytes are borsh.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountProofView {
    /// For the eye: what the proof proves, and of which height.
    pub account: AccountView,
    /// The account with its way to the state root.
    pub state_proof: Bytes,
    /// The mined header.
    pub header: Bytes,
    /// The private header, with the state root.
    pub private_header: Bytes,
    /// The precommits over the private header.
    pub commit_certificate: Bytes,
}

impl AccountProofView {
    /// The proof of an account after this final height.
    pub fn of_height(height: &CertifiedHeight, proof: &AccountProof, names: &dyn BankNames) -> Self {
        Self {
            account: AccountView::new(&proof.account, height.height(), names),
            state_proof: Bytes::of(proof),
            header: Bytes::of(&height.public.header),
            private_header: Bytes::of(&height.private.header),
            commit_certificate: Bytes::of(&height.commit),
        }
    }
}

/// Who asks for an account: its owner, by the session of today ([`AccountReading`]).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerView {
    /// A session of the account that is open.
    pub session: SessionId,
    /// A final height, at most 600 back.
    pub height: Height,
    /// By the session's key, over network, account, session and height.
    pub signature: Hex<Signature>,
}

impl From<&AccountReading> for OwnerView {
    fn from(reading: &AccountReading) -> Self {
        Self { session: reading.session, height: reading.height, signature: Hex(reading.signature) }
    }
}

impl OwnerView {
    /// The request that it makes together with the account it is about.
    pub fn reading(self, account: AccountHandle) -> AccountReading {
        AccountReading { account, session: self.session, height: self.height, signature: self.signature.0 }
    }
}

impl AccountView {
    /// The view of an account after the height `as_of`.
    pub fn new(account: &Account, as_of: Height, names: &dyn BankNames) -> Self {
        Self {
            handle: Hex(account.handle),
            home_bank: names.tag(account.home_bank),
            kind: account.kind,
            currency: account.currency,
            balance: account.balance,
            freeze: account.freeze.into(),
            opened_at: account.opened_at,
            closed_at: account.closed_at,
            travel: account.terms.as_deref().map(Into::into),
            as_of,
        }
    }
}

/// Whether an account may move money, and if not, who said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FreezeView {
    /// It moves money.
    Free,
    /// Its home bank stopped it.
    ByBank {
        /// A reason of the bank's own numbering.
        reason: u16,
    },
    /// A court order stopped it.
    ByOrder {
        /// The order.
        order: Hex<OrderId>,
    },
}

impl From<FreezeState> for FreezeView {
    fn from(state: FreezeState) -> Self {
        match state {
            FreezeState::Free => Self::Free,
            FreezeState::ByBank(reason) => Self::ByBank { reason },
            FreezeState::ByOrder(order) => Self::ByOrder { order: Hex(order) },
        }
    }
}
