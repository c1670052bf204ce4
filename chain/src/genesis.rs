//! The state before any block.

use crate::chain_keys::{ChainKeys, FirstChainKey};
use crate::difficulty::Work;
use crate::judges::{JUDGES_MAX, Judges};
use crate::orders::Orders;
use crate::registries::Registries;
use crate::replay::ReplayWindow;
use crate::state::{State, Tip};
use crate::system::{index_system, system_accounts};
use crate::table::Table;
use crate::travel::{self, GenesisForeignBank, Travel, check_travel};
use idx_crypto::{Ed25519, PublicKey, Verifier, x25519_is_sound};
use idx_types::authority::name_is_sound;
use idx_types::{
    Account, AccountKind, Bank, BankCode, ChainId, Currency, Escrow, Height, Judge, Paise, Params,
    PrivateHash, PublicHash, StateParts, TimestampMs, ValidatorSet,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the banks agreed on before the first block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GenesisSpec {
    /// The network: digest of the genesis body.
    pub chain_id: ChainId,
    /// When the network starts; the first block is later.
    pub time: TimestampMs,
    /// Parameters of the first height.
    pub params: Params,
    /// The first banks.
    pub banks: Vec<GenesisBank>,
    /// Who can open identities together.
    pub escrow: Escrow,
    /// The first key of the private chain.
    pub chain_key: FirstChainKey,
    /// Who may order that they do, from the first height on; governance adds others.
    pub judges: Vec<Judge>,
    /// With whom rupees can be changed; nobody joins them later.
    pub foreign_banks: Vec<GenesisForeignBank>,
    /// Who says what foreign money costs; governance can name another.
    pub rate_publisher: Option<PublicKey>,
}

/// A bank at genesis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GenesisBank {
    /// The bank; `bank.stake` is issued into its stake account.
    pub bank: Bank,
    /// Rupees issued into its reserve account.
    pub reserve: Paise,
}

/// Why there can be no such network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// A parameter is out of its range.
    #[error("genesis parameters: {0}")]
    Params(String),
    /// The banks do not make a set.
    #[error("genesis banks: {0}")]
    Banks(String),
    /// A bank's consensus key is no sound key.
    #[error("genesis banks: the consensus key of {0} is not a sound Ed25519 key")]
    BadKey(BankCode),
    /// Nothing can be sealed to a bank's HPKE key.
    #[error("genesis banks: nothing can be sealed to the HPKE key of {0}")]
    BadHpkeKey(BankCode),
    /// Company or regulators are no sound escrow.
    #[error("genesis escrow: {0}")]
    Escrow(String),
    /// Judges whom governance would not take.
    #[error("genesis judges: {0}")]
    Judges(String),
    /// One balance could not hold all money.
    #[error("genesis money: {1} minor units of {0} are issued, at most 2^64 - 1 can exist")]
    TooMuchMoney(Currency, u128),
    /// A foreign bank or the rate publisher makes no sense.
    #[error("genesis travel: {0}")]
    Travel(String),
}

impl State {
    /// The state before any block, with strict Ed25519 as the signature rule.
    ///
    /// # Errors
    /// [`GenesisError`] names what is wrong with the specification.
    pub fn genesis(spec: &GenesisSpec) -> Result<Self, GenesisError> {
        Self::genesis_with(spec, Arc::new(Ed25519))
    }

    /// [`State::genesis`] with another signature rule, for simulation.
    ///
    /// # Errors
    /// [`GenesisError`] names what is wrong with the specification.
    pub fn genesis_with(spec: &GenesisSpec, verifier: Arc<dyn Verifier>) -> Result<Self, GenesisError> {
        spec.params.check().map_err(GenesisError::Params)?;
        spec.escrow.check().map_err(GenesisError::Escrow)?;
        let banks: Vec<Bank> = spec.banks.iter().map(|genesis| genesis.bank.clone()).collect();
        if let Some(bank) = banks.iter().find(|bank| !verifier.is_sound(&bank.consensus_key)) {
            return Err(GenesisError::BadKey(bank.code.clone()));
        }
        if let Some(bank) = banks.iter().find(|bank| !x25519_is_sound(&bank.hpke_key.0)) {
            return Err(GenesisError::BadHpkeKey(bank.code.clone()));
        }
        check_judges(spec, &*verifier)?;
        let validators = ValidatorSet::new(banks).map_err(GenesisError::Banks)?;
        check_travel(spec, &*verifier)?;
        let registries = first_registries(spec, &validators)?;
        let accounts = Table::from_rows(first_accounts(spec)).expect("system handles are unique");
        let sessions = Table::from_rows(Vec::new()).expect("no session is there twice");
        let mut state = Self {
            chain_id: spec.chain_id,
            tip: first_tip(spec.time),
            params: spec.params.clone(),
            validators: Arc::new(validators),
            system: index_system((0u64..).zip(accounts.rows())),
            accounts,
            sessions,
            registries,
            replay: ReplayWindow::default(),
            work: Work::genesis(&spec.params),
            parts: StateParts::default(),
            verifier,
        };
        state.parts = state.parts_from_scratch();
        Ok(state)
    }

