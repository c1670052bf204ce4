//! A lawful opening: a judge, two keys, one record, and a trail.

use super::DemoError;
use super::paying::Payment;
use super::people::{Cast, standing};
use super::stage::{Stage, short, text};
use serde_json::Value;

pub(super) fn open(stage: &mut Stage<'_>, cast: &Cast, payment: &Payment) -> Result<(), DemoError> {
    seen_by_all(stage, payment)?;
    let judge = Stage::home(&stage.layout.judge());
    stage.step("A judge orders to open who received the payment, and to freeze the account meanwhile.");
    let order = stage.run(&[
        "judge",
        "order",
        "--home",
        &judge,
        "--tx",
        &payment.id,
        "--party",
        "receiver",
        "--freeze",
        "--case",
        "CRL 17/2026",
        "--reason",
        "tracing of funds",
        "--output",
        "json",
    ])?;
    let id = text(&order, "/id");
    stage.tell(&format!("Order {} is active: the banks have approved it.", short(&id)));
    let account = &cast.bilal_accounts[1];
    stage.until("the account is frozen", || {
        Ok((text(&standing(stage, &cast.bilal, account)?, "/state") == "frozen").then_some(()))
    })?;
    stage.tell("SBI's account stands still.");
    stage.step("RBI and the company each verify the order on the chain and release their half of the key.");
    let shares = stage.until("both halves", || {
        let story = stage.quietly(&["judge", "show", &id, "--home", &judge, "--output", "json"])?;
        let shared = deeds(&story).filter(|deed| deed == "shared").count();
        Ok((shared >= 2).then_some(shared))
    })?;
    stage.tell(&format!(
        "{shares} halves are on the chain, sealed to the judge: neither opens anything alone."
    ));
    stage.step("Only the judge can put them together.");
    let opened = stage.run(&["judge", "open", &id, "--home", &judge, "--output", "json"])?;
    let name = text(&opened, "/0/name");
    stage.tell(&format!("name {name}, PAN {}, bank {}", text(&opened, "/0/pan"), text(&opened, "/0/bank")));
    if name != "Bilal Khan" || text(&opened, "/0/idx") != cast.bilal {
        return Err(DemoError::Unlike("somebody else was opened".to_owned()));
    }
    stage.step("The judge ends the order; the account moves again, and the order opens nothing more.");
    stage.run(&["judge", "release", &id, "--home", &judge, "--output", "json"])?;
    stage.until("the account moves", || {
        Ok((text(&standing(stage, &cast.bilal, account)?, "/state") == "open").then_some(()))
    })?;
    audit(stage, &judge, &id)
}

/// What everybody sees of the payment.
fn seen_by_all(stage: &mut Stage<'_>, payment: &Payment) -> Result<(), DemoError> {
    stage.step("What the public chain shows of the payment: two pseudonyms of one day, and an amount.");
    let url = format!("http://127.0.0.1:{}/rpc", stage.layout.require()?.ports.http_base + 1);
    let ask = async {
        let client = idx_client::IdxClient::new(&url, idx_client::ClientSettings::default())?;
        client.call::<Value>("idx_getTransaction", serde_json::json!({"id": payment.id})).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| DemoError::Run { command: "runtime".to_owned(), source })?;
    let seen = runtime.block_on(ask).map_err(|error| DemoError::Unlike(error.to_string()))?;
    for (what, pointer) in [("from", "/from"), ("to", "/to"), ("amount", "/amount"), ("fee", "/fee")] {
        let value = find(&seen, pointer.trim_start_matches('/')).unwrap_or_default();
        stage.tell(&format!("{what:<7} {}", short(&value)));
    }
    let all = seen.to_string();
    match ["Asha", "Bilal", "IDX_"].iter().find(|secret| all.contains(**secret)) {
        None => Ok(()),
        Some(secret) => Err(DemoError::Unlike(format!("the public chain shows {secret}"))),
    }
}

/// The first field of this name, wherever it is.
fn find(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(fields) => match fields.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            _ => fields.values().find_map(|inner| find(inner, name)),
        },
        Value::Array(items) => items.iter().find_map(|inner| find(inner, name)),
        _ => None,
    }
}

fn deeds(story: &Value) -> impl Iterator<Item = String> + '_ {
    story.pointer("/steps").and_then(Value::as_array).into_iter().flatten().map(|step| text(step, "/deed"))
}

fn audit(stage: &mut Stage<'_>, judge: &str, order: &str) -> Result<(), DemoError> {
    stage.step("An auditor believes nobody: he follows all blocks from genesis and checks every step.");
    let trail = stage.layout.demo().join("trail.idx").display().to_string();
    let _older = std::fs::remove_file(&trail);
    stage.run(&["audit", "export", &trail, "--home", judge])?;
    let report = stage.run(&["audit", "verify", "--file", &trail, "--home", judge, "--output", "json"])?;
    let orders = report.pointer("/orders").and_then(Value::as_array);
    let story = orders.into_iter().flatten().find(|story| text(story, "/id") == order);
    let story = story.ok_or_else(|| DemoError::Unlike("the audit lacks the order".to_owned()))?;
    for step in story.pointer("/steps").and_then(Value::as_array).into_iter().flatten() {
        stage.tell(&format!("height {:<5} {}", text(step, "/height"), text(step, "/what")));
    }
    stage.tell(&format!("Proven from genesis to height {}; nothing is missing.", text(&report, "/height")));
    Ok(())
}
