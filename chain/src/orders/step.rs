//! The steps of an order, as an audit reads them.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Hash32;
use idx_types::tx::{OrderIdentity, RefusalCause};
use idx_types::{AccountHandle, BankId, Height, Holder, Reason, SessionId, TxId};
use std::collections::BTreeSet;
use std::fmt;

/// Something that happened to an order.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OrderStep {
    /// At which height.
    pub height: Height,
    /// By which transaction; none if time or governance did it.
    pub tx: Option<TxId>,
    /// What.
    pub deed: Deed,
}

/// What happened to an order.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Deed {
    /// The banks approved it, its home banks among them: it is active, and froze what it said.
    Approved,
    /// A home bank named a person's accounts.
    Answered {
        /// The bank.
        bank: BankId,
        /// Its accounts of that person.
        accounts: BTreeSet<AccountHandle>,
    },
    /// A home bank stopped one more account for it.
    Froze {
        /// The account.
        account: AccountHandle,
    },
    /// A custodian released its half of an envelope.
    Shared {
        /// Whose half.
        holder: Holder,
        /// Of which envelope.
        envelope: EnvelopeOf,
    },
    /// A custodian refused.
    Refused {
        /// Who.
        holder: Holder,
        /// Why.
        why: RefusalCause,
    },
    /// The judge opened an identity.
    Opened {
        /// Whose envelope.
        envelope: EnvelopeOf,
        /// By which the judge's reading can be checked.
        digest: Hash32,
    },
    /// Its judge ended it.
    Released,
    /// Its time ended it: the first block after `expires_at`.
    Expired,
    /// Governance retired its judge.
    Revoked,
}

/// Whose envelope: the ledger's own form of [`OrderIdentity`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
pub enum EnvelopeOf {
    /// That of a session.
    Session(SessionId),
    /// That of an account.
    Account(AccountHandle),
}

impl TryFrom<&OrderIdentity> for EnvelopeOf {
    type Error = Reason;

    /// [`Reason::Concealed`] for an observer's copy.
    fn try_from(identity: &OrderIdentity) -> Result<Self, Reason> {
        match identity {
            OrderIdentity::Session(session) => Ok(Self::Session(*session)),
            OrderIdentity::Account(handle) => Ok(Self::Account(*handle.shown()?)),
        }
    }
}

impl fmt::Display for EnvelopeOf {
    /// Without the handle, which is not for the public.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(session) => session.fmt(f),
            Self::Account(_) => f.write_str("an account"),
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approved => f.write_str("approved and active"),
            Self::Answered { bank, accounts } => write!(f, "{bank} named {} accounts", accounts.len()),
            Self::Froze { .. } => f.write_str("its bank froze an account"),
            Self::Shared { holder, envelope } => write!(f, "{holder} released its half of {envelope}"),
            Self::Refused { holder, why } => write!(f, "{holder} refused: {}", why.name()),
            Self::Opened { envelope, .. } => write!(f, "the judge opened {envelope}"),
            Self::Released => f.write_str("released by its judge"),
            Self::Expired => f.write_str("expired"),
            Self::Revoked => f.write_str("revoked with its judge"),
        }
    }
}

impl fmt::Display for OrderStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "height {}: {}", self.height, self.deed)?;
        match self.tx {
            Some(tx) => write!(f, " ({tx})"),
            None => Ok(()),
        }
    }
}
