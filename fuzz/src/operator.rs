//! What operators hand a node: settings, genesis, keys, payments. Taken, or refused with the place of
//! the mistake.

use crate::memory::bounded;
use idx_bank::AccountNumber;
use idx_bank::pain001::Initiation;
use idx_crypto::{Ed25519, KeyFile, KeystoreError, Passphrase};
use idx_genesis::{FileError, GenesisFile};
use idx_node::pay::row::{self, HEADER, Payment};
use idx_node::settings::{KEYS, SettingsError, parse_file};
use idx_types::{BankCode, NetworkDay, Paise};
use std::path::Path;

/// Memory that reading a text may take, as a multiple of its bytes: a parsed table's node is far
/// larger than the shortest line that makes one.
const MEMORY_TIMES: usize = 256;

/// Costs of a key file up to which it is opened as well, KiB.
const OPENED_KIB_MAX: u32 = 256;

/// A settings file; what stands after the first zero byte is the text of a variable for the key that
/// the first byte picks.
pub fn settings(data: &[u8]) {
    let Some((pick, rest)) = data.split_first() else { return };
    let (file, variable) = match rest.iter().position(|byte| *byte == 0) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    if let Ok(text) = std::str::from_utf8(variable) {
        let key = &KEYS[usize::from(*pick) % KEYS.len()];
        assert!(key.read(text).is_ok_and(|_| true) || key.read(text).is_err_and(|why| !why.is_empty()));
    }
    let Ok(text) = std::str::from_utf8(file) else { return };
    let path = Path::new("config.toml");
    match bounded("settings", text.len(), MEMORY_TIMES, || parse_file(path, text)) {
        Ok((table, raw)) => {
            let again = table.to_string();
            let (_, same) = parse_file(path, &again).expect("what was read can be written and read again");
            assert_eq!(format!("{raw:?}"), format!("{same:?}"));
            drop(raw.finish());
        }
        Err(error @ SettingsError::File { line, .. }) => {
            let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
            assert!(error.to_string().starts_with(&format!("config.toml:{line}: ")), "{error}");
        }
        Err(other) => panic!("a mistake in a file is told as something else: {other}"),
    }
}

/// A genesis file.
pub fn genesis(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match bounded("a genesis file", text.len(), MEMORY_TIMES, || GenesisFile::from_json(text)) {
        Ok(file) => {
            assert_eq!(GenesisFile::from_json(&file.to_json()).as_ref(), Ok(&file), "written and read again");
            let states = file.states(&Ed25519).len();
            assert_eq!(states, file.body().banks.len());
            if let Err(refusal) = file.verify(&Ed25519) {
                assert!(!refusal.to_string().is_empty());
            }
        }
        Err(FileError::Json { line, column, .. }) => place_is_in(text, line, column),
        Err(other) => assert!(!other.to_string().is_empty()),
    }
}

/// A key file.
pub fn keys(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match KeyFile::from_json(text) {
        Ok(file) => {
            assert_eq!(KeyFile::from_json(&file.to_json()).as_ref(), Ok(&file), "written and read again");
            if file.kdf().memory_kib <= OPENED_KIB_MAX && file.kdf().passes == 1 {
                open(&file);
            }
        }
        Err(KeystoreError::Malformed { line, column, .. }) => place_is_in(text, line, column),
        Err(other) => assert!(!other.to_string().is_empty()),
    }
}

/// A secret that opens is the one of the public key that the file names.
fn open(file: &KeyFile) {
    let passphrase = Passphrase::new("correct horse".to_owned()).expect("it is not empty");
    if let Ok(secret) = file.open(&passphrase) {
        assert_eq!(file.purpose().public_of(&secret), file.public_key());
    }
}

fn place_is_in(text: &str, line: usize, column: usize) {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    assert!(line <= lines, "line {line} of {lines}");
    assert!(column <= text.len() + 1, "column {column} of {} bytes", text.len());
}

/// A customer's file of payments: its lines are in it, ids and amounts are there, and every transfer is an
/// order or is refused.
pub fn pain001(data: &[u8]) {
    let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
    let number: AccountNumber = "501000000001".parse().expect("a sound number");
    match bounded("a pain.001", data.len(), MEMORY_TIMES, || Initiation::read(data)) {
        Err(broken) => assert!((1..=lines).contains(&broken.line), "{broken} of {lines} lines"),
        Ok(file) => {
            assert!(!file.message_id.is_empty() && !file.transfers.is_empty());
            for (transfer, place) in file.transfers.iter().zip(1..) {
                assert!(transfer.number == place && (1..=lines).contains(&transfer.line));
                assert!(!transfer.end_to_end_id.is_empty() && transfer.amount.is_some());
                if let Ok(order) = file.order(transfer, &number, NetworkDay(20_000)) {
                    assert!(order.amount > Paise::ZERO && !transfer.is_repeated);
                }
            }
        }
    }
}

/// A file of payments; without the right header it is given one.
pub fn payments(data: &[u8]) {
    let banks: Vec<BankCode> = ["HDFC", "SBI"].map(|code| code.parse().expect("a sound code")).into();
    let whole = match data.starts_with(HEADER.as_bytes()) {
        true => data.to_vec(),
        false => [HEADER.as_bytes(), b"\n", data].concat(),
    };
    let read = bounded("payments", whole.len(), MEMORY_TIMES, || row::read(&whole[..], &banks, usize::MAX));
    let Ok(payments) = read else { return };
    let lines = whole.split(|byte| *byte == b'\n').count() as u64;
    assert!((payments.rows.len() + payments.refused.len()) as u64 <= lines);
    payments.rows.iter().for_each(|payment| sound(payment, &banks, lines));
    for refused in &payments.refused {
        assert!((2..=lines).contains(&refused.line) && !refused.reason.is_empty(), "{refused:?}");
    }
    let mut ids: Vec<&str> = payments.rows.iter().map(|payment| payment.id.as_str()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "one id is paid twice");
}

fn sound(payment: &Payment, banks: &[BankCode], lines: u64) {
    assert!((2..=lines).contains(&payment.line));
    assert!(payment.amount > Paise::ZERO && payment.sender != payment.receiver, "{payment:?}");
    for party in [&payment.sender, &payment.receiver] {
        assert!(banks.contains(&party.bank));
        assert!(!party.account.is_empty() && party.account.len() <= row::NAME_CHARS_MAX);
    }
}
