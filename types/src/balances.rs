//! What one bank asks another about a customer of both, and how it is answered.
//!
//! The question shows nobody who is not a customer of the asked bank: it has the person's receiver tag of the
//! day. Every answer has the same length, whatever is in it: who watches the line learns nothing, and a bank
//! without a customer, a customer without a consent and one without an account answer alike.

use crate::ids::{BankId, ChainId, Height, ReceiverTag};
use crate::money::Paise;
use crate::signed::{Signable, Signed};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use std::io::{self, Read, Write};

/// Most accounts that one answer tells of: as many as a customer can have at a bank.
pub const ACCOUNTS_TOLD_MAX: usize = 100;

/// Bytes of an answer on the wire; [`ACCOUNTS_TOLD_MAX`] accounts fit.
pub const BALANCE_ANSWER_BYTES: usize = 2_560;

/// What a customer has at the asked bank? Who asks is known by the connection, not by the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BalanceQuestion {
    /// The person, by his tag of the day.
    pub tag: ReceiverTag,
    /// Random: an answer is good for one question.
    pub nonce: [u8; 32],
}

/// What the asked bank says; signed, so that it can be held to it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BalanceAnswer {
    /// The network.
    pub chain_id: ChainId,
    /// The bank that answers.
    pub holder: BankId,
    /// The bank that asked, and that alone may read it.
    pub asker: BankId,
    /// What it answers.
    pub question: BalanceQuestion,
    /// The last final height when it was asked; balances are of it or a later one.
    pub height: Height,
    /// The person's open rupee accounts; none if there is nothing to tell, for whatever reason.
    pub told: Option<Vec<AccountTold>>,
}

impl Signable for BalanceAnswer {
    const DOMAIN: &'static str = "idx/balance-answer/1";
    fn signer(&self) -> BankId {
        self.holder
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

/// One account, as another bank is told of it.
#[derive(Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountTold {
    /// By which its owner recognises it.
    pub ending: NumberEnding,
    /// What it has on the ledger.
    pub balance: Paise,
    /// What open transfers hold of that.
    pub held: Paise,
    /// Whether it stands still.
    pub is_frozen: bool,
}

/// Shows nobody's amount.
impl fmt::Debug for AccountTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountTold(****)")
    }
}

/// The last four digits of an account's number.
#[derive(Clone, Copy, PartialEq, Eq, BorshSerialize)]
pub struct NumberEnding([u8; 4]);

impl NumberEnding {
    /// The ending of a number; `None` if its last four characters are no digits.
    pub fn of(number: &str) -> Option<Self> {
        let last = *number.as_bytes().last_chunk::<4>()?;
        last.iter().all(u8::is_ascii_digit).then_some(Self(last))
    }

    /// As text.
    pub fn text(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

/// Part of an account's number.
impl fmt::Debug for NumberEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberEnding(****)")
    }
}

impl BorshDeserialize for NumberEnding {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let last = <[u8; 4]>::deserialize_reader(reader)?;
        let is_sound = last.iter().all(u8::is_ascii_digit);
        is_sound.then_some(Self(last)).ok_or_else(|| broken("the ending of a number has four digits"))
    }
}

/// A signed answer as it travels: filled up with zeros to [`BALANCE_ANSWER_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaddedAnswer(Signed<BalanceAnswer>);

impl PaddedAnswer {
    /// An answer for the wire; `None` if it tells of more than [`ACCOUNTS_TOLD_MAX`] accounts.
    pub fn new(signed: Signed<BalanceAnswer>) -> Option<Self> {
        let is_bounded = signed.message.told.as_ref().is_none_or(|told| told.len() <= ACCOUNTS_TOLD_MAX);
        is_bounded.then_some(Self(signed))
    }

    /// The answer, not checked yet.
    pub fn into_signed(self) -> Signed<BalanceAnswer> {
        self.0
    }
}

impl BorshSerialize for PaddedAnswer {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        let mut bytes = borsh::to_vec(&self.0)?;
        if bytes.len() > BALANCE_ANSWER_BYTES {
            return Err(broken("an answer that does not fit its length"));
        }
        bytes.resize(BALANCE_ANSWER_BYTES, 0);
        writer.write_all(&bytes)
    }
}

impl BorshDeserialize for PaddedAnswer {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let mut bytes = [0; BALANCE_ANSWER_BYTES];
        reader.read_exact(&mut bytes)?;
        let mut rest = &bytes[..];
        let signed = Signed::<BalanceAnswer>::deserialize(&mut rest)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(broken("an answer is filled up with zeros"));
        }
        Self::new(signed).ok_or_else(|| broken("an answer tells of too many accounts"))
    }
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain_id, key};

    fn answer(accounts: Option<usize>) -> Signed<BalanceAnswer> {
        let account = AccountTold {
            ending: NumberEnding::of("501000000042").unwrap(),
            balance: Paise(u64::MAX),
            held: Paise(1),
            is_frozen: true,
        };
        let question = BalanceQuestion { tag: ReceiverTag([0xff; 32]), nonce: [0xff; 32] };
        let (holder, asker, height) = (BankId(1), BankId(2), Height(7));
        let told = accounts.map(|count| vec![account; count]);
        let answer = BalanceAnswer { chain_id: chain_id(), holder, asker, question, height, told };
        Signed::new(answer, &key(1))
    }

    #[test]
    fn all_answers_have_one_length_and_come_back_as_they_were() {
        for accounts in [None, Some(0), Some(1), Some(ACCOUNTS_TOLD_MAX)] {
            let padded = PaddedAnswer::new(answer(accounts)).unwrap();
            let bytes = borsh::to_vec(&padded).unwrap();
            assert_eq!(bytes.len(), BALANCE_ANSWER_BYTES, "{accounts:?}");
            assert_eq!(borsh::from_slice::<PaddedAnswer>(&bytes).unwrap(), padded, "{accounts:?}");
        }
        assert_eq!(PaddedAnswer::new(answer(Some(ACCOUNTS_TOLD_MAX + 1))), None);
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        let good = borsh::to_vec(&PaddedAnswer::new(answer(Some(1))).unwrap()).unwrap();
        let end = borsh::to_vec(&answer(Some(1))).unwrap().len();
        let digits = good.windows(4).position(|bytes| bytes == b"0042").unwrap();
        let mut many = borsh::to_vec(&answer(Some(ACCOUNTS_TOLD_MAX + 1))).unwrap();
        many.resize(BALANCE_ANSWER_BYTES, 0);
        let bent = |place: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[place] = byte;
            bytes
        };
        for (what, bytes) in [
            ("cut short", good[..good.len() - 1].to_vec()),
            ("longer", [&good[..], &[0]].concat()),
            ("something behind it", bent(end, 1)),
            ("something at the very end", bent(BALANCE_ANSWER_BYTES - 1, 1)),
            ("markup for digits", bent(digits, b'<')),
            ("too many accounts", many),
            ("nothing", Vec::new()),
        ] {
            assert!(borsh::from_slice::<PaddedAnswer>(&bytes).is_err(), "{what}");
        }
    }

    #[test]
    fn nobody_s_amount_or_number_is_shown() {
        let shown = format!("{:?}", answer(Some(2)));
        assert!(!shown.contains("0042") && !shown.contains(&u64::MAX.to_string()[..8]), "{shown}");
        for (number, ending) in [("501000000042", Some("0042")), ("042", None), ("50100x0042", Some("0042"))]
        {
            assert_eq!(NumberEnding::of(number).map(|e| e.text()).as_deref(), ending, "{number}");
        }
        assert_eq!(NumberEnding::of("50100000004x"), None);
    }
}
