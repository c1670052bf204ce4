//! Three people become customers and open accounts.

use super::DemoError;
use super::stage::{Stage, short, text};
use crate::pay;
use serde_json::{Value, json};

/// An account of the story.
pub(super) struct Account {
    pub bank: &'static str,
    pub number: String,
}

/// Who plays.
pub(super) struct Cast {
    /// Asha's IDX, and her account at HDFC.
    pub asha: String,
    pub asha_account: Account,
    /// Bilal's IDX, and his accounts at ICICI, SBI and KOTAK.
    pub bilal: String,
    pub bilal_accounts: Vec<Account>,
}

/// Banks at which Bilal is a customer.
pub(super) const BILAL_BANKS: [&str; 3] = ["ICICI", "SBI", "KOTAK"];

/// Cash that Asha pays in, rupees.
const PAID_IN: &str = "50000.00";

pub(super) fn arrive(stage: &mut Stage<'_>) -> Result<Cast, DemoError> {
    stage.step("Asha becomes a customer of HDFC. Her PAN and name stay in HDFC's vault.");
    let papers = stage.paper("asha.json", &papers_of("Asha Rao", "ASHAR", 1))?;
    let asha = registered(stage, "HDFC", &papers)?;
    stage.tell(&format!("The banks know her as {}.", short(&asha)));

    stage.step("Bilal becomes a customer of three banks, and has the same pseudonym at each.");
    let papers = stage.paper("bilal.json", &papers_of("Bilal Khan", "BILAL", 2))?;
    let mut names = Vec::new();
    for bank in BILAL_BANKS {
        names.push(registered(stage, bank, &papers)?);
    }
    if names.iter().any(|name| *name != names[0]) {
        return Err(DemoError::Unlike("Bilal has two pseudonyms".to_owned()));
    }
    let bilal = names.remove(0);
    stage.tell(&format!("Bilal is {} at ICICI, SBI and KOTAK.", short(&bilal)));

    stage.step("They open accounts; the openings are transactions that all six banks agree on.");
    let asha_account = opened(stage, "HDFC", &asha)?;
    let mut bilal_accounts = Vec::new();
    for bank in BILAL_BANKS {
        bilal_accounts.push(opened(stage, bank, &bilal)?);
    }
    stage.step(&format!("Asha pays {PAID_IN} rupees in at HDFC's counter."));
    stage.clerk("HDFC", &["deposit", &asha_account.number, PAID_IN])?;
    has(stage, &asha, &asha_account, PAID_IN)?;
    Ok(Cast { asha, asha_account, bilal, bilal_accounts })
}

/// Papers with numbers of their own, so that the story can be told twice on one network.
fn papers_of(name: &str, letters: &str, person: u64) -> String {
    let number = pay::now().0 / 1_000;
    let (pan, rbi) = (format!("{letters}{:04}F", number % 10_000), (number + person) % 1_000_000);
    json!({"panCard": pan, "rbiNumber": format!("{rbi:06}"), "fullName": name}).to_string()
}

fn registered(stage: &Stage<'_>, bank: &str, papers: &str) -> Result<String, DemoError> {
    let idx = stage.clerk(bank, &["register", papers])?;
    Ok(text(&idx, ""))
}

fn opened(stage: &Stage<'_>, bank: &'static str, idx: &str) -> Result<Account, DemoError> {
    let opening = stage.clerk(bank, &["open-account", idx])?;
    let account = Account { bank, number: text(&opening, "/number") };
    stage.until("the account is open", || {
        let standing = standing(stage, idx, &account)?;
        Ok((text(&standing, "/state") == "open").then_some(()))
    })?;
    Ok(account)
}

/// An account as its bank shows it.
pub(super) fn standing(stage: &Stage<'_>, idx: &str, account: &Account) -> Result<Value, DemoError> {
    let all = stage.clerk_quietly(account.bank, &["accounts", idx])?;
    let found = all.as_array().into_iter().flatten().find(|one| text(one, "/number") == account.number);
    found.cloned().ok_or_else(|| DemoError::Unlike(format!("{} lost an account", account.bank)))
}

/// Waits until an account has this balance, and says so.
pub(super) fn has(stage: &Stage<'_>, idx: &str, account: &Account, balance: &str) -> Result<(), DemoError> {
    stage.until(&format!("a balance of {balance}"), || {
        Ok((text(&standing(stage, idx, account)?, "/balance") == balance).then_some(()))
    })?;
    stage.tell(&format!("{} account {}: {balance} rupees.", account.bank, account.number));
    Ok(())
}
