//! Every pseudonym against the vectors of another implementation (`tests/vectors/README.md`).

use idx_bank::AccountNumber;
use idx_bank::pseudonym::{
    HandleKey, Identity, MonthKey, Pepper, TagKey, account_handle, date_text, receiver_tag, session_id,
};
use idx_crypto::KdfCost;
use idx_types::{AccountHandle, BankCode, Idx, NetworkDay, ReceiverTag, SessionId};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    argon2id: Argon2id,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Argon2id {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Deserialize)]
struct Vector {
    pan: String,
    rbi: String,
    pepper: String,
    bank: BankCode,
    account_number: String,
    date: String,
    day: u32,
    private_chain_key: String,
    vault_key: String,
    month_key: String,
    idx: Idx,
    handle: AccountHandle,
    session: SessionId,
    receiver_tag: ReceiverTag,
}

fn file() -> File {
    let file: File = serde_json::from_str(include_str!("vectors/pseudonyms.json")).unwrap();
    assert!(file.vectors.len() >= 5);
    file
}

fn bytes(text: &str) -> [u8; 32] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn sessions_tags_and_handles_are_those_of_the_vectors() {
    for v in file().vectors {
        let day = NetworkDay(v.day);
        assert_eq!(date_text(day), v.date);
        let number: AccountNumber = v.account_number.parse().unwrap();
        let handle = account_handle(&HandleKey::of_vault_key(&bytes(&v.vault_key)), &number);
        assert_eq!(handle, v.handle);
        let month = MonthKey::new(bytes(&v.month_key));
        assert_eq!(session_id(&month, &v.idx, &v.bank, day, &handle), v.session);
        let tag_key = TagKey::of_chain_key(&bytes(&v.private_chain_key));
        assert_eq!(receiver_tag(&tag_key, &v.idx, day), v.receiver_tag);
    }
}

#[test]
fn the_idx_is_that_of_the_vectors_however_the_pan_is_typed() {
    let file = file();
    let Argon2id { memory_kib, passes, lanes } = file.argon2id;
    let cost = KdfCost { memory_kib, passes, lanes };
    for v in file.vectors {
        let pepper = Pepper::new(bytes(&v.pepper));
        for typed in [v.pan.clone(), format!(" {} ", v.pan.to_lowercase())] {
            let (pan, rbi) = (typed.parse().unwrap(), v.rbi.to_lowercase().parse().unwrap());
            assert_eq!(*Identity::derive(pan, rbi, &pepper, cost).unwrap().idx(), v.idx);
        }
    }
}
