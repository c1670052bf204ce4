//! What an observer has of each session of a day: every field of sessions, keys and ids as bytes.

use super::*;
use idx_types::{Concealed, TxSignature};
use std::collections::BTreeMap;

/// A field of what is public, apart from amounts and times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    SessionId,
    SessionKey,
    OpeningId,
    OpeningNonce,
    AccountCommitment,
    IdentityCommitment,
    OpeningR,
    OpeningS,
    IntentId,
    IntentNonce,
    TagCommitment,
    IntentR,
    IntentS,
    ChoiceProof,
    ChoiceR,
    ChoiceS,
    Counterpart,
}

impl Field {
    pub const ALL: [Self; 17] = [
        Self::SessionId,
        Self::SessionKey,
        Self::OpeningId,
        Self::OpeningNonce,
        Self::AccountCommitment,
        Self::IdentityCommitment,
        Self::OpeningR,
        Self::OpeningS,
        Self::IntentId,
        Self::IntentNonce,
        Self::TagCommitment,
        Self::IntentR,
        Self::IntentS,
        Self::ChoiceProof,
        Self::ChoiceR,
        Self::ChoiceS,
        Self::Counterpart,
    ];
}

/// A session of a day. The account is the truth that a matcher must not read.
#[derive(Clone)]
pub struct Profile {
    pub account: AccountHandle,
    pub bank: BankId,
    /// Where in the day it was opened, from 0 to 1, or anything that orders the same.
    pub place: f64,
    /// How often it pays and is paid.
    pub counts: [usize; 2],
    pub fields: BTreeMap<Field, Vec<Vec<u8>>>,
}

impl Profile {
    fn add(&mut self, field: Field, bytes: &[u8]) {
        self.fields.entry(field).or_default().push(bytes.to_vec());
    }

    fn add_signature(&mut self, fields: [Field; 2], by: &TxSignature) {
        let (r, s) = by.signature.0.split_at(32);
        self.add(fields[0], r);
        self.add(fields[1], s);
    }

    pub fn set(&mut self, field: Field, bytes: Vec<u8>) {
        self.fields.insert(field, vec![bytes]);
    }

    pub fn first(&self, field: Field) -> Vec<u8> {
        self.fields[&field][0].clone()
    }

    pub fn of(&self, field: Field) -> &[Vec<u8>] {
        self.fields.get(&field).map_or(&[], Vec::as_slice)
    }
}

/// The sessions that were opened on a day, in the order of their ids, which says nothing.
#[derive(Clone)]
pub struct Day {
    pub profiles: Vec<Profile>,
}

/// Reads a day's transactions in their order.
pub fn profiles(observed: &[Transaction], account_of: impl Fn(&SessionId) -> AccountHandle) -> Day {
    let mut all: BTreeMap<SessionId, Profile> = BTreeMap::new();
    for (place, tx) in observed.iter().enumerate() {
        assert!(tx.is_redacted(), "an observer gets the public form only");
        let (id, nonce) = (tx.id().0, tx.body.nonce.to_be_bytes());
        match &tx.body.kind {
            TxKind::OpenSession(ask) => {
                let place = place as f64 / observed.len() as f64;
                let (account, bank) = (account_of(&ask.session), ask.bank);
                let mut new = Profile { account, bank, place, counts: [0, 0], fields: BTreeMap::new() };
                new.add(Field::SessionId, &ask.session.0);
                new.add(Field::SessionKey, &ask.key.0);
                new.add(Field::OpeningId, &id);
                new.add(Field::OpeningNonce, &nonce);
                new.add(Field::AccountCommitment, hidden(&ask.handle));
                new.add(Field::IdentityCommitment, hidden(&ask.identity));
                new.add_signature([Field::OpeningR, Field::OpeningS], &tx.signatures[0]);
                all.entry(ask.session).or_insert(new);
            }
            TxKind::Transfer(ask) => {
                let accepted = ask.accepted.unwrap();
                let payer = all.get_mut(&ask.from).unwrap();
                payer.counts[0] += 1;
                payer.add(Field::IntentId, &id);
                payer.add(Field::IntentNonce, &nonce);
                payer.add(Field::TagCommitment, hidden(&ask.tag));
                payer.add(Field::Counterpart, &accepted.to.0);
                payer.add_signature([Field::IntentR, Field::IntentS], &tx.signatures[0]);
                let payee = all.get_mut(&accepted.to).unwrap();
                payee.counts[1] += 1;
                payee.add(Field::ChoiceProof, accepted.proof.as_bytes());
                payee.add(Field::Counterpart, &ask.from.0);
                payee.add_signature([Field::ChoiceR, Field::ChoiceS], &tx.signatures[1]);
            }
            _ => {}
        }
    }
    Day { profiles: all.into_values().collect() }
}

fn hidden<T>(value: &Concealed<T>) -> &[u8] {
    match value {
        Concealed::Hidden(commitment) => commitment.as_bytes(),
        Concealed::Open { .. } => panic!("an observer gets the public form only"),
    }
}