    /// The parts of the root, worked out from everything there is.
    pub(crate) fn parts_from_scratch(&self) -> StateParts {
        StateParts {
            accounts: self.accounts.counted_root(),
            sessions: self.sessions.counted_root(),
            params: self.params.hash(),
            validators: self.validators.hash(),
            registries: self.registries.commitment(),
            settled: self.replay.commitment(),
            work: self.work.commitment(),
        }
    }
}

/// Judges as governance takes them: sound names and keys, every number and signing key once.
fn check_judges(spec: &GenesisSpec, verifier: &dyn Verifier) -> Result<(), GenesisError> {
    let refuse = |judge: &Judge, why: &str| Err(GenesisError::Judges(format!("{}: {why}", judge.id)));
    if spec.judges.len() > JUDGES_MAX {
        return Err(GenesisError::Judges(format!("{} judges, at most {JUDGES_MAX}", spec.judges.len())));
    }
    for (place, judge) in spec.judges.iter().enumerate() {
        let key = &judge.signing_key;
        let earlier = &spec.judges[..place];
        let of_bank = spec.banks.iter().any(|genesis| genesis.bank.consensus_key == *key);
        if !name_is_sound(&judge.name) {
            return refuse(judge, "a name is 2 to 64 printable ASCII characters");
        }
        if !verifier.is_sound(key) {
            return refuse(judge, "its signing key is not a sound Ed25519 key");
        }
        if earlier.iter().any(|other| other.id == judge.id) {
            return refuse(judge, "two judges share this number");
        }
        if of_bank || spec.escrow.signs_with(key) || earlier.iter().any(|other| other.signing_key == *key) {
            return refuse(judge, "another authority or bank signs with its key");
        }
    }
    Ok(())
}

fn first_tip(time: TimestampMs) -> Tip {
    let (public_hash, private_hash) = (PublicHash::ZERO, PrivateHash::ZERO);
    Tip { height: Height::GENESIS, public_hash, private_hash, timestamp: time }
}

/// Each bank's accounts in order of bank numbers, then each foreign bank's in order of their codes.
fn first_accounts(spec: &GenesisSpec) -> Vec<Account> {
    let currencies = currencies(spec);
    let mut banks: Vec<&GenesisBank> = spec.banks.iter().collect();
    banks.sort_by_key(|genesis| genesis.bank.id);
    let balance = |genesis: &GenesisBank, kind| match kind {
        AccountKind::BankReserve => genesis.reserve,
        AccountKind::Stake => genesis.bank.stake,
        _ => Paise::ZERO,
    };
    let of_bank = |genesis: &GenesisBank| {
        system_accounts(genesis.bank.id, &currencies, Height::GENESIS, |kind| balance(genesis, kind))
    };
    let mut foreign: Vec<&GenesisForeignBank> = spec.foreign_banks.iter().collect();
    foreign.sort_by(|one, other| one.bank.code.cmp(&other.bank.code));
    banks.into_iter().flat_map(of_bank).chain(foreign.into_iter().flat_map(travel::first_accounts)).collect()
}

fn currencies(spec: &GenesisSpec) -> BTreeSet<Currency> {
    spec.foreign_banks.iter().map(|founding| founding.bank.currency).collect()
}

/// No more money than one balance can hold: then no balance can ever overflow.
fn issued(spec: &GenesisSpec) -> Result<BTreeMap<Currency, u128>, GenesisError> {
    let rupees = spec.banks.iter().flat_map(|genesis| [genesis.reserve, genesis.bank.stake]);
    let rupees = rupees.map(|amount| (Currency::Inr, amount));
    let foreign = spec
        .foreign_banks
        .iter()
        .flat_map(|founding| [(Currency::Inr, founding.rupees), (founding.bank.currency, founding.float)]);
    let mut issued = BTreeMap::from([(Currency::Inr, 0)]);
    for (currency, amount) in rupees.chain(foreign) {
        *issued.entry(currency).or_default() += u128::from(amount.0);
    }
    match issued.iter().find(|(_, sum)| **sum > u128::from(u64::MAX)) {
        Some((currency, sum)) => Err(GenesisError::TooMuchMoney(*currency, *sum)),
        None => Ok(issued),
    }
}

