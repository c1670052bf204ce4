//! The bank's signature of a document: what it covers, and how it is written beside the file.

use crate::AccountNumber;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh, sha256};
use idx_types::{BankId, ChainId, Height, NetworkDay, Signable, Signed};
use std::fmt;
use std::str::FromStr;

/// The format of a document. Numbers are for ever: they are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Format {
    /// Comma-separated values.
    Csv = 0,
    /// A document to print.
    Pdf = 1,
    /// ISO 20022 camt.053.001.08.
    Camt053 = 2,
}

/// A text that names no format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a format is csv, pdf or camt.053")]
pub struct FormatError;

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Pdf, Self::Camt053];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Pdf => "pdf",
            Self::Camt053 => "camt.053",
        }
    }

    /// How files of it end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Pdf => "pdf",
            Self::Camt053 => "xml",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Camt053 => "application/xml",
        }
    }
}

impl FromStr for Format {
    type Err = FormatError;
    fn from_str(text: &str) -> Result<Self, FormatError> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or(FormatError)
    }
}

/// What the bank signs of a document, with its consensus key under a domain of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StatementSeal {
    /// The network.
    pub chain_id: ChainId,
    /// The bank.
    pub bank: BankId,
    /// The newest final height when it was made: the bank's key is the one of this height.
    pub height: Height,
    /// Digest of the account's number, see [`account_digest`].
    pub account: Hash32,
    /// The first day.
    pub from: NetworkDay,
    /// The last day.
    pub to: NetworkDay,
    /// The format.
    pub format: Format,
    /// SHA-256 of the document's bytes.
    pub content: Hash32,
}

impl Signable for StatementSeal {
    const DOMAIN: &'static str = "idx/statement/1";

    fn signer(&self) -> BankId {
        self.bank
    }

    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

impl StatementSeal {
    /// Whether it was made for these bytes.
    pub fn is_of(&self, document: &[u8]) -> bool {
        self.content == sha256(document)
    }
}

/// What stands for an account's number in a seal. Numbers can be tried out, so this hides none from a
/// thief of the seal; whoever has the document reads the number there.
pub fn account_digest(number: &AccountNumber) -> Hash32 {
    hash_borsh("idx/statement/account/1", &number.expose())
}

/// A signature as text: the hex of its borsh, one line. What stands in a `.sig` file and in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealText(pub Signed<StatementSeal>);

/// A text that is no signature of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no signature of a statement: it is one line of {} hex digits", SealText::CHARS)]
pub struct SealTextError;

impl SealText {
    /// Characters of the text.
    pub const CHARS: usize = 2 * (32 + 2 + 8 + 32 + 4 + 4 + 1 + 32 + 64);
}

impl fmt::Display for SealText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = borsh::to_vec(&self.0).expect("writing borsh to memory cannot fail");
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for SealText {
    type Err = SealTextError;
    fn from_str(text: &str) -> Result<Self, SealTextError> {
        let text = text.trim_end();
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        if text.len() != Self::CHARS {
            return Err(SealTextError);
        }
        let (pairs, _) = text.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
        borsh::from_slice(&bytes.ok_or(SealTextError)?).map(Self).map_err(|_| SealTextError)
    }
}
