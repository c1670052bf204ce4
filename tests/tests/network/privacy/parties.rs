//! What each party can read with its own keys, out of everything that any bank's folder holds.

use super::super::net::Net;
use idx_bank::rebuild::PrivateRecord;
use idx_bank::vault::{VaultKey, VaultKeys};
use idx_crypto::{EnvelopeError, HpkeSecret, Passphrase};
use idx_node::home::Home;
use idx_node::keys::custodian::CustodianKeys;
use idx_node::keys::judge::JudgeKeys;
use idx_node::keys::{self, NodeKeys};
use idx_node::testnet::BANKS;
use idx_storage::{Store, StoreOptions, VaultDb};
use idx_types::{ChainId, Height, NetworkDay};

fn passphrase(home: &Home) -> Passphrase {
    keys::passphrase(home, None, None).expect("a test network keeps its passphrases")
}

fn bank_keys(net: &Net, bank: &str) -> NodeKeys {
    let home = net.place(bank).home;
    NodeKeys::open(&home, &passphrase(&home)).expect("the keys open")
}

/// Every identity on the chain, from the disk of a bank. All banks have the same.
pub fn identities(net: &Net, bank: &str, chain_id: ChainId) -> Vec<PrivateRecord> {
    let store = Store::open(&net.place(bank).home.db(), &StoreOptions::new(chain_id)).expect("it is closed");
    let tip = store.height().expect("there are heights");
    let at = |height: Height| store.certified(height).expect("it can be read").expect("it is kept");
    let of = |height: Height| {
        let transactions = at(height).public.transactions;
        transactions.iter().filter_map(|tx| PrivateRecord::of(height, tx)).collect::<Vec<_>>()
    };
    (1..=tip.0).flat_map(|height| of(Height(height))).collect()
}

/// A bank opens what is sealed to it, which are its own customers, and no half of anything.
pub fn each_bank_opens_its_own(net: &Net, all: &[PrivateRecord]) {
    for (place, bank) in BANKS.iter().enumerate() {
        let secret = HpkeSecret::from_bytes(&bank_keys(net, bank).hpke_secret);
        for record in all {
            let context = record.context.digest();
            let own = usize::from(record.context.bank.0) == place;
            let opened = record.envelope.open_home(&secret, &context);
            assert_eq!(opened.is_ok(), own, "{bank}: {:?}", opened.err());
            assert!(record.envelope.open_company_half(&secret, &context).is_err());
            assert!(record.envelope.open_regulator_half(&secret, &context).is_err());
        }
    }
}

/// A custodian with its escrow key opens its own half: no record, and not the other half. The half twice is
/// no pair. The judge's key opens nothing.
pub fn custodians_and_judge_open_no_record(net: &Net, all: &[PrivateRecord]) {
    let [rbi, company] = [net.layout().regulator(), net.layout().company()]
        .map(|home| CustodianKeys::open(&home, &passphrase(&home)).expect("the keys open").escrow);
    let judge = net.layout().judge();
    let judge = JudgeKeys::open(&judge, &passphrase(&judge)).expect("the keys open").reading;
    for PrivateRecord { envelope, context, created_at, .. } in all {
        let (context, day) = (context.digest(), NetworkDay::of(*created_at));
        for held in [&rbi, &company] {
            held.with_key(day, |key| assert!(envelope.open_home(key, &context).is_err()));
        }
        rbi.with_key(day, |key| assert!(envelope.open_company_half(key, &context).is_err()));
        company.with_key(day, |key| assert!(envelope.open_regulator_half(key, &context).is_err()));
        let half =
            rbi.with_key(day, |key| envelope.open_regulator_half(key, &context)).expect("its own half");
        let twice = envelope.open_with_halves(&half, &half, &context);
        assert!(matches!(twice, Err(EnvelopeError::WrongHalf { .. })), "{:?}", twice.err());
        assert!(envelope.open_home(&judge, &context).is_err());
        assert!(envelope.open_company_half(&judge, &context).is_err());
        assert!(envelope.open_regulator_half(&judge, &context).is_err());
    }
}

/// A stolen vault opens under its own bank's key and under no other.
pub fn no_vault_opens_for_another_bank(net: &Net) {
    for owner in BANKS {
        let vault = VaultDb::open(&net.place(owner).home.vault()).expect("it is closed");
        for thief in BANKS {
            let key = VaultKey::new(1, &bank_keys(net, thief).vault_secret);
            assert_eq!(VaultKeys::open(key, None, &vault).is_ok(), owner == thief, "{thief} at {owner}'s");
        }
    }
}
