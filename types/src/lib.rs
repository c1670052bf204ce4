//! The vocabulary of IDX: amounts, names, transactions, blocks, verdicts, votes and certificates.
//!
//! No rules of the ledger and no I/O live here; what is here is the bytes that banks sign, hash and
//! send, and the checks that need nothing but those bytes and the set of banks.
//!
//! ```text
//! Transaction -> PublicBlock (mined) -> Verdicts -> ApprovalCertificate -> Candidate
//!      -> Proposal, Vote -> CommitCertificate -> CertifiedHeight (final)
//! ```
//!
//! Borsh is the only encoding that is hashed or signed. Decoding is strict: an unknown kind, a
//! non-canonical form or a trailing byte is refused.

pub mod account;
pub mod authority;
pub mod balances;
pub mod bank;
pub mod block;
pub mod chain_key;
pub mod concealed;
pub mod consent;
pub mod day;
pub mod escrow;
pub mod evidence;
pub mod fork;
pub mod ids;
pub mod login;
pub mod money;
pub mod notice;
pub mod observed;
pub mod outcome;
pub mod params;
mod parts;
pub mod planted;
pub mod prepared;
pub mod private;
pub mod quorum;
pub mod reading;
pub mod signed;
pub mod state_proof;
#[doc(hidden)]
pub mod testing;
pub mod travel;
pub mod tx;
pub mod verdict;
pub mod vote;
pub mod wire;

pub use account::{Account, AccountKind, FreezeState, Session};
pub use authority::{Holder, Judge, JudgeId};
pub use balances::{AccountTold, BalanceAnswer, BalanceQuestion, NumberEnding, PaddedAnswer};
pub use bank::{Bank, MAX_BANKS, ValidatorSet};
pub use block::{Candidate, PrivateBlock, PrivateHeader, PublicBlock, PublicHeader};
pub use chain_key::{ChainSecrets, EpochKeys, KeyOffer};
pub use concealed::{Concealed, NotShown};
pub use consent::{CONSENT_DAYS_MAX, Consent};
pub use day::{DayError, NetworkDay};
pub use escrow::{Company, Escrow, EscrowMismatch, Regulator};
pub use evidence::{Evidence, Offence};
pub use fork::ForkProof;
pub use ids::{
    AccountHandle, BankCode, BankId, ChainId, ConsentId, Height, Idx, NetworkKey, OrderId, PrivateHash,
    PublicHash, ReceiverTag, Round, SessionId, TimestampMs, TxHash, TxId,
};
pub use login::LoginProof;
pub use money::{Bps, Currency, Paise};
pub use notice::{Cancellation, Notice, Rejection};
pub use observed::{NextRules, ObservedHeight};
pub use outcome::{Decision, Outcome, Reason, Verdict};
pub use params::Params;
pub use parts::StateParts;
pub use prepared::PreparedTx;
pub use private::{BodyError, EpochKey, PrivateRecord};
pub use quorum::Quorums;
pub use reading::AccountReading;
pub use signed::{Signable, Signed, SignedError, Verified};
pub use travel::{Conversion, ForeignBank, Quote, Rate, TravelTerms};
pub use tx::{Acceptance, InvolvedBanks, Transaction, TxBody, TxKind, TxSignature};
pub use verdict::{ApprovalCertificate, ApprovalScope, SignedVerdicts, Verdicts};
pub use vote::{CommitCertificate, Proposal, SignedHeader, SignedProposal, SignedVote, Vote, VoteKind};
