//! The kinds of transactions.

use super::desk::{AccountRef, Cash, Freeze, OpenAccount, OpenSession};
use super::governance::{Ballot, Propose, ReportEvidence};
use super::involved::InvolvedBanks;
use super::keys::{AnnounceKeys, RotateChainKey};
use super::order::{AnswerOrder, ConfirmOpening, CourtOrder, OrderShare, RefuseOrder, ReleaseOrder};
use super::transfer::Transfer;
use super::travel::{CloseTravel, ForexRate, OpenTravel};
use borsh::{BorshDeserialize, BorshSerialize};

/// What a transaction asks. An unknown kind does not decode: it fails closed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum TxKind {
    /// Creates an empty customer account. Signed by the home bank.
    OpenAccount(OpenAccount),
    /// Closes an account with zero balance. Signed by the home bank.
    CloseAccount(AccountRef),
    /// Binds a session to an account. Signed by the home bank.
    OpenSession(OpenSession),
    /// Moves money from the bank's reserve to a customer account. Signed by the home bank.
    Deposit(Cash),
    /// Moves money from a customer account to the bank's reserve. Signed by the home bank.
    Withdraw(Cash),
    /// Pays from one session's account to another's. Signed by the sender; by the receiver once accepted.
    Transfer(Transfer),
    /// Stops an account. Signed by the home bank.
    Freeze(Freeze),
    /// Lifts a bank's own freeze. Signed by the home bank.
    Unfreeze(AccountRef),
    /// Puts a change before the banks. Signed by a bank, whose ballot it also is.
    Propose(Propose),
    /// A bank's vote on a proposal. Signed by that bank.
    Ballot(Ballot),
    /// Proof that a bank contradicted itself. Signed by the bank that reports it.
    Evidence(Box<ReportEvidence>),
    /// Orders the opening of one identity, and a freeze if it says so. Signed by a judge.
    CourtOrder(Box<CourtOrder>),
    /// Ends an order before its time. Signed by the judge who made it.
    ReleaseOrder(ReleaseOrder),
    /// Names a person's accounts to a judge. Signed by a home bank that the order asks.
    AnswerOrder(Box<AnswerOrder>),
    /// Releases a custodian's half for an order. Signed by that custodian.
    OrderShare(Box<OrderShare>),
    /// Says why a custodian keeps its half. Signed by that custodian.
    RefuseOrder(RefuseOrder),
    /// Leaves a trace of an identity that was opened. Signed by the order's judge.
    ConfirmOpening(ConfirmOpening),
    /// Announces the company's keys of days ahead. Signed by the company.
    AnnounceKeys(AnnounceKeys),
    /// Opens a new epoch of the private chain: its key, wrapped for each bank. Signed by a bank.
    RotateChainKey(Box<RotateChainKey>),
    /// Says what a foreign currency costs from a time on. Signed by the rate publisher.
    ForexRate(ForexRate),
    /// Opens a travel account with rupees of a customer account. Signed by the customer's session key.
    OpenTravel(Box<OpenTravel>),
    /// Changes a travel account's money back and closes it. Signed by the customer's session key; by the
    /// home bank once it has expired.
    CloseTravel(CloseTravel),
}

impl TxKind {
    /// Home banks of all accounts the transaction touches, without repeats: each must approve.
    pub fn involved_banks(&self) -> InvolvedBanks {
        match self {
            Self::OpenAccount(tx) => InvolvedBanks::one(tx.bank),
            Self::CloseAccount(tx) | Self::Unfreeze(tx) => InvolvedBanks::one(tx.bank),
            Self::OpenSession(tx) => InvolvedBanks::one(tx.bank),
            Self::Deposit(tx) | Self::Withdraw(tx) => InvolvedBanks::one(tx.bank),
            Self::Transfer(tx) => match &tx.accepted {
                Some(accepted) => InvolvedBanks::two(tx.from_bank, accepted.to_bank),
                None => InvolvedBanks::one(tx.from_bank),
            },
            Self::Freeze(tx) => InvolvedBanks::one(tx.bank),
            Self::CourtOrder(tx) => InvolvedBanks::of(tx.target.banks()),
            Self::ReleaseOrder(tx) => InvolvedBanks::of(tx.banks.iter().copied()),
            Self::AnswerOrder(tx) => InvolvedBanks::one(tx.bank),
            Self::OrderShare(_) | Self::RefuseOrder(_) | Self::ConfirmOpening(_) => InvolvedBanks::none(),
            Self::Propose(_) | Self::Ballot(_) | Self::Evidence(_) => InvolvedBanks::none(),
            // Every bank looks at its wrap, and none of them alone can hold up the new key.
            Self::AnnounceKeys(_) | Self::RotateChainKey(_) => InvolvedBanks::none(),
            // Foreign banks are no validators: they are never asked.
            Self::ForexRate(_) => InvolvedBanks::none(),
            Self::OpenTravel(tx) => InvolvedBanks::one(tx.bank),
            Self::CloseTravel(tx) => InvolvedBanks::one(tx.bank),
        }
    }

    /// Stable name, as every interface shows it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenAccount(_) => "open_account",
            Self::CloseAccount(_) => "close_account",
            Self::OpenSession(_) => "open_session",
            Self::Deposit(_) => "deposit",
            Self::Withdraw(_) => "withdraw",
            Self::Transfer(_) => "transfer",
            Self::Freeze(_) => "freeze",
            Self::Unfreeze(_) => "unfreeze",
            Self::Propose(_) => "propose",
            Self::Ballot(_) => "ballot",
            Self::Evidence(_) => "evidence",
            Self::CourtOrder(_) => "court_order",
            Self::ReleaseOrder(_) => "release_order",
            Self::AnswerOrder(_) => "answer_order",
            Self::OrderShare(_) => "order_share",
            Self::RefuseOrder(_) => "refuse_order",
            Self::ConfirmOpening(_) => "confirm_opening",
            Self::AnnounceKeys(_) => "announce_keys",
            Self::RotateChainKey(_) => "rotate_chain_key",
            Self::ForexRate(_) => "forex_rate",
            Self::OpenTravel(_) => "open_travel",
            Self::CloseTravel(_) => "close_travel",
        }
    }

    /// How many signatures it must carry.
    pub const fn signatures_needed(&self) -> usize {
        match self {
            Self::Transfer(tx) if tx.accepted.is_some() => 2,
            _ => 1,
        }
    }
}
