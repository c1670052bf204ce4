//! Whose an account is, sealed as the ledger wants it. The tool knows no people, so it makes them up.

use super::network::Facts;
use super::row::Party;
use borsh::BorshSerialize;
use idx_bank::{BadInput, IdentityContext, IdentityRecord};
use idx_crypto::{Envelope, HpkePublic, Recipients, ShapeError, hash_borsh, hkdf_derive};
use idx_types::{AccountHandle, BankId, Concealed, Idx, NetworkDay, SessionId};
use std::str::FromStr;

/// The record of a person who does not exist and owns an account of a test network. Its name says that
/// it is made up; the rest follows from bank and account number.
pub fn made_up(party: &Party, handle: AccountHandle, session: Option<SessionId>) -> IdentityRecord {
    let Party { bank, account } = party;
    let digest = hash_borsh("idx/testnet/person/1", &(bank.to_string(), account));
    let name = format!("Made-up customer {account} of {bank}");
    // Files of payments name accounts as they like; a bank has digits.
    let number = account.parse().unwrap_or_else(|_| sound(digits(&digest.0[16..28])));
    IdentityRecord {
        idx: Idx(hash_borsh("idx/testnet/idx/1", &digest).0),
        name: sound(name),
        pan: sound(letters(&digest.0[..5]) + &digits(&digest.0[5..9]) + &letters(&digest.0[9..10])),
        rbi: sound(digits(&digest.0[10..16])),
        bank: bank.clone(),
        number,
        handle,
        session,
    }
}

fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(b'A' + byte % 26)).collect()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(b'0' + byte % 10)).collect()
}

fn sound<T: FromStr<Err = BadInput>>(text: String) -> T {
    text.parse().expect("made up to be sound: names in files of payments are short and readable")
}

/// Why an identity cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSealed {
    /// The company has announced no key for the day; the ledger would refuse the transaction.
    #[error("the company has announced no escrow key for {0}")]
    NoDayKey(NetworkDay),
    /// What the node shows is no escrow.
    #[error("the escrow that the network shows: {0}")]
    Escrow(#[from] ShapeError),
}

/// Conceals values and seals identities of one run. All that must be unforeseeable follows from 32 bytes
/// of entropy and a count.
pub struct Sealer<'a> {
    entropy: &'a [u8; 32],
    drawn: u64,
}

impl<'a> Sealer<'a> {
    /// A sealer of fresh entropy, which nothing else may use.
    pub const fn new(entropy: &'a [u8; 32]) -> Self {
        Self { entropy, drawn: 0 }
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        *hkdf_derive(self.entropy, "idx/testnet/blind/1", &self.drawn.to_le_bytes())
    }

    /// Conceals a value.
    pub fn conceal<T: BorshSerialize>(&mut self, value: T) -> Concealed<T> {
        Concealed::new(value, self.draw())
    }

    /// Seals a person to the home bank and the escrow of a day.
    ///
    /// # Errors
    /// [`NotSealed`].
    pub fn identity(
        &mut self,
        facts: &Facts,
        (home, day): (HpkePublic, NetworkDay),
        record: &IdentityRecord,
        bank: BankId,
    ) -> Result<Concealed<Envelope>, NotSealed> {
        let company = *facts.escrow.company.day_keys.get(&day).ok_or(NotSealed::NoDayKey(day))?;
        let regulators = facts.escrow.regulators.iter().map(|regulator| regulator.hpke_key).collect();
        let IdentityRecord { handle, session, .. } = *record;
        let context = IdentityContext { chain_id: facts.chain_id, bank, handle, session };
        let recipients = Recipients { home, company, regulators };
        let envelope = record.seal(&context, &recipients, &self.draw())?;
        Ok(self.conceal(envelope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::testing::{TEST_DAY, chain_id, escrow, hpke_secret};
    use idx_types::{Params, TimestampMs};

    fn facts() -> Facts {
        Facts { chain_id: chain_id(), params: Params::default(), banks: Vec::new(), escrow: escrow() }
    }

    fn party(account: &str) -> Party {
        Party { bank: "SBI".parse().unwrap(), account: account.to_owned() }
    }

    #[test]
    fn the_home_bank_reads_who_it_is_and_the_ledger_takes_the_envelope() {
        let entropy = [5; 32];
        let (mut sealer, home) = (Sealer::new(&entropy), hpke_secret(3));
        let record = made_up(&party("A-17"), AccountHandle([1; 32]), None);
        let sealed = sealer.identity(&facts(), (home.public(), TEST_DAY), &record, BankId(2)).unwrap();
        let envelope = sealed.shown().unwrap();
        assert_eq!(escrow().check_envelope(envelope, home.public().as_bytes(), TEST_DAY), Ok(()));
        let (chain_id, bank, handle) = (chain_id(), BankId(2), AccountHandle([1; 32]));
        let context = IdentityContext { chain_id, bank, handle, session: None };
        let opened = envelope.open_home(&home, &context.digest()).unwrap();
        assert_eq!(IdentityRecord::read(&opened, &context), Some(record));
    }

    #[test]
    fn made_up_people_are_sound_whatever_a_file_calls_them() {
        let long = "x".repeat(crate::pay::row::NAME_CHARS_MAX);
        for account in ["1", "A-17", "501000000011", &long] {
            let record = made_up(&party(account), AccountHandle([1; 32]), None);
            assert!(record.name.expose().starts_with("Made-up"), "{account}");
            assert_eq!(record, made_up(&party(account), AccountHandle([1; 32]), None));
        }
        let number = |account: &str| made_up(&party(account), AccountHandle([1; 32]), None).number;
        assert_eq!(number("501000000011").expose(), "501000000011");
        assert_ne!(number("A"), number("B"));
    }

    #[test]
    fn a_day_without_a_key_is_named() {
        let entropy = [5; 32];
        let record = made_up(&party("A"), AccountHandle([1; 32]), None);
        let sealed_to = (hpke_secret(3).public(), NetworkDay::of(TimestampMs(0)));
        let refused = Sealer::new(&entropy).identity(&facts(), sealed_to, &record, BankId(2));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the company has announced no escrow key for 1970-01-01"
        );
    }

    #[test]
    fn no_blind_comes_twice() {
        let entropy = [5; 32];
        let mut sealer = Sealer::new(&entropy);
        assert_ne!(sealer.conceal(7_u64).commitment(), sealer.conceal(7_u64).commitment());
    }
}
