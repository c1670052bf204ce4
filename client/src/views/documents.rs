//! Statements and payments by file, as a bank's node shows them.

use crate::encoding::Hex;
use idx_types::TxId;
use serde::{Deserialize, Serialize};

/// What became of a file of payments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImportView {
    /// The file's `MsgId`.
    pub message_id: String,
    /// Whether it was only looked at.
    pub dry_run: bool,
    /// Transfers made now.
    pub accepted: usize,
    /// Transfers that this file or an earlier one had made before.
    pub known: usize,
    /// Transfers that would be made.
    pub ready: usize,
    /// Transfers that were refused.
    pub refused: usize,
    /// Each transfer, in the order of the file.
    pub lines: Vec<ImportLineView>,
}

/// What became of one transfer of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImportLineView {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The line of the file where it begins, from 1.
    pub line: usize,
    /// Its `EndToEndId`.
    pub end_to_end_id: String,
    /// The amount as it stands in the file.
    pub amount: String,
    /// What became of it.
    pub state: ImportState,
    /// The transfer, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx: Option<Hex<TxId>>,
    /// How a transfer that was made before stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The code of the rule that refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The rule in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What can become of a transfer of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It was made now and waits for its receiver.
    Accepted,
    /// It was made before; nothing was paid now.
    Known,
    /// It would be made.
    Ready,
    /// It was not made.
    Refused,
}

/// A document of a bank with its signature.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DocumentView {
    /// A name for the file.
    pub name: String,
    /// The bytes in base64.
    pub content: String,
    /// The bank's signature, one line of hex.
    pub signature: String,
}
