//! Payments by file: a report of each, nothing twice, nothing of a broken file.

use super::*;
use serde_json::{Value, json};

pub fn transfer(id: &str, amount: &str, name: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"INR\">{amount}\
         </InstdAmt></Amt><Cdtr><Nm>{name}</Nm></Cdtr></CdtTrfTxInf>\n"
    )
}

/// A file that pays from an account.
pub fn file(account: u64, message: &str, (count, sum): (usize, &str), transfers: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>\n\
         <GrpHdr><MsgId>{message}</MsgId><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum></GrpHdr>\n\
         <PmtInf><PmtInfId>P</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2020-01-01</Dt></ReqdExctnDt>\
         <DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>\n{transfers}</PmtInf>\n\
         </CstmrCdtTrfInitn></Document>"
    )
}

pub async fn import(bench: &Bench, person: &bench::Person, text: &str, dry: bool) -> (u16, Value) {
    let body = json!({"account_id": person.account, "content": text, "dry_run": dry});
    let reply = bench.post("/api/transactions/import", &person.token, body).await;
    (reply.status, reply.json())
}

fn states(report: &Value) -> Vec<String> {
    let lines = report["lines"].as_array().unwrap().iter();
    lines
        .map(|line| format!("{}{}", line["state"].as_str().unwrap(), line["code"].as_str().unwrap_or("")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_pays_once_and_tells_of_each_transfer() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let contact = json!({"recipient_idx": bilal.idx, "nickname": "Bilal"});
    bench.post("/api/recipients/add", &asha.token, contact).await;
    let transfers = [
        transfer("E-1", "100.00", "bilal"),
        transfer("E-2", "50.00", "Nobody"),
        transfer("E-3", "99999.00", "Bilal"),
        transfer("E-1", "1.00", "Bilal"),
        transfer("E-4", "25.50", &bilal.idx.to_string()),
    ];
    let text = file(asha.account, "M-1", (5, "100175.50"), &transfers.concat());
    let expected = |paid: &str| {
        [paid, "refusedUNKNOWN_CONTACT", "refusedINSUFFICIENT_FUNDS", "refusedEND_TO_END_ID_REPEATED", paid]
            .map(str::to_owned)
    };
    let (status, report) = import(&bench, &asha, &text, true).await;
    assert_eq!((status, &report["ready"], &report["accepted"]), (200, &json!(3), &json!(0)), "{report}");
    let (status, report) = import(&bench, &asha, &text, false).await;
    assert_eq!((status, states(&report)), (200, expected("accepted").to_vec()), "{report}");
    assert_eq!(report["lines"][4]["line"], 8);
    let (_, again) = import(&bench, &asha, &text, false).await;
    assert_eq!(states(&again), expected("known"));
    assert_eq!(again["lines"][0]["tx"], report["lines"][0]["tx"]);
    assert_eq!(again["lines"][0]["status"], "AWAITING_RECEIVER");
    let altered = text.replace("25.50", "25.51").replace("100175.50", "100175.51");
    assert_eq!(states(&import(&bench, &asha, &altered, false).await.1)[4], "refusedIDEMPOTENCY_KEY_REUSED");
    assert_eq!(bench.get("/api/transactions", &asha.token).await.json()["count"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_broken_file_or_anothers_account_nothing_is_paid() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let one = transfer("E-1", "10.00", &bilal.idx.to_string());
    for text in [
        file(asha.account, "M", (1, "10.01"), &one),
        file(asha.account, "M", (2, "10.00"), &one),
        file(asha.account, "M", (1, "10.00"), &one.replace("10.00", "NaN")),
        "<!DOCTYPE a [<!ENTITY b \"c\">]>".to_owned() + &file(asha.account, "M", (1, "10.00"), &one),
        String::new(),
    ] {
        let (status, refused) = import(&bench, &asha, &text, false).await;
        assert_eq!((status, &refused["error"]["code"]), (400, &json!("PAYMENT_FILE_BROKEN")), "{refused}");
        assert!(refused["error"]["details"]["line"].as_u64().unwrap() >= 1);
    }
    let whole = file(asha.account, "M", (1, "10.00"), &one);
    let his = json!({"account_id": asha.account, "content": whole});
    assert_eq!(bench.post("/api/transactions/import", &bilal.token, his).await.status, 404);
    let (_, other) = import(&bench, &bilal, &whole, false).await;
    assert_eq!(states(&other), ["refusedOTHER_DEBTOR_ACCOUNT"]);
    // Longer than other routes take, and short enough for this one; then too long.
    let padded = |bytes: usize| whole.clone() + &" ".repeat(bytes);
    assert_eq!(import(&bench, &asha, &padded(1 << 20), true).await.0, 200);
    let long = json!({"account_id": asha.account, "content": padded(5 << 20)});
    assert_eq!(bench.post("/api/transactions/import", &asha.token, long).await.status, 413);
    assert_eq!(bench.get("/api/transactions", &asha.token).await.json()["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_history_costs_its_length() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let all: String = (0..200).map(|n| transfer(&format!("E-{n}"), "1.00", &bilal.idx.to_string())).collect();
    let (_, report) = import(&bench, &asha, &file(asha.account, "M", (200, "200"), &all), false).await;
    assert_eq!(report["accepted"], 200);
    let read = || bench.teller.lines_read.load(std::sync::atomic::Ordering::SeqCst);
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let before = read();
        let page = bench.get(&format!("/api/transactions?limit=30{cursor}"), &asha.token).await.json();
        assert!(read() - before <= 31, "{} lines for a page of 30", read() - before);
        seen.extend(page["transactions"].as_array().unwrap().iter().map(|tx| tx["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let path = format!("/api/transactions/history/{}?limit=200&offset=3", asha.idx);
    let by_place = bench.get(&path, &asha.token).await.json();
    let ids: Vec<Value> =
        by_place["transactions"].as_array().unwrap().iter().map(|tx| tx["id"].clone()).collect();
    assert_eq!((seen.len(), &by_place["total"], &ids[..]), (200, &json!(200), &seen[3..]));
    let none = bench.get("/api/transactions?status=COMPLETED", &asha.token).await.json();
    assert_eq!((&none["count"], &none["next_cursor"]), (&json!(0), &Value::Null));
}
