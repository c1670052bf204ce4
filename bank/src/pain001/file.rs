//! What a file says, and why it is refused as a whole. `Debug` shows no names and no amounts.

use super::decimal::Decimal;
use std::fmt;

/// Most bytes of a file.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// Most transfers of a file.
pub const TRANSFERS_MAX: usize = 10_000;

/// A file whose counts and sums are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Initiation {
    /// `GrpHdr/MsgId`.
    pub message_id: String,
    /// Its transfers, in their order; at most [`TRANSFERS_MAX`].
    pub transfers: Vec<CreditTransfer>,
}

/// One `CdtTrfTxInf`, with what its `PmtInf` says of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CreditTransfer {
    /// The line of the file where it begins, from 1.
    pub line: usize,
    /// Its number in the file, from 1.
    pub number: usize,
    /// `PmtInf/PmtInfId`.
    pub payment_id: String,
    /// `PmtId/EndToEndId`.
    pub end_to_end_id: String,
    /// Whether an earlier transfer of the file has this `EndToEndId` too.
    pub is_repeated: bool,
    /// `PmtInf/PmtMtd`.
    pub method: String,
    /// The debtor's account, if it is named otherwise than by an IBAN.
    pub debtor_account: Option<String>,
    /// `PmtInf/ReqdExctnDt`, as it stands there.
    pub execution: Option<String>,
    /// The currency of `Amt/InstdAmt`; none if the amount is given by another one's equivalent.
    pub currency: Option<String>,
    /// The amount as it stands there.
    pub amount: Option<String>,
    /// `Cdtr/Nm`.
    pub creditor: Option<String>,
    /// `CdtrAcct`: proxy, other id and name, as far as they are given.
    pub creditor_account: [Option<String>; 3],
}

impl CreditTransfer {
    /// The amount as a number.
    pub(super) fn value(&self) -> Option<Decimal> {
        self.amount.as_deref().and_then(Decimal::read)
    }
}

impl fmt::Debug for Initiation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Initiation({} transfers)", self.transfers.len())
    }
}

impl fmt::Debug for CreditTransfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditTransfer(**** at line {})", self.line)
    }
}

/// Why a file is refused as a whole, and where. Nothing of it is paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct Broken {
    /// The line, from 1; the last one read if the fault is of the whole.
    pub line: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a file. No text of the file is repeated but names of elements of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too long.
    #[error("the file has more than {FILE_BYTES_MAX} bytes: split it")]
    TooLong,
    /// Not UTF-8.
    #[error("the file is not UTF-8: save it as UTF-8")]
    NotUtf8,
    /// Not XML.
    #[error("the XML is not well-formed here")]
    NotXml,
    /// A document type, or an entity that only one could declare.
    #[error("document types and entities of their own are not taken: remove them")]
    Entities,
    /// Elements in elements beyond all need.
    #[error("elements lie too deep in each other for a pain.001")]
    TooDeep,
    /// No pain.001 that is read here.
    #[error("this is no pain.001 of a version that is read: 001.001.03, .09 or .10, or the Swiss .03")]
    Namespace,
    /// A required element is missing.
    #[error("{0} is missing before here")]
    Missing(&'static str),
    /// An element stands twice.
    #[error("{0} stands twice")]
    Twice(&'static str),
    /// A text is longer than the schema allows.
    #[error("{0} is longer than the schema allows")]
    Long(&'static str),
    /// A number is none.
    #[error("{0} is no number of the schema: digits, and a point with digits if need be")]
    Number(&'static str),
    /// More transfers than are taken.
    #[error("the file has more than {TRANSFERS_MAX} transfers: split it")]
    TooMany,
    /// A count is wrong.
    #[error("{0} says another number of transfers than there are")]
    Count(&'static str),
    /// A control sum is wrong.
    #[error("{0} is not the sum of the amounts")]
    Sum(&'static str),
}
