//! Whose an account is, sealed as the ledger wants it. The tool knows no people, so it makes them up.

use super::network::Facts;
use super::row::Party;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Envelope, Hash32, HpkePublic, Recipients, ShapeError, hash_borsh, hkdf_derive};
use idx_types::{AccountHandle, BankId, ChainId, Concealed, NetworkDay};

/// A person who does not exist and owns an account of a test network.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct MadeUpPerson {
    /// Says that it is made up.
    pub name: String,
    /// The home bank's code.
    pub bank: String,
    /// The account's number there.
    pub account: String,
    /// The account's name on the ledger.
    pub handle: AccountHandle,
}

impl MadeUpPerson {
    /// The owner of an account.
    pub fn of(party: &Party, handle: AccountHandle) -> Self {
        let (bank, account) = (party.bank.to_string(), party.account.clone());
        Self { name: format!("Made-up customer {account} of {bank}"), bank, account, handle }
    }
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

/// What an identity belongs to.
#[derive(Clone, Copy, Debug, BorshSerialize)]
pub enum Role {
    /// The opening of the account.
    Account([u8; 32]),
    /// The opening of the session.
    Session([u8; 32]),
}

/// The digest that binds an envelope to the one transaction that it is for.
pub fn context(chain_id: ChainId, bank: BankId, role: Role) -> Hash32 {
    hash_borsh("idx/testnet/identity/1", &(chain_id, bank, role))
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
        person: &MadeUpPerson,
        context: &Hash32,
    ) -> Result<Concealed<Envelope>, NotSealed> {
        let company = *facts.escrow.company.day_keys.get(&day).ok_or(NotSealed::NoDayKey(day))?;
        let regulators = facts.escrow.regulators.iter().map(|regulator| regulator.hpke_key).collect();
        let record = borsh::to_vec(person).expect("writing borsh to memory cannot fail");
        let recipients = Recipients { home, company, regulators };
        let envelope = Envelope::seal(&record, context, &recipients, &self.draw())?;
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

    #[test]
    fn the_home_bank_reads_who_it_is_and_the_ledger_takes_the_envelope() {
        let entropy = [5; 32];
        let (mut sealer, home) = (Sealer::new(&entropy), hpke_secret(3));
        let party = Party { bank: "SBI".parse().unwrap(), account: "A-17".to_owned() };
        let person = MadeUpPerson::of(&party, AccountHandle([1; 32]));
        let context = context(chain_id(), BankId(2), Role::Account([1; 32]));
        let sealed = sealer.identity(&facts(), (home.public(), TEST_DAY), &person, &context).unwrap();
        let envelope = sealed.shown().unwrap();
        assert_eq!(escrow().check_envelope(envelope, home.public().as_bytes(), TEST_DAY), Ok(()));
        let record = envelope.open_home(&home, &context).unwrap();
        assert_eq!(borsh::from_slice::<MadeUpPerson>(&record).unwrap(), person);
        assert!(person.name.starts_with("Made-up"));
    }

    #[test]
    fn a_day_without_a_key_is_named() {
        let entropy = [5; 32];
        let party = Party { bank: "SBI".parse().unwrap(), account: "A".to_owned() };
        let person = MadeUpPerson::of(&party, AccountHandle([1; 32]));
        let day = NetworkDay::of(TimestampMs(0));
        let refused =
            Sealer::new(&entropy).identity(&facts(), (hpke_secret(3).public(), day), &person, &Hash32::ZERO);
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
