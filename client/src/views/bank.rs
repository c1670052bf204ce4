//! Banks, accounts, fees.

use super::travel::TravelTermsView;
use super::{BankNames, BankTag};
use crate::encoding::Hex;
use idx_crypto::{Hash32, PublicKey};
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankCode, BankId, Currency, FreezeState, Height, NetworkKey,
    OrderId, Paise, ValidatorSet,
};
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

/// An account as every bank of the consortium may see it: a handle, never a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountView {
    /// Its name.
    pub handle: Hex<AccountHandle>,
    /// The bank that keeps it.
    pub home_bank: BankTag,
    /// What it is for.
    pub kind: AccountKind,
    /// What its balance counts.
    pub currency: Currency,
    /// What it holds.
    pub balance: Paise,
    /// Whether it may move money.
    pub freeze: FreezeView,
    /// Height at which it was opened.
    pub opened_at: Height,
    /// Height at which it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Height>,
    /// Of a travel account, where its money came from and until when it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel: Option<TravelTermsView>,
    /// The final height after which this holds.
    pub as_of: Height,
}

impl AccountView {
    /// The view of an account after the height `as_of`.
    pub fn new(account: &Account, as_of: Height, names: &dyn BankNames) -> Self {
        Self {
            handle: Hex(account.handle),
            home_bank: names.tag(account.home_bank),
            kind: account.kind,
            currency: account.currency,
            balance: account.balance,
            freeze: account.freeze.into(),
            opened_at: account.opened_at,
            closed_at: account.closed_at,
            travel: account.terms.as_deref().map(Into::into),
            as_of,
        }
    }
}

/// Whether an account may move money, and if not, who said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FreezeView {
    /// It moves money.
    Free,
    /// Its home bank stopped it.
    ByBank {
        /// A reason of the bank's own numbering.
        reason: u16,
    },
    /// A court order stopped it.
    ByOrder {
        /// The order.
        order: Hex<OrderId>,
    },
}

impl From<FreezeState> for FreezeView {
    fn from(state: FreezeState) -> Self {
        match state {
            FreezeState::Free => Self::Free,
            FreezeState::ByBank(reason) => Self::ByBank { reason },
            FreezeState::ByOrder(order) => Self::ByOrder { order: Hex(order) },
        }
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
