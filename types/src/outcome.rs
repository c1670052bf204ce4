//! What became of a transaction, and the closed list of reasons (document 3.4).

use crate::concealed::NotShown;
use crate::escrow::EscrowMismatch;
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;

/// What became of a transaction in a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Outcome {
    /// It took effect.
    Completed,
    /// It will never take effect.
    Failed(Reason),
    /// It goes back to the pool: a bank that had to speak was silent.
    Deferred,
}

impl Outcome {
    /// Whether the transaction is done for good.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Deferred)
    }
}

/// What the banks' verdicts together say about one transaction, before it is carried out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decision {
    /// Enough approvals, every involved bank among them: carry it out.
    Pass,
    /// It must not take effect, whatever the state says.
    Fail(Reason),
    /// It goes back to the pool.
    Defer,
}

/// A bank's word on one transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Verdict {
    /// The bank agrees.
    Approve,
    /// The bank does not, and says why.
    Reject(Reason),
}

/// Declares [`Reason`] with its stable number, code and sentence in one place.
macro_rules! reasons {
    ($($name:ident = $number:literal, $code:literal, $sentence:literal;)*) => {
        /// Why the rules said no. Numbers and codes are stable for ever; new ones are added at the end.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Reason { $(#[doc = $sentence] $name = $number,)* }

        impl Reason {
            /// Every reason, in order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable number, used on the wire.
            pub const fn number(self) -> u16 { self as u16 }

            /// The stable code, used by every interface.
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// One sentence for people.
            pub const fn sentence(self) -> &'static str { match self { $(Self::$name => $sentence,)* } }

            /// The reason with this number.
            pub fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }
        }
    };
}

