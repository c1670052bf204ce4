//! Of transfers, of payments by file and of recipients.

use super::values::{CursorText, DirectionName, Words};
use crate::rest::fields::AccountId;
use crate::rest::schema::{Maybe, objects, words};
use idx_bank::vault::Status;
use idx_client::encoding::{Hex, Time};
use idx_types::{Height, Idx, Paise, SessionId, TxId};

objects! {
    /// When a transfer came to stand so.
    StatusTurn { status: Status, at: Time }
    /// A transfer from the side of one of its customers. A receiver learns of a session, not of a person.
    Transfer {
        id: TxId,
        transaction_hash: TxId,
        tx_hash: TxId,
        direction: DirectionName,
        sender_idx: Option<Idx>,
        sender_session_id: SessionId,
        receiver_idx: Idx,
        amount: Paise,
        fee: Paise,
        miner_fee: Option<Paise>,
        bank_fee: Option<Paise>,
        status: Status,
        status_history: Vec<StatusTurn>,
        public_block_index: Option<Height>,
        private_block_index: Option<Height>,
        created_at: Time,
        updated_at: Time,
        completed_at: Option<Time>,
        valid_until: Time,
        memo: Option<Words>,
    }
    /// A transfer in a list.
    ListedTransfer: Transfer {
        counterparty_idx: Option<Idx>,
        counterparty_nickname: Option<Words>,
        date: Time,
    }
    /// A transfer that was made just now.
    NewTransfer: Transfer { recipient_idx: Idx, total: Option<Paise> }
    /// A payment that waits for its receiver.
    Sent {
        message: Words,
        tx_hash: TxId,
        status: Status,
        amount: Paise,
        fee_total: Paise,
        fee_miner: Option<Paise>,
        fee_banks: Option<Paise>,
        total_debit: Option<Paise>,
        valid_until: Time,
        transaction: NewTransfer,
    }
    /// What waits for the customer's choice.
    Waiting { count: usize, pending_transactions: Vec<Transfer> }
    /// A page of transfers, newest first.
    TransferPage { count: usize, transactions: Vec<ListedTransfer>, next_cursor: Option<CursorText> }
    /// Transfers by place, newest first.
    TransferPlaces { total: usize, limit: usize, offset: usize, transactions: Vec<ListedTransfer> }
    /// One transfer.
    OneTransfer { transaction: Transfer }
    /// A transfer after a choice.
    Chosen { message: Words, status: Status, transaction: Transfer }
    /// Whom a customer pays.
    Recipient { id: Words, nickname: Words, recipient_idx: Idx, can_transact: bool, is_active: bool }
    /// All of them.
    RecipientList { recipients: Vec<Recipient> }
    /// One of them.
    OneRecipient { recipient: Recipient }
    /// One of them, changed.
    NewRecipient { message: Words, recipient: Recipient }
    /// What became of one transfer of a file.
    ImportLine {
        number: usize,
        line: usize,
        end_to_end_id: Words,
        amount: Words,
        state: LineState,
        tx: Maybe<Hex<TxId>>,
        status: Maybe<Status>,
        code: Maybe<Words>,
        message: Maybe<Words>,
    }
    /// What became of a file of payments.
    Imported {
        account_id: AccountId,
        message_id: Words,
        dry_run: bool,
        accepted: usize,
        known: usize,
        ready: usize,
        refused: usize,
        lines: Vec<ImportLine>,
    }
}

words! {
    /// What can become of a transfer of a file.
    LineState { "accepted", "known", "ready", "refused" }
}
