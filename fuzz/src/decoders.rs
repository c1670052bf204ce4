//! Decoders of messages and of stored rows: what is taken is canonical, and costs no more memory than
//! a stated multiple of its bytes.

use crate::memory::bounded;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_chain::{CoreState, Tip};
use idx_replica::{CheckedResponse, JournalEntry};
use idx_storage::store::rows;
use idx_storage::{HeightRecord, TxPlace};
use idx_types::state_proof::{AccountProof, SessionProof};
use idx_types::wire::{self, Gossip, Request, Response};
use idx_types::{Account, Evidence, Session, Transaction, ValidatorSet};

/// Memory that a decoder may take, as a multiple of its input. A verdict of one byte is a value of
/// four, the smallest transaction of 97 bytes one of 300; a list that grows is there twice.
const MEMORY_TIMES: usize = 16;

/// Bytes between banks: the first byte picks the kind, the rest is the message with its version byte.
pub fn wire(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind % 3 {
        0 => drop(message::<Gossip>(bytes, wire::GOSSIP_BYTES_MAX)),
        1 => drop(message::<Request>(bytes, wire::REQUEST_BYTES_MAX)),
        _ => response(bytes),
    }
}

/// A response is also prepared as a node does, with the transactions' names and signatures.
fn response(bytes: &[u8]) {
    let Some(response) = message::<Response>(bytes, wire::RESPONSE_BYTES_MAX) else { return };
    let verifier = idx_crypto::Ed25519;
    match (&response, CheckedResponse::check(response.clone(), &verifier)) {
        (Response::Transactions { transactions, .. }, CheckedResponse::Transactions(_, checked)) => {
            let whole = transactions.iter().filter(|tx| tx.body.kind.is_open());
            assert!(whole.eq(checked.iter().map(|checked| &*checked.tx)));
        }
        (Response::Heights(heights), CheckedResponse::Heights(checked)) => {
            let lens = checked.iter().map(|height| height.transactions.len());
            assert!(heights.iter().map(|height| height.public.transactions.len()).eq(lens));
        }
        (Response::Status(status), CheckedResponse::Status(checked)) => assert_eq!(*status, checked),
        (Response::Observed(_) | Response::Balances(_), CheckedResponse::Useless) => {}
        (before, after) => panic!("{before:?} became {after:?}"),
    }
}

fn message<T: BorshSerialize + BorshDeserialize>(bytes: &[u8], bytes_max: usize) -> Option<T> {
    let decoded = bounded("a message", bytes.len(), MEMORY_TIMES, || wire::decode::<T>(bytes, bytes_max));
    match decoded {
        Ok(message) => {
            assert!(wire::encode(&message) == bytes, "one message, two encodings");
            assert!(bytes.len() <= bytes_max);
            Some(message)
        }
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty());
            None
        }
    }
}

/// Rows of the journal and the store, and transactions as clients send them: the first byte picks
/// the kind.
pub fn stored(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind % 14 {
        0 => row::<JournalEntry>(bytes),
        1 => row::<HeightRecord>(bytes),
        2 => row::<CoreState>(bytes),
        3 => row::<Transaction>(bytes),
        4 => row::<Account>(bytes),
        5 => row::<Session>(bytes),
        6 => row::<Tip>(bytes),
        7 => row::<TxPlace>(bytes),
        8 => row::<Evidence>(bytes),
        9 => row::<ValidatorSet>(bytes),
        10 => row::<AccountProof>(bytes),
        11 => row::<SessionProof>(bytes),
        12 => block_row(bytes),
        _ => drop(bounded("settled ids", bytes.len(), MEMORY_TIMES, || rows::settled(bytes))),
    }
}

/// A block's row with its table of transactions: each is the one of the whole block where the table is
/// the store's own, and none is beyond the last.
fn block_row(bytes: &[u8]) {
    let block = bounded("a block's row", bytes.len(), MEMORY_TIMES, || rows::block(bytes));
    for index in 0..4 {
        let one =
            bounded("a row's transaction", bytes.len(), MEMORY_TIMES, || rows::transaction(bytes, index));
        let Ok(block) = &block else { continue };
        if rows::of_block(block) == bytes {
            assert_eq!(one.ok().flatten().as_ref(), block.transactions.get(index as usize));
        }
    }
}

fn row<T: BorshSerialize + BorshDeserialize>(bytes: &[u8]) {
    let decoded = bounded("a row", bytes.len(), MEMORY_TIMES, || borsh::from_slice::<T>(bytes));
    if let Ok(value) = decoded {
        let again = borsh::to_vec(&value).expect("writing to memory");
        assert!(again == bytes, "one value, two encodings");
    }
}