reasons! {
    Malformed = 1, "MALFORMED", "The bytes are not a transaction.";
    TooLarge = 2, "TOO_LARGE", "The transaction has more bytes than allowed.";
    UnknownVersion = 3, "UNKNOWN_VERSION", "This version of the format is not known here.";
    WrongChain = 4, "WRONG_CHAIN", "The transaction is for another network.";
    Expired = 5, "EXPIRED", "Its time of validity is over.";
    NotYetValid = 6, "NOT_YET_VALID", "It was created in the future.";
    ValidityTooLong = 7, "VALIDITY_TOO_LONG", "Its time of validity is longer than allowed, or negative.";
    Replayed = 8, "REPLAYED", "This transaction has settled before.";
    BadSignature = 9, "BAD_SIGNATURE", "A signature does not verify.";
    WrongSigner = 10, "WRONG_SIGNER", "It is not signed by the key that must sign it.";
    UnknownBank = 11, "UNKNOWN_BANK", "No such bank.";
    UnknownAccount = 12, "UNKNOWN_ACCOUNT", "No such account.";
    AccountExists = 13, "ACCOUNT_EXISTS", "An account of this handle exists.";
    AccountClosed = 14, "ACCOUNT_CLOSED", "The account is closed.";
    AccountFrozen = 15, "ACCOUNT_FROZEN", "The account is frozen.";
    AccountNotEmpty = 16, "ACCOUNT_NOT_EMPTY", "Only an account with zero balance can be closed.";
    WrongHomeBank = 17, "WRONG_HOME_BANK", "The account or session is kept by another bank.";
    WrongAccountKind = 18, "WRONG_ACCOUNT_KIND", "This cannot be done with an account of this kind.";
    UnknownSession = 19, "UNKNOWN_SESSION", "No such session.";
    SessionExists = 20, "SESSION_EXISTS", "A session of this id exists.";
    SessionExpired = 21, "SESSION_EXPIRED", "The session is over.";
    SameAccount = 22, "SAME_ACCOUNT", "Sender and receiver are one account.";
    AmountTooSmall = 23, "AMOUNT_TOO_SMALL", "The amount is below the least allowed.";
    AmountTooLarge = 24, "AMOUNT_TOO_LARGE", "The amount is above the greatest allowed.";
    FeeMismatch = 25, "FEE_MISMATCH", "The fee is not what the parameters in force say.";
    InsufficientFunds = 26, "INSUFFICIENT_FUNDS", "The account does not hold enough.";
    Overflow = 27, "OVERFLOW", "A balance would leave its range.";
    CurrencyMismatch = 28, "CURRENCY_MISMATCH", "The accounts or the amount are of different currencies.";
    NotFrozen = 29, "NOT_FROZEN", "The account is not frozen by its bank.";
    FrozenByOrder = 30, "FROZEN_BY_ORDER", "Only the end of the court order or a release lifts this freeze.";
    UnknownProposal = 31, "UNKNOWN_PROPOSAL", "No such open proposal.";
    AlreadyVoted = 32, "ALREADY_VOTED", "This bank has voted on the proposal.";
    BadProposal = 33, "BAD_PROPOSAL", "The proposed change is out of range or cannot be carried out.";
    BadEvidence = 34, "BAD_EVIDENCE", "The two messages do not contradict each other, or are not signed by one bank.";
    EvidenceKnown = 35, "EVIDENCE_KNOWN", "This contradiction is on record.";
    RejectedByPolicy = 36, "REJECTED_BY_POLICY", "An involved bank's own policy rejects it.";
    TooFewApprovals = 37, "TOO_FEW_APPROVALS", "Fewer banks approved than the quorum asks for.";
    PoolFull = 38, "POOL_FULL", "The pool has no room; try again later.";
    PoolDuplicate = 39, "POOL_DUPLICATE", "The transaction is in the pool already.";
    BankPoolFull = 40, "BANK_POOL_FULL", "This bank has too many transactions waiting; try again later.";
    BadKey = 41, "BAD_KEY", "A key is not a sound Ed25519 key.";
    NodeBusy = 42, "NODE_BUSY", "The node is starting, catching up or overloaded; try again later.";
    Concealed = 43, "CONCEALED", "A value that the banks must see is concealed.";
    NotAccepted = 44, "NOT_ACCEPTED", "The receiver has not chosen an account yet.";
    BadEnvelope = 45, "BAD_ENVELOPE", "The identity envelope is malformed or sealed for other keys than it must be.";
    NoEscrowKey = 46, "NO_ESCROW_KEY", "The company has announced no escrow key for that day.";
    UnknownJudge = 47, "UNKNOWN_JUDGE", "No such judge.";
    JudgeRetired = 48, "JUDGE_RETIRED", "The judge is retired.";
    BadOrder = 49, "BAD_ORDER", "A text, list or target of the order is out of its bounds.";
    OrderTooLong = 50, "ORDER_TOO_LONG", "An order lives at most 24 hours from its making.";
    TooManyOrders = 51, "TOO_MANY_ORDERS", "The ledger holds as many of this judge's orders as it may; try again later.";
    UnknownOrder = 52, "UNKNOWN_ORDER", "No such order is active, or it ended long ago.";
    OrderExpired = 53, "ORDER_EXPIRED", "The time of the order is over.";
    OrderReleased = 54, "ORDER_RELEASED", "The judge has released the order.";
    OrderRevoked = 55, "ORDER_REVOKED", "The order ended when its judge was retired.";
    NotTheTarget = 56, "NOT_THE_TARGET", "The order is for another session, account or bank.";
    NoFreezeOrdered = 57, "NO_FREEZE_ORDERED", "The order asks for no freeze.";
    AlreadyAnswered = 58, "ALREADY_ANSWERED", "This bank, custodian or judge has answered to that already.";
    UnknownHolder = 59, "UNKNOWN_HOLDER", "No such custodian.";
    BadShare = 60, "BAD_SHARE", "The half is another holder's, or sealed to another key than the order names.";
    NotShared = 61, "NOT_SHARED", "The company and a regulator have not both released their halves.";
    BadDayKeys = 62, "BAD_DAY_KEYS", "Day keys are for days ahead, not too many, and no other holder's.";
    DayKeyExists = 63, "DAY_KEY_EXISTS", "The company has announced its key of that day, and keeps it.";
    RotationNotDue = 64, "ROTATION_NOT_DUE", "The private chain needs no new key now.";
    BadChainKey = 65, "BAD_CHAIN_KEY", "The new key of the private chain is not of the next epoch, or not wrapped as it must be for exactly the banks of this height.";
    UnknownForeignBank = 66, "UNKNOWN_FOREIGN_BANK", "No such foreign bank.";
    NoRate = 67, "NO_RATE", "No rate of this currency is in force yet.";
    RateStale = 68, "RATE_STALE", "The newest rate of this currency is too old to be used.";
    BadRate = 69, "BAD_RATE", "The rate is out of its bounds, or too far from the one before or after it.";
    BadRateTime = 70, "BAD_RATE_TIME", "A rate starts after the one in force, neither long ago nor far ahead, and holds no longer than allowed.";
    RateExists = 71, "RATE_EXISTS", "A rate of this currency starts at that very time.";
    TooManyRates = 72, "TOO_MANY_RATES", "As many rates of this currency are announced ahead as may be; try again later.";
    BelowLeast = 73, "BELOW_LEAST", "The rate in force gives less than the least that was asked for.";
    BadTravelExpiry = 74, "BAD_TRAVEL_EXPIRY", "A travel account expires no earlier than today and at most 366 days from now.";
    TravelExpired = 75, "TRAVEL_EXPIRED", "The travel account has expired: it can only be closed.";
    TravelNotExpired = 76, "TRAVEL_NOT_EXPIRED", "Before it expires a travel account is closed by its customer alone.";
    TravelOpen = 77, "TRAVEL_OPEN", "Money of an open travel account is to return to this account.";
    TooManyTravels = 78, "TOO_MANY_TRAVELS", "As many travel accounts are open from this account as may be.";
    FloatTooSmall = 79, "FLOAT_TOO_SMALL", "The foreign bank does not hold enough of that currency here; try again later.";
}

impl Reason {
    /// Whether the same bytes may be accepted at a later time.
    pub const fn retriable(self) -> bool {
        matches!(
            self,
            Self::NotYetValid | Self::PoolFull | Self::BankPoolFull | Self::NodeBusy | Self::TooManyOrders
        ) || matches!(self, Self::NoRate | Self::RateStale | Self::TooManyRates | Self::FloatTooSmall)
    }
}

impl From<EscrowMismatch> for Reason {
    fn from(mismatch: EscrowMismatch) -> Self {
        match mismatch {
            EscrowMismatch::NoDayKey => Self::NoEscrowKey,
            EscrowMismatch::WrongKeys => Self::BadEnvelope,
        }
    }
}

impl From<NotShown> for Reason {
    fn from(_: NotShown) -> Self {
        Self::Concealed
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.sentence())
    }
}

impl BorshSerialize for Reason {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.number().serialize(writer)
    }
}

impl BorshDeserialize for Reason {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let number = u16::deserialize_reader(reader)?;
        Self::from_number(number).ok_or_else(|| std::io::Error::other(format!("unknown reason {number}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense_and_round_trip() {
        for (i, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(usize::from(reason.number()), i + 1);
            assert_eq!(Reason::from_number(reason.number()), Some(*reason));
            assert_eq!(borsh::from_slice::<Reason>(&borsh::to_vec(reason).unwrap()).unwrap(), *reason);
        }
        assert!(borsh::from_slice::<Reason>(&999u16.to_le_bytes()).is_err());
    }
}
