//! ISO 20022 camt.053.001.08, the bank-to-customer statement: elements in the order of the schema.
//!
//! The account is named by its number (`Othr/Id`; there is no IBAN), the bank by its short name. An entry's
//! amount is what the balance changed by; a transfer's fee is in it and shown under `Chrgs`. Names of
//! the schema are at most 140 characters, so that a transaction's id stands in `AddtlTxInf`.

use super::model::{Flow, Line, Statement};
use super::text::{instant, memo, other_side, sum};
use idx_crypto::hash_borsh;
use idx_types::{Currency, NetworkDay, TimestampMs};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

pub(super) fn write(statement: &Statement) -> Vec<u8> {
    let mut document = Document(Writer::new_with_indent(Vec::new(), b' ', 1));
    document.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let root = BytesStart::new("Document").with_attributes([("xmlns", NAMESPACE)]);
    document.event(Event::Start(root));
    document.inside("BkToCstmrStmt", |message| {
        group_header(message, statement);
        message.inside("Stmt", |stmt| body(stmt, statement));
    });
    document.event(Event::End(BytesEnd::new("Document")));
    let mut bytes = document.0.into_inner();
    bytes.push(b'\n');
    bytes
}

/// An XML document being written to memory, which cannot fail.
struct Document(Writer<Vec<u8>>);

impl Document {
    fn event(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("writing to memory cannot fail");
    }

