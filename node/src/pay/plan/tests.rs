//! What is prepared for some payments, and how its transactions look.

use super::*;
use crate::pay::network::BankFacts;
use crate::pay::row::{HEADER, read};
use idx_crypto::Ed25519;
use idx_types::testing::{TEST_DAY, chain_id, escrow, hpke_secret, key};
use zeroize::Zeroizing;

fn facts() -> Facts {
    let banks = ["HDFC", "ICICI"].iter().zip(1..);
    let bank = |(code, id): (&&str, u16)| {
        let hpke_key = hpke_secret(id as u8 + 1).public();
        BankFacts { id: BankId(id), code: code.parse().unwrap(), hpke_key }
    };
    let banks = banks.map(bank).collect();
    Facts { chain_id: chain_id(), params: Params::default(), banks, escrow: escrow() }
}

fn payments(lines: &str) -> Vec<Payment> {
    let codes: Vec<_> = facts().banks.into_iter().map(|bank| bank.code).collect();
    read(format!("{HEADER}\n{lines}").as_bytes(), &codes, usize::MAX).unwrap().rows
}

fn wallet() -> Wallet {
    Wallet::new(Zeroizing::new([9; 32]))
}

const NOW: TimestampMs = TimestampMs(1_700_000_000_000);

fn maker<'a, 's>(
    facts: &'a Facts,
    banks: &'a [&'a dyn Signer],
    wallet: &'a Wallet,
    sealer: &'a mut Sealer<'s>,
) -> Maker<'a, 's> {
    Maker { facts, banks, wallet, now: NOW, nonce: 0, sealer }
}

const TWO: &str = "1,2025-01-01,A,HDFC,B,ICICI,5000.00,\n2,2025-01-01,A,HDFC,A,ICICI,100.00,\n";

#[test]
fn each_account_once_with_all_it_has_to_pay() {
    let members = members(&payments(TWO), &facts(), &wallet());
    let seen: Vec<_> = members.iter().map(|(p, m)| (p.account.as_str(), m.door, m.debit)).collect();
    assert_eq!(seen, [("A", 0, 507_500 + 10_150), ("A", 1, 0), ("B", 1, 0)]);
}

#[test]
fn the_fee_is_that_of_the_worked_example() {
    assert_eq!(fee(&Params::default(), Paise(500_000)), Some(Paise(7_500)));
    assert_eq!(fee(&Params::default(), Paise(u64::MAX)), None);
}

#[test]
fn amounts_out_of_range_are_refused_before_any_account_is_funded() {
    let params = Params::default();
    for (amount, says) in [
        (Paise(99), Some("below the least transfer, 1.00")),
        (Paise(100), None),
        (params.max_transfer, None),
        (Paise(params.max_transfer.0 + 1), Some("above the greatest transfer")),
    ] {
        let payment = Payment { amount, ..payments(TWO)[0].clone() };
        let said = refusal(&params, &payment);
        assert_eq!(said.is_some(), says.is_some(), "{amount}: {said:?}");
        assert!(said.is_none_or(|text| text.contains(says.unwrap_or_default())));
    }
}

#[test]
fn deposits_fill_the_gap_exactly() {
    let facts = Facts { params: Params { max_transfer: Paise(1_000), ..Params::default() }, ..facts() };
    let (bank, wallet) = (key(1), wallet());
    let banks: [&dyn Signer; 2] = [&bank, &bank];
    let mut sealer = Sealer::new(&[6; 32]);
    let mut maker = maker(&facts, &banks, &wallet, &mut sealer);
    let party = payments(TWO)[0].receiver.clone();
    let member = Member { party, handle: AccountHandle([1; 32]), door: 1, debit: 2_700 };
    for (balance, parts) in
        [(0, vec![1_000, 1_000, 700]), (2_600, vec![100]), (2_700, vec![]), (9_999, vec![])]
    {
        let made = maker.deposits(&member, Paise(balance));
        let amounts: Vec<u64> = made
            .iter()
            .map(|tx| match &tx.body.kind {
                TxKind::Deposit(cash) => cash.amount.0,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(amounts, parts);
    }
}

#[test]
fn transactions_verify_differ_and_end_their_sessions_with_the_day() {
    let (facts, wallet, bank) = (facts(), wallet(), key(1));
    let rows = payments(TWO);
    let members = members(&rows, &facts, &wallet);
    let banks: [&dyn Signer; 2] = [&bank, &bank];
    let mut sealer = Sealer::new(&[6; 32]);
    let mut maker = maker(&facts, &banks, &wallet, &mut sealer);
    let first = maker.transfer(&rows[0], &members).unwrap();
    let second = maker.transfer(&rows[0], &members).unwrap();
    assert_ne!(first.id(), second.id(), "the same line paid twice is two payments");
    let session = maker.open_session(&members[&rows[0].sender]).unwrap();
    let account = maker.open_account(&members[&rows[0].sender]).unwrap();
    for tx in [&first, &session, &account] {
        assert_eq!(tx.signatures.len(), tx.body.kind.signatures_needed());
        assert_eq!(tx.check_signatures(&Ed25519), Ok(()));
    }
    let TxKind::OpenSession(open) = &session.body.kind else { panic!() };
    assert!(open.expires_at > NOW && open.expires_at.since(NOW) <= idx_types::params::DAY_MS);
    let TxKind::Transfer(transfer) = &first.body.kind else { panic!() };
    assert_eq!((transfer.from, transfer.from_bank), (open.session, BankId(1)));
    assert_eq!(transfer.accepted.map(|accepted| accepted.to_bank), Some(BankId(2)));
    let TxKind::OpenAccount(opened) = &account.body.kind else { panic!() };
    for identity in [&opened.identity, &open.identity] {
        let home = facts.banks[0].hpke_key;
        let checked = facts.escrow.check_envelope(identity.shown().unwrap(), home.as_bytes(), TEST_DAY);
        assert_eq!(checked, Ok(()));
    }
    assert_ne!(opened.handle.commitment(), open.handle.commitment(), "nobody outside can link the two");
    let shown = borsh::to_vec(&account.redacted()).unwrap();
    let handle = members[&rows[0].sender].handle.0;
    assert!(!shown.windows(32).any(|bytes| bytes == handle));
}
