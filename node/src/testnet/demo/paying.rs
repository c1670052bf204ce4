//! Payments: one that the receiver takes where he likes, and the other ends that one can have.

use super::DemoError;
use super::people::{BILAL_BANKS, Cast, has, standing};
use super::stage::{Stage, short, text};
use crate::testnet::BANKS;
use serde_json::Value;

/// A payment of the story.
pub(super) struct Payment {
    /// Its id.
    pub id: String,
}

pub(super) fn pay(stage: &mut Stage<'_>, cast: &Cast) -> Result<Payment, DemoError> {
    stage.step("Asha pays Bilal 2,500 rupees. She needs only his pseudonym; he will choose the account.");
    stage.clerk("HDFC", &["add-contact", &cast.asha, "Bilal", &cast.bilal])?;
    let id = sent(stage, cast, "2500.00")?;
    let held = standing(stage, &cast.asha, &cast.asha_account)?;
    stage.tell(&format!(
        "HDFC holds {} rupees of her balance for it, the fee included.",
        text(&held, "/held")
    ));
    stage.step("The intent reaches every bank; only Bilal's three recognise whom it is for.");
    for bank in BILAL_BANKS {
        status_at(stage, bank, &cast.bilal, &id, "AWAITING_RECEIVER")?;
    }
    for bank in BANKS {
        let seen = transfer(stage, bank, &cast.bilal, &id)?.is_some();
        stage.tell(&format!(
            "{bank:<5} {}",
            if seen { "shows it to Bilal" } else { "sees nothing for a customer of its own" }
        ));
        if seen != BILAL_BANKS.contains(&bank) {
            return Err(DemoError::Unlike(format!("{bank} should not have known")));
        }
    }
    stage.step("Bilal takes it at SBI. Four of six banks must approve, HDFC and SBI among them.");
    let account = &cast.bilal_accounts[1];
    stage.clerk("SBI", &["accept", &cast.bilal, &id, &account.number])?;
    status_at(stage, "SBI", &cast.bilal, &id, "COMPLETED")?;
    has(stage, &cast.bilal, account, "2500.00")?;
    status_at(stage, "HDFC", &cast.asha, &id, "COMPLETED")?;
    gone(stage, &["ICICI", "KOTAK"], &cast.bilal, &id)?;
    stage.tell("ICICI and KOTAK have forgotten it.");
    Ok(Payment { id })
}

pub(super) fn other_ends(stage: &mut Stage<'_>, cast: &Cast) -> Result<(), DemoError> {
    let account = &cast.asha_account;
    let before = text(&standing(stage, &cast.asha, account)?, "/balance");
    stage.step("Asha sends 100 rupees more, and Bilal says no.");
    let id = sent(stage, cast, "100.00")?;
    status_at(stage, "KOTAK", &cast.bilal, &id, "AWAITING_RECEIVER")?;
    stage.clerk("KOTAK", &["reject", &cast.bilal, &id])?;
    ended(stage, cast, &id, "REJECTED", &before)?;
    stage.step("She sends 70 rupees, and takes them back before he has chosen.");
    let id = sent(stage, cast, "70.00")?;
    stage.clerk("HDFC", &["cancel", &cast.asha, &id])?;
    ended(stage, cast, &id, "CANCELLED", &before)?;
    stage.step(
        "An involved bank says no: ICICI has frozen Bilal's account, so nothing can be received there.",
    );
    let frozen = &cast.bilal_accounts[0];
    stage.clerk("ICICI", &["freeze", &frozen.number])?;
    stage.until("the account is frozen", || {
        Ok((text(&standing(stage, &cast.bilal, frozen)?, "/state") == "frozen").then_some(()))
    })?;
    let id = sent(stage, cast, "60.00")?;
    status_at(stage, "ICICI", &cast.bilal, &id, "AWAITING_RECEIVER")?;
    let home = stage.bank("ICICI")?;
    let accept = ["customer", "--home", &home, "accept", &cast.bilal, &id, &frozen.number];
    let said = stage.refused(&accept)?;
    stage.tell(&format!("ICICI: {said}"));
    stage.tell("The money stays promised; he takes it at KOTAK.");
    stage.clerk("KOTAK", &["accept", &cast.bilal, &id, &cast.bilal_accounts[2].number])?;
    status_at(stage, "KOTAK", &cast.bilal, &id, "COMPLETED")?;
    stage.clerk("ICICI", &["unfreeze", &frozen.number]).map(drop)
}

pub(super) fn a_bank_is_down(stage: &mut Stage<'_>, cast: &Cast) -> Result<(), DemoError> {
    stage.step("YES loses power. The other five go on.");
    let dir = stage.layout.dir().display().to_string();
    stage.run(&["testnet", "kill", "YES", "--dir", &dir])?;
    let id = sent(stage, cast, "40.00")?;
    status_at(stage, "SBI", &cast.bilal, &id, "AWAITING_RECEIVER")?;
    stage.clerk("SBI", &["accept", &cast.bilal, &id, &cast.bilal_accounts[1].number])?;
    status_at(stage, "SBI", &cast.bilal, &id, "COMPLETED")?;
    stage.tell("Asha's 40 rupees have arrived without YES.");
    stage.run(&["testnet", "start", "YES", "--dir", &dir])?;
    stage.tell("YES is back and reads what it has missed from the others.");
    Ok(())
}

fn sent(stage: &Stage<'_>, cast: &Cast, amount: &str) -> Result<String, DemoError> {
    let ask = ["send", &cast.asha, &cast.asha_account.number, amount, "--contact", "Bilal"];
    let id = text(&stage.clerk("HDFC", &ask)?, "");
    stage.tell(&format!("Transfer {} is on its way.", short(&id)));
    Ok(id)
}

fn transfer(stage: &Stage<'_>, bank: &str, idx: &str, id: &str) -> Result<Option<Value>, DemoError> {
    let all = stage.clerk_quietly(bank, &["transfers", idx])?;
    Ok(all.as_array().into_iter().flatten().find(|one| text(one, "/id") == id).cloned())
}

fn status_at(stage: &Stage<'_>, bank: &str, idx: &str, id: &str, status: &str) -> Result<(), DemoError> {
    stage.until(&format!("{bank} shows {status}"), || {
        let found = transfer(stage, bank, idx, id)?;
        Ok(found.filter(|one| text(one, "/status") == status).map(drop))
    })
}

fn gone(stage: &Stage<'_>, banks: &[&str], idx: &str, id: &str) -> Result<(), DemoError> {
    banks.iter().try_for_each(|bank| {
        stage.until(&format!("{bank} has forgotten"), || {
            Ok(transfer(stage, bank, idx, id)?.is_none().then_some(()))
        })
    })
}

/// A transfer has ended, nothing is held for it, and no bank shows it to the receiver as open.
fn ended(stage: &Stage<'_>, cast: &Cast, id: &str, status: &str, balance: &str) -> Result<(), DemoError> {
    status_at(stage, "HDFC", &cast.asha, id, status)?;
    gone(stage, &["ICICI", "SBI"], &cast.bilal, id)?;
    let now = standing(stage, &cast.asha, &cast.asha_account)?;
    if text(&now, "/held") != "0.00" || text(&now, "/balance") != balance {
        return Err(DemoError::Unlike("money is still held".to_owned()));
    }
    stage.tell(&format!("{status}: her {balance} rupees are free again."));
    Ok(())
}