fn first_registries(spec: &GenesisSpec, founders: &ValidatorSet) -> Result<Registries, GenesisError> {
    Ok(Registries {
        used_banks: spec.banks.iter().map(|genesis| genesis.bank.id).collect(),
        issued: issued(spec)?,
        escrow: spec.escrow.clone(),
        judges: Judges::founding(&spec.judges),
        orders: Orders::default(),
        chain_keys: ChainKeys::first(spec.chain_key, founders),
        proposals: Vec::new(),
        offences: BTreeSet::new(),
        travel: Travel::founding(spec),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::system_handle;
    use crate::testing::{spec, travel_spec};
    use idx_crypto::Signer;
    use idx_types::testing::{hpke_secret, key};
    use idx_types::{BankId, JudgeId};

    fn judge(number: u16, seed: u8) -> Judge {
        let (signing_key, hpke_key) = (key(seed).public_key(), hpke_secret(seed).public());
        Judge { id: JudgeId(number), name: format!("Judge {number}"), signing_key, hpke_key }
    }

    #[test]
    fn founding_judges_may_order_from_the_first_height() {
        let spec = GenesisSpec { judges: vec![judge(7, 90)], ..spec(6) };
        let state = State::genesis(&spec).unwrap();
        let record = state.judges().get(JudgeId(7)).unwrap();
        assert_eq!((record.active_from, record.retired_from), (Height(1), None));
        assert_ne!(state.root(), State::genesis(&GenesisSpec { judges: vec![], ..spec }).unwrap().root());
    }

    #[test]
    fn money_is_where_the_specification_puts_it() {
        let spec = spec(6);
        let state = State::genesis(&spec).unwrap();
        let bank = &spec.banks[2];
        let balance = |kind| state.account(&system_handle(bank.bank.id, kind)).unwrap().balance;
        assert_eq!(balance(AccountKind::BankReserve), bank.reserve);
        assert_eq!(balance(AccountKind::Stake), bank.bank.stake);
        assert_eq!(balance(AccountKind::BankFees), Paise::ZERO);
        assert_eq!(state.recount(), state.issued().clone().into_iter().collect::<Vec<_>>());
        assert_eq!(state.tip().height, Height::GENESIS);
        assert_eq!(state.difficulty(), spec.params.min_difficulty);
    }

    #[test]
    fn foreign_banks_hold_what_is_issued_to_them() {
        let spec = travel_spec(6);
        let state = State::genesis(&spec).unwrap();
        let founding = &spec.foreign_banks[1];
        let account = |kind| state.account(&travel::foreign_handle(&founding.bank.code, kind)).unwrap();
        let (vostro, nostro) = (account(AccountKind::Vostro), account(AccountKind::Nostro));
        assert_eq!((vostro.currency, vostro.balance), (Currency::Inr, founding.rupees));
        assert_eq!((nostro.currency, nostro.balance), (founding.bank.currency, founding.float));
        assert_eq!(state.recount(), state.issued().clone().into_iter().collect::<Vec<_>>());
        assert_eq!(state.issued().len(), 5);
        let mut reversed = spec.clone();
        reversed.foreign_banks.reverse();
        assert_eq!(State::genesis(&reversed).unwrap().root(), state.root());
    }

    #[test]
    fn the_order_of_banks_in_the_file_does_not_matter() {
        let mut reversed = spec(6);
        reversed.banks.reverse();
        assert_eq!(State::genesis(&reversed).unwrap().root(), State::genesis(&spec(6)).unwrap().root());
    }

    #[test]
    fn impossible_networks_are_named() {
        type Spoil = fn(&mut GenesisSpec);
        let table: [(Spoil, &str); 16] = [
            (|s| s.params.max_block_transactions = 0, "genesis parameters: max_block_transactions"),
            (|s| s.banks.clear(), "genesis banks: 0 banks"),
            (|s| s.banks[1].bank.id = BankId(0), "share a number"),
            (|s| s.banks[1].bank.consensus_key = PublicKey([0; 32]), "not a sound Ed25519 key"),
            (|s| s.banks[1].bank.hpke_key = idx_crypto::Hash32::ZERO, "HPKE key of ICICI"),
            (|s| s.banks[1].reserve = Paise(u64::MAX), "at most 2^64 - 1"),
            (|s| s.judges = vec![judge(1, 90), judge(1, 91)], "share this number"),
            (|s| s.judges = vec![judge(1, 90), judge(2, 90)], "signs with its key"),
            (|s| s.judges = vec![Judge { name: "J".into(), ..judge(1, 90) }], "a name is"),
            (
                |s| {
                    let signing_key = s.banks[0].bank.consensus_key;
                    s.judges = vec![Judge { signing_key, ..judge(1, 90) }];
                },
                "signs with its key",
            ),
            (|s| s.foreign_banks[1].bank.code = s.foreign_banks[0].bank.code.clone(), "have one code"),
            (|s| s.foreign_banks[1].bank.code = s.banks[0].bank.code.clone(), "have one code"),
            (|s| s.foreign_banks[1].bank.correspondent = BankId(9), "keeps its accounts"),
            (|s| s.foreign_banks[1].bank.currency = Currency::Inr, "not INR"),
            (|s| s.foreign_banks[0].float = Paise(u64::MAX), "minor units of USD"),
            (
                |s| s.rate_publisher = Some(s.banks[0].bank.consensus_key),
                "signs with the rate publisher's key",
            ),
        ];
        for (spoil, message) in table {
            let mut spec = travel_spec(6);
            spec.foreign_banks.push(GenesisForeignBank { float: Paise(1), ..spec.foreign_banks[0].clone() });
            spec.foreign_banks.last_mut().unwrap().bank.code = "SECOND_USA".parse().unwrap();
            spoil(&mut spec);
            let error = State::genesis(&spec).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
