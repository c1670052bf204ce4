//! A statement adds up from each recorded balance to the next, or there is none.

use super::*;

#[test]
fn lines_lead_from_the_opening_to_the_closing_balance() {
    let statement = sample();
    assert_eq!((statement.opening(), statement.closing()), (Paise(50_000), Paise(695_769)));
    let balances: Vec<u64> = statement.lines().iter().map(|line| line.balance.0).collect();
    assert_eq!(balances, [1_050_000, 948_500, 943_425, 955_770, 755_770, 755_769, 655_769, 695_769]);
    let totals = statement.totals();
    assert_eq!((totals.credits, totals.debits, totals.fees), (3, 5, 1_725));
    assert_eq!(50_000 + totals.credited - totals.debited, 695_769);
    assert_eq!(statement.number(), "20231114/20231119/1234");
}

#[test]
fn an_empty_period_has_the_balance_it_began_with() {
    let statement = Statement::new(head(), Paise(7), &[], vec![]).unwrap();
    assert_eq!((statement.opening(), statement.closing(), statement.lines()), (Paise(7), Paise(7), &[][..]));
    // A freeze touches the account and moves nothing.
    assert!(Statement::new(head(), Paise(7), &[recorded(3, 7)], vec![]).is_ok());
}

/// What is wrong, the opening balance, what the ledger recorded, the movements, the height that is named.
type Case = (&'static str, u64, Vec<Recorded>, Vec<Movement>, u64);

#[test]
fn what_is_not_explained_is_not_stated() {
    let paid_in = |height| movement(height, Flow::Deposit, 100);
    let table: [Case; 8] = [
        ("a movement is missing", 0, vec![recorded(1, 100), recorded(2, 200)], vec![paid_in(1)], 2),
        ("one is there twice", 0, vec![recorded(1, 100)], vec![paid_in(1), paid_in(1)], 1),
        ("a balance nobody recorded", 0, vec![recorded(2, 200)], vec![paid_in(1), paid_in(2)], 2),
        ("beyond the last balance", 0, vec![recorded(1, 100)], vec![paid_in(1), paid_in(2)], 2),
        ("wrong opening", 1, vec![recorded(1, 100)], vec![paid_in(1)], 1),
        (
            "off by one paisa, made good later",
            0,
            vec![recorded(1, 99), recorded(2, 200)],
            vec![paid_in(1), paid_in(2)],
            1,
        ),
        ("below zero", 0, vec![recorded(1, 0)], vec![movement(1, Flow::Withdrawal, 1)], 1),
        ("beyond 64 bits", 0, vec![recorded(1, 0)], vec![movement(1, sent(None, u64::MAX), 1)], 1),
    ];
    for (what, opening, marks, movements, height) in table {
        let refused = Statement::new(head(), Paise(opening), &marks, movements).unwrap_err();
        assert_eq!(refused, Unexplained { height: Height(height) }, "{what}");
    }
}
