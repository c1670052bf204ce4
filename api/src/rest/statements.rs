//! Statements of account for customers, and the check of a bank's signature for everybody.
//!
//! Nothing is kept between making a statement and fetching it: its id is a sealed [`Ticket`] of what it is
//! of, and the same statement is the same bytes whenever it is made.

mod ticket;

use super::accounts::id_of;
use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::{AccountId, Content, FormatName, Ignored, SIGNATURE_PART, SealWords};
use super::route::{Call, Document, Outcome, answer};
use super::transfers::Nothing;
use crate::documents::{self, Made, Wanted};
use crate::teller::AccountStanding;
use idx_bank::desk::Refusal;
use idx_bank::statement::{Format, SealText, StatementSeal, account_digest};
use idx_client::encoding::Time;
use idx_crypto::Ed25519;
use idx_types::NetworkDay;
use serde_json::{Value, json};
use ticket::Ticket;

/// Documents that are made at a time, each on a thread of its own.
pub(super) const MAKING_MAX: usize = 2;

/// Documents that are made or wait for it; beyond it clients are told to try again.
pub(super) const WAITING_MAX: usize = 32;

/// How long a statement can be fetched.
const FETCHED_FOR_MS: u64 = 24 * 3_600_000;

bodies! {
    /// A statement that a customer wants. The account may be left out by who has only one.
    NewStatement {
        account_id: Option<AccountId>,
        start_date: NetworkDay,
        end_date: NetworkDay,
        format: Option<FormatName>,
    }
    /// A document that somebody was shown. Whose it is, is not asked: the signature names no person.
    Shown {
        content: Content,
        signature: SealWords,
        start_date: Option<NetworkDay>,
        end_date: Option<NetworkDay>,
        account_id: Option<AccountId>,
    };
    ignoring { user_idx: Option<Ignored> }
}

/// Makes a statement on a blocking thread, when its turn comes.
async fn make(call: &Call, standing: AccountStanding, wanted: Wanted) -> Result<Made, ApiError> {
    let _place = call.rest.document_queue.try_acquire().map_err(|_| Code::Busy)?;
    let documents = call.rest.documents.clone();
    let turn = documents.acquire_owned().await.map_err(|_| Code::Busy)?;
    let teller = call.teller()?;
    call.rest
        .blocking(move |context| {
            let _turn = turn;
            let chain_id = context.deps.queries.chain_id();
            Ok(documents::make(&*teller, chain_id, &standing.account, wanted)?)
        })
        .await
}

/// The account that a statement shall be of.
async fn account(call: &Call, wanted: Option<AccountId>) -> Result<AccountStanding, ApiError> {
    let me = call.me()?;
    let mut accounts = call.read(move |teller| teller.accounts(&me)).await?;
    match wanted {
        Some(AccountId(number)) => accounts.retain(|standing| standing.account.number == number),
        None if accounts.len() > 1 => {
            return Err(ApiError::field("account_id", "the id of one of your accounts: there are several"));
        }
        None => {}
    }
    Ok(accounts.pop().ok_or(Refusal::UnknownAccount)?)
}

pub(super) async fn generate(mut call: Call) -> Outcome {
    let NewStatement { account_id, start_date, end_date, format } =
        NewStatement::read(std::mem::take(&mut call.fields))?;
    if !Wanted::is_sound((start_date, end_date)) {
        return Err(ApiError::field("end_date", "not before start_date, and at most 366 days in all"));
    }
    let format = format.map_or(Format::Csv, |named| named.0);
    let standing = account(&call, account_id).await?;
    let handle = standing.account.handle;
    let made = make(&call, standing, Wanted { days: (start_date, end_date), format, as_of: None }).await?;
    let expires = call.teller()?.now().plus(FETCHED_FOR_MS);
    let ticket = Ticket {
        account: handle,
        days: (start_date, end_date),
        format,
        as_of: made.statement.head().as_of,
        expires,
        content: made.sealed.message.content,
    };
    Ok(answer(view(&call, &ticket, &made)?))
}

/// What a statement is of, by the names of old and new clients.
fn view(call: &Call, ticket: &Ticket, made: &Made) -> Result<Value, ApiError> {
    let (head, totals) = (made.statement.head(), made.statement.totals());
    let id = ticket.to_text(call.teller()?.token_secret());
    Ok(json!({
        "statement_id": id,
        "download_url": format!("/api/statements/download/{id}"),
        "signature": SealText(made.sealed).to_string(),
        "expires_at": Time(ticket.expires),
        "metadata": {
            "user_idx": call.me()?,
            "account_id": id_of(&head.account),
            "bank_code": head.bank,
            "currency": head.currency,
            "format": ticket.format.name(),
            "media_type": ticket.format.media_type(),
            "period": {"start": head.from, "end": head.to},
            "as_of_height": head.as_of,
            "generated_at": Time(head.made_at),
            "statement_number": made.statement.number(),
            "opening_balance": made.statement.opening(),
            "closing_balance": made.statement.closing(),
            "transaction_count": made.statement.lines().len(),
            "total_sent": rupees(totals.debited),
            "total_received": rupees(totals.credited),
            "total_fees": rupees(totals.fees),
            "net_change": net(totals.credited, totals.debited),
            "size_bytes": made.bytes.len(),
            "sha256": made.sealed.message.content,
        },
    }))
}