    fn inside(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.event(Event::Start(BytesStart::new(name)));
        content(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// Elements in each other, with a text in the innermost.
    fn text(&mut self, path: &str, text: &str) {
        match path.split_once('/') {
            Some((name, rest)) => self.inside(name, |inner| inner.text(rest, text)),
            None => self.inside(path, |leaf| leaf.event(Event::Text(BytesText::new(&in_xml(text))))),
        }
    }

    fn amount(&mut self, name: &str, currency: Currency, minor: u128) {
        let code = currency.to_string();
        self.event(Event::Start(BytesStart::new(name).with_attributes([("Ccy", code.as_str())])));
        self.event(Event::Text(BytesText::new(&sum(minor))));
        self.event(Event::End(BytesEnd::new(name)));
    }
}

/// Characters that XML 1.0 cannot hold (its production 2) are shown as the one for unknown ones.
fn in_xml(text: &str) -> String {
    let text = text.chars();
    text.map(|c| if fits_xml(c) { c } else { '\u{fffd}' }).collect()
}

const fn fits_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A name for the message that no other statement has: half of a digest of what it is about.
fn message_id(statement: &Statement) -> String {
    let head = statement.head();
    let about = (head.bank.as_str(), head.account.expose(), head.from, head.to, head.as_of);
    hash_borsh("idx/statement/message/1", &about).to_string().chars().take(32).collect()
}

fn group_header(message: &mut Document, statement: &Statement) {
    message.inside("GrpHdr", |header| {
        header.text("MsgId", &message_id(statement));
        header.text("CreDtTm", &instant(statement.head().made_at));
        header.inside("MsgPgntn", |page| {
            page.text("PgNb", "1");
            page.text("LastPgInd", "true");
        });
    });
}

fn body(stmt: &mut Document, statement: &Statement) {
    let head = statement.head();
    stmt.text("Id", &statement.number());
    stmt.text("CreDtTm", &instant(head.made_at));
    stmt.inside("FrToDt", |period| {
        period.text("FrDtTm", &instant(head.from.start()));
        period.text("ToDtTm", &instant(TimestampMs(head.to.end().0.saturating_sub(1))));
    });
    stmt.inside("Acct", |account| {
        account.text("Id/Othr/Id", head.account.expose());
        account.text("Ccy", &head.currency.to_string());
        account.text("Svcr/FinInstnId/Othr/Id", head.bank.as_str());
    });
    let last = NetworkDay::of(head.made_at).min(head.to).max(head.from);
    balance(stmt, statement, ("OPBD", head.from), statement.opening().0);
    balance(stmt, statement, ("CLBD", last), statement.closing().0);
    summary(stmt, statement);
    statement.lines().iter().for_each(|line| entry(stmt, line, head.currency));
}

fn balance(stmt: &mut Document, statement: &Statement, (code, day): (&str, NetworkDay), minor: u64) {
    stmt.inside("Bal", |balance| {
        balance.text("Tp/CdOrPrtry/Cd", code);
        balance.amount("Amt", statement.head().currency, minor.into());
        balance.text("CdtDbtInd", "CRDT");
        balance.text("Dt/Dt", &day.to_string());
    });
}

fn summary(stmt: &mut Document, statement: &Statement) {
    let totals = statement.totals();
    stmt.inside("TxsSummry", |all| {
        all.text("TtlNtries/NbOfNtries", &statement.lines().len().to_string());
        for (name, count, minor) in [
            ("TtlCdtNtries", totals.credits, totals.credited),
            ("TtlDbtNtries", totals.debits, totals.debited),
        ] {
            all.inside(name, |side| {
                side.text("NbOfNtries", &count.to_string());
                side.text("Sum", &sum(minor));
            });
        }
    });
}

fn entry(stmt: &mut Document, line: &Line, currency: Currency) {
    let (movement, reference) = (&line.movement, reference(line));
    let direction = if movement.flow.is_credit() { "CRDT" } else { "DBIT" };
    stmt.inside("Ntry", |entry| {
        entry.text("NtryRef", &line.number.to_string());
        entry.amount("Amt", currency, line.total.0.into());
        entry.text("CdtDbtInd", direction);
        entry.text("Sts/Cd", "BOOK");
        entry.text("BookgDt/DtTm", &instant(movement.time));
        entry.text("ValDt/Dt", &NetworkDay::of(movement.time).to_string());
        entry.text("AcctSvcrRef", &reference);
        code(entry, &movement.flow);
        charges(entry, line, currency);
        entry.inside("NtryDtls", |details| details.inside("TxDtls", |tx| transaction(tx, line, currency)));
    });
}

/// The place of a transaction on the chain, which is short enough for the schema.
fn reference(line: &Line) -> String {
    format!("{}/{}", line.movement.height, line.movement.index)
}

/// The bank transaction code of ISO's external list.
fn code(entry: &mut Document, flow: &Flow) {
    let (domain_code, family, kind) = match flow {
        Flow::Deposit => ("PMNT", "CNTR", "CDPT"),
        Flow::Withdrawal => ("PMNT", "CNTR", "CWDL"),
        Flow::Sent { .. } => ("PMNT", "ICDT", "DMCT"),
        Flow::Received { .. } => ("PMNT", "RCDT", "DMCT"),
        Flow::Changed { .. } => ("FORX", "SPOT", "OTHR"),
    };
    entry.inside("BkTxCd", |codes| {
        codes.inside("Domn", |domain| {
            domain.text("Cd", domain_code);
            domain.inside("Fmly", |names| {
                names.text("Cd", family);
                names.text("SubFmlyCd", kind);
            });
        });
    });
}

fn charges(entry: &mut Document, line: &Line, currency: Currency) {
    let fee = u128::from(line.movement.flow.fee().0);
    if fee == 0 {
        return;
    }
    entry.inside("Chrgs", |charges| {
        charges.amount("TtlChrgsAndTaxAmt", currency, fee);
        charges.inside("Rcrd", |record| {
            record.amount("Amt", currency, fee);
            record.text("CdtDbtInd", "DBIT");
            record.text("ChrgInclInd", "true");
        });
    });
}

fn transaction(tx: &mut Document, line: &Line, currency: Currency) {
    let movement = &line.movement;
    tx.text("Refs/AcctSvcrRef", &reference(line));
    tx.inside("AmtDtls", |amounts| {
        amounts.inside("TxAmt", |amount| amount.amount("Amt", currency, movement.amount.0.into()));
    });
    let party = match movement.flow {
        Flow::Sent { .. } => Some("RltdPties/Cdtr/Pty/Nm"),
        Flow::Received { .. } => Some("RltdPties/Dbtr/Pty/Nm"),
        Flow::Deposit | Flow::Withdrawal | Flow::Changed { .. } => None,
    };
    if let Some(path) = party {
        tx.text(path, &other_side(line));
    }
    let memo = memo(line);
    if !memo.is_empty() {
        tx.text("RmtInf/Ustrd", memo);
    }
    let with = match &movement.flow {
        Flow::Changed { with, .. } => format!(" with {with}"),
        _ => String::new(),
    };
    tx.text("AddtlTxInf", &format!("{}{with} {}", movement.flow.name(), movement.id));
}
