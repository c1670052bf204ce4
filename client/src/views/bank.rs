//! Banks and fees.

use crate::encoding::Hex;
use idx_crypto::{Hash32, PublicKey};
use idx_types::{Bank, BankCode, BankId, Height, NetworkKey, Paise, ValidatorSet};
use serde::{Deserialize, Serialize};

/// A bank and its own money on the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BankView {
    /// Its number.
    pub id: BankId,
    /// Its short name.
    pub code: BankCode,
    /// Whether it rules the next height; a bank that has left keeps its accounts.
    pub active: bool,
    /// Verifies its votes.
    pub consensus_key: Hex<PublicKey>,
    /// Its libp2p identity.
    pub network_key: Hex<NetworkKey>,
    /// Its HPKE public key.
    pub hpke_key: Hex<Hash32>,
    /// Balance of its stake account.
    pub stake: Paise,
    /// Balance of its reserve account.
    pub reserve: Paise,
    /// Balance of its fee account.
    pub fees: Paise,
    /// Balance of its mining reward account.
    pub rewards: Paise,
}

/// The banks of a height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ValidatorSetView {
    /// The height they rule.
    pub height: Height,
    /// The digest that the header of that height carries.
    pub hash: Hex<Hash32>,
    /// Verdicts and votes that decide.
    pub quorum: u16,
    /// By bank number.
    pub banks: Vec<ValidatorView>,
}

/// One bank of a height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ValidatorView {
    /// Its number.
    pub id: BankId,
    /// Its short name.
    pub code: BankCode,
    /// Verifies its votes.
    pub consensus_key: Hex<PublicKey>,
    /// Its libp2p identity.
    pub network_key: Hex<NetworkKey>,
    /// Its HPKE public key.
    pub hpke_key: Hex<Hash32>,
    /// Its weight in the election of miners.
    pub stake: Paise,
}

impl From<&Bank> for ValidatorView {
    fn from(bank: &Bank) -> Self {
        Self {
            id: bank.id,
            code: bank.code.clone(),
            consensus_key: Hex(bank.consensus_key),
            network_key: Hex(bank.network_key),
            hpke_key: Hex(bank.hpke_key),
            stake: bank.stake,
        }
    }
}

impl From<&ValidatorView> for Bank {
    fn from(view: &ValidatorView) -> Self {
        Self {
            id: view.id,
            code: view.code.clone(),
            consensus_key: view.consensus_key.0,
            network_key: view.network_key.0,
            hpke_key: view.hpke_key.0,
            stake: view.stake,
        }
    }
}

impl ValidatorSetView {
    /// The view of a set; `margin` is the parameter that raises the agreement quorum.
    pub fn new(height: Height, banks: &ValidatorSet, margin: u16) -> Self {
        Self {
            height,
            hash: Hex(banks.hash()),
            quorum: u16::try_from(banks.quorums(margin).quorum).unwrap_or(u16::MAX),
            banks: banks.banks().iter().map(ValidatorView::from).collect(),
        }
    }

    /// The set itself, for verification.
    ///
    /// # Errors
    /// Names what is wrong: the node sent no possible set, or one whose digest is not the one it names.
    pub fn validators(&self) -> Result<ValidatorSet, String> {
        let set = ValidatorSet::new(self.banks.iter().map(Bank::from).collect())?;
        let (sent, computed) = (self.hash.0, set.hash());
        let wrong = || format!("the banks sent have digest {computed}, not {sent}");
        (computed == sent).then_some(set).ok_or_else(wrong)
    }
}

/// What a transfer of an amount costs under the parameters in force.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeeQuoteView {
    /// What the receiver gets.
    pub amount: Paise,
    /// The miner's part of the fee.
    pub fee_miner: Paise,
    /// The banks' part of the fee.
    pub fee_banks: Paise,
    /// The whole fee.
    pub fee_total: Paise,
    /// What leaves the sender's account.
    pub total_debit: Paise,
    /// The next height, for which this holds; governance may change it later.
    pub height: Height,
}