fn rupees(minor: u128) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn net(received: u128, sent: u128) -> String {
    let sign = if sent > received { "-" } else { "" };
    format!("{sign}{}", rupees(received.abs_diff(sent)))
}

/// The statement that a path names, made again; another's is as if it were not there.
async fn again(call: &Call) -> Result<(Ticket, Made), ApiError> {
    let teller = call.teller()?;
    let text = call.path.first().map(String::as_str).unwrap_or_default();
    let ticket = Ticket::read(text, teller.token_secret()).ok_or(Code::NotFound)?;
    let me = call.me()?;
    let accounts = call.read(move |teller| teller.accounts(&me)).await?;
    let own = accounts.into_iter().find(|standing| standing.account.handle == ticket.account);
    let standing = own.ok_or(Code::NotFound)?;
    if teller.now() >= ticket.expires {
        return Err(Code::Expired.into());
    }
    let wanted = Wanted { days: ticket.days, format: ticket.format, as_of: Some(ticket.as_of) };
    let made = make(call, standing, wanted).await?;
    // A contact that was renamed since: what was announced would not be what is sent.
    if made.sealed.message.content != ticket.content {
        return Err(Code::Expired.into());
    }
    Ok((ticket, made))
}

pub(super) async fn one(call: Call) -> Outcome {
    let (ticket, made) = again(&call).await?;
    Ok(answer(view(&call, &ticket, &made)?))
}

pub(super) async fn download(call: Call) -> Result<Document, ApiError> {
    let is_signature = match call.query_text("part") {
        None => false,
        Some("signature") => true,
        Some(_) => return Err(ApiError::with(Code::InvalidQuery, json!({"field": "part"}))),
    };
    let (ticket, made) = again(&call).await?;
    let signature = SealText(made.sealed).to_string();
    let name = documents::file_name(ticket.days, ticket.format);
    Ok(if is_signature {
        let bytes = format!("{signature}\n").into_bytes();
        Document { name: format!("{name}.sig"), media_type: SIGNATURE_PART, bytes, signature }
    } else {
        Document { name, media_type: ticket.format.media_type(), bytes: made.bytes, signature }
    })
}

pub(super) async fn verify(mut call: Call) -> Outcome {
    let shown = Shown::read(std::mem::take(&mut call.fields))?;
    let now = call.teller().map(|teller| Time(teller.now())).ok();
    let sealed = call.rest.blocking(move |context| {
        let Some(sealed) = shown.signature.0.filter(|sealed| shown.fits(&sealed.message)) else {
            return Ok(None);
        };
        let queries = &context.deps.queries;
        let seal = sealed.message;
        if seal.chain_id != queries.chain_id() || seal.height > queries.final_height() {
            return Ok(None);
        }
        // The banks' keys change by governance: what counts is who ruled when the statement was made.
        let ruling = queries.validators(seal.height.next())?;
        let bank = ruling.and_then(|(banks, _)| banks.get(seal.bank).cloned());
        let signer = bank.filter(|bank| sealed.check(&bank.consensus_key, &Ed25519).is_ok());
        Ok(signer.map(|bank| (bank.code, seal)))
    });
    Ok(answer(match sealed.await? {
        None => json!({
            "valid": false,
            "message": "Signature is invalid or tampered",
            "verified_at": now,
        }),
        Some((bank, seal)) => json!({
            "valid": true,
            "message": "Signature is valid",
            "verified_at": now,
            "statement": {
                "bank_code": bank,
                "period": {"start": seal.from, "end": seal.to},
                "format": seal.format.name(),
                "as_of_height": seal.height,
                "sha256": seal.content,
            },
        }),
    }))
}

impl Shown {
    /// Whether a seal says what the document and the other fields say.
    fn fits(&self, seal: &StatementSeal) -> bool {
        let is_of = self.content.0.iter().any(|bytes| seal.is_of(bytes));
        is_of
            && self.start_date.is_none_or(|day| day == seal.from)
            && self.end_date.is_none_or(|day| day == seal.to)
            && self.account_id.as_ref().is_none_or(|id| account_digest(&id.0) == seal.account)
    }
}

pub(super) async fn cleanup(mut call: Call) -> Outcome {
    Nothing::read(std::mem::take(&mut call.fields))?;
    Ok(answer(json!({"cleaned_up": 0, "remaining": 0})))
}
