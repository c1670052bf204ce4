//! An outside oracle: a real bank recorded the balance after each of its movements; with fees at zero
//! the ledger, fed the movements, must arrive at the same balances.
//!
//! The file has no opening balances because every account starts in it, at zero. What it lacks, and
//! what is made of that:
//!
//! - **Order within a day.** Rows of one day and account may stand in any order; the order is found
//!   again from the recorded balances, each of which must follow from the one before it ([`file`]).
//! - **Rounding.** Movements are recorded to 0.10, balances were kept finer: a recorded balance may be
//!   off by up to 0.10 from the one before it plus the movement. The ledger follows the movements, so
//!   with each row its balance may move away from the recorded one, or back, by at most 0.10; such rows
//!   are counted, and in all of 62,096 rows no account is ever further off than 0.80.
//! - **Missing rows.** For 23 accounts the last recorded balance, on the last day of one source, holds
//!   an interest credit whose row is not in the file. Only a row of an account's last day may
//!   have such a gap, and only upwards.
//! - **Overdrafts.** 28 accounts were overdrawn at times, which this ledger does not do. An account
//!   that will need it is given a credit line as a first deposit, which is subtracted when comparing.
//! - **Other banks' accounts.** Remittances and collections are real transfers between sessions. The
//!   partner's balance is unknown, so it is paid in just before it pays.
//!
//! Each block holds at most one movement of an account, so the ledger's balance is compared after
//! every single row. Signatures are vouched for; the ledger's other checks all run.

mod file;
mod ledger;
mod sample;

use file::{Movement, read};
use ledger::{Replay, Summary};
use std::path::Path;

/// Replays movements and compares every balance.
fn replay(movements: &[Movement]) -> Result<Summary, String> {
    let days = file::ordered_days(movements);
    let mut replay = Replay::new(movements);
    for (day, rows) in days {
        replay.day(day, &rows)?;
    }
    replay.finish()
}

/// The whole real file. What it must count was found by an independent script.
#[test]
fn the_recorded_balances_of_a_real_bank() {
    let Some(folder) = std::env::var_os("IDX_DATA_DIR") else {
        println!("skipped: IDX_DATA_DIR is not set, so there is no payments/history.csv to replay");
        return;
    };
    let movements = read(&Path::new(&folder).join("payments/history.csv")).unwrap();
    assert_eq!(movements.len(), 62_096);
    let summary = replay(&movements).unwrap();
    println!("{summary:?}");
    assert_eq!((summary.exact, summary.rounded, summary.gaps), (59_236, 2_837, 23));
    assert_eq!((summary.accounts, summary.transfers), (1_238, 12_749));
    assert!(summary.rounded_max <= 80, "roundings add up to at most 0.80 in an account");
}

#[test]
fn a_made_sample_arrives_at_its_balances() {
    let movements = sample::movements(20, 60);
    let summary = replay(&movements).unwrap();
    assert_eq!(summary.exact + summary.rounded, movements.len());
    assert!(summary.exact > 0 && summary.rounded > 0 && summary.transfers > 0 && summary.lines > 0);
}

/// The test can fail: one movement or one balance that is wrong by a rupee is found.
#[test]
fn a_wrong_sample_is_found_out() {
    let sound = sample::movements(20, 60);
    for place in [0, sound.len() / 2, sound.len() * 3 / 4] {
        let mut wrong_amount = sound.clone();
        wrong_amount[place].amount.0 += 100;
        assert!(replay(&wrong_amount).is_err(), "amount of row {place}");
        let mut wrong_balance = sound.clone();
        wrong_balance[place].balance_after += 100;
        assert!(replay(&wrong_balance).is_err(), "balance of row {place}");
        let mut lost = sound.clone();
        lost.remove(place);
        assert!(replay(&lost).is_err(), "without row {place}");
    }
}

/// And it sees a ledger that is wrong: with the fees of an ordinary network the balances do not come out.
#[test]
fn a_ledger_that_takes_fees_is_found_out() {
    let movements = sample::movements(20, 60);
    let mut replay = Replay::with_fees(&movements);
    let outcome: Result<(), String> =
        file::ordered_days(&movements).into_iter().try_for_each(|(day, rows)| replay.day(day, &rows));
    assert!(outcome.unwrap_err().contains("the ledger holds"));
}
