//! Becoming a customer, logging in, staying logged in, logging out.
//!
//! PAN and RBI number alone log nobody in: [`proving`](super::proving) says what does.

use super::Rest;
use super::body::bodies;
use super::error::{ApiError, Code};
use super::factors;
use super::fields::{BankName, ChallengeText, KeyText, NoAmount, RefreshText, SignatureText, TotpCode};
use super::proving::{Shown, prove};
use super::route::{Call, Outcome, answer};
use super::tokens::{ACCESS_MS, REFRESH_MS, Refresh, Tokens, login_id};
use super::transfers::Nothing;
use crate::deps::Answer;
use crate::error::RpcError;
use crate::teller::Teller;
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_bank::vault::{Credential, Holder, LoginId};
use idx_bank::{FullName, Pan, Password, RbiNumber};
use idx_client::encoding::Time;
use idx_types::{BankCode, Currency, Idx, Paise, TimestampMs};
use serde_json::{Value, json};
use std::sync::Arc;

bodies! {
    /// Who becomes a customer.
    NewCustomer {
        pan_card: Pan,
        rbi_number: RbiNumber,
        full_name: FullName,
        password: Option<Password>,
        public_key: Option<KeyText>,
        bank_name: Option<BankName>,
    };
    ignoring { initial_balance: Option<NoAmount> }
    /// Who logs in.
    Papers {
        pan_card: Pan,
        rbi_number: RbiNumber,
        bank_name: BankName,
        password: Option<Password>,
        challenge: Option<ChallengeText>,
        signature: Option<SignatureText>,
        totp_code: Option<TotpCode>,
    }
    /// What prolongs a login.
    Prolong { refresh_token: RefreshText }
}

pub(super) async fn register(mut call: Call) -> Outcome {
    let new = NewCustomer::read(std::mem::take(&mut call.fields))?;
    let teller = call.teller()?;
    at_this_bank(teller.bank(), new.bank_name.as_ref())?;
    let credential = match (new.password, new.public_key) {
        (Some(password), None) => hashed(&teller, password, (&new.pan_card, &new.rbi_number)).await?,
        (None, Some(key)) => Credential::OwnKey(key.0),
        _ => return Err(ApiError::field("password", "this or public_key, and not both")),
    };
    let identity = teller.identify(new.pan_card, new.rbi_number).await?;
    let idx = *identity.idx();
    let full_name = new.full_name.expose().to_owned();
    let (name, is_listed) = screened(&teller, new.full_name).await?;
    call.ask(Ask::Register { identity, name, credential, is_listed }).await?;
    let user = json!({"idx": idx, "full_name": full_name, "balance": Paise::ZERO});
    Ok(answer(json!({"message": "User registered successfully", "user": user})))
}

/// A password that is none of his papers.
async fn hashed(
    teller: &Arc<dyn Teller>,
    password: Password,
    (pan, rbi): (&Pan, &RbiNumber),
) -> Result<Credential, ApiError> {
    if same_text(&password, pan.expose()) || same_text(&password, rbi.expose()) {
        return Err(ApiError::field("password", "not the PAN or the RBI number, nor holding one of them"));
    }
    Ok(Credential::Password(teller.hash_password(password).await?))
}

/// A name, and whether it is near one on the bank's lists.
pub(crate) async fn screened(teller: &Arc<dyn Teller>, name: FullName) -> Result<(FullName, bool), Refusal> {
    let teller = teller.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let is_listed = teller.is_listed(&name);
        (name, is_listed)
    });
    looked.await.map_err(|_| Refusal::BankBusy)
}

fn same_text(password: &Password, other: &str) -> bool {
    password.expose().to_uppercase().contains(other)
}

fn at_this_bank(here: &BankCode, named: Option<&BankName>) -> Result<(), ApiError> {
    match named {
        Some(BankName(other)) if other != here => {
            Err(ApiError::with(Code::OtherBank, json!({"this_bank": here})))
        }
        _ => Ok(()),
    }
}

pub(super) async fn login(mut call: Call) -> Outcome {
    let mut papers = Papers::read(std::mem::take(&mut call.fields))?;
    let teller = call.teller()?;
    at_this_bank(teller.bank(), Some(&papers.bank_name))?;
    let shown = papers.shown()?;
    // A password can be guessed and a signature cannot: of who signs, only codes of the second factor are
    // counted, so that nobody locks out who has a key by knowing his PAN.
    let is_guess = matches!(shown, Shown::Password(_));
    let kind = if is_guess { "" } else { "signed " };
    let alias = call.rest.tokens()?.alias(&format!("{kind}{}", papers.pan_card.expose()));
    if is_guess {
        call.rest.count_try(alias)?;
    }
    let code = papers.totp_code.take();
    // Where the bank could not say whether it was he, nothing is counted.
    let proved = prove(&call, &teller, papers, shown).await;
    let proved = proved.inspect_err(|_| call.rest.lockout.retract(&alias))?;
    let customer = proved.ok_or(Code::InvalidCredentials)?;
    if !is_guess {
        call.rest.count_try(alias)?;
    }
    let idx = customer.idx;
    // A wrong or an old code counts as a wrong password does.
    let uncounted = |error: &ApiError| {
        if ![Code::WrongTotp.parts().0, Refusal::CodeUsed.code()].contains(&error.code) {
            call.rest.lockout.retract(&alias);
        }
    };
    let step = factors::at_login(&call, idx, code.as_ref()).await.inspect_err(uncounted)?;
    let full_name = customer.name.expose().to_owned();
    let entry = Entry::make(&call.rest, Holder::Customer(idx), step).await.inspect_err(uncounted)?;
    call.rest.lockout.succeed(&alias);
    let balance = call.read(move |teller| balance_of(teller, &idx)).await?;
    let mut fields = answer(json!({
        "message": "Login successful",
        "user": {"idx": idx, "full_name": full_name, "balance": balance},
        "session": entry.session(teller.bank()),
    }));
    fields.extend(answer(entry.tokens()));
    Ok(fields)
}

/// What is on all rupee accounts of a customer.
pub(super) fn balance_of(teller: &dyn Teller, idx: &Idx) -> Answer<Paise> {
    let accounts = teller.accounts(idx)?;
    let of_rupees = accounts.iter().filter_map(|account| account.ledger.as_ref());
    let balances = of_rupees.filter(|there| there.currency == Currency::Inr).map(|there| there.balance);
    Ok(balances.fold(Paise::ZERO, |sum, balance| sum.checked_add(balance).unwrap_or(Paise(u64::MAX))))
}

/// A login with the tokens of its present turn.
struct Entry {
    login: LoginId,
    access: String,
    refresh: Refresh,
    now: TimestampMs,
}

impl Entry {
    /// Logs somebody in who has proved to be himself.
    async fn make(rest: &Arc<Rest>, holder: Holder, step: Option<u64>) -> Result<Self, ApiError> {
        let teller = rest.teller()?.clone();
        let entry = Self::draw(rest, &holder, login_id(&*teller)?)?;
        let refresh = Some(rest.tokens()?.digest(&entry.refresh.secret));
        let until = entry.now.plus(REFRESH_MS);
        teller.ask(Ask::LogIn { holder, step, id: entry.login, refresh, until }).await?;
        Ok(entry)
    }

    fn draw(rest: &Rest, holder: &Holder, login: LoginId) -> Result<Self, ApiError> {
        let teller = rest.teller()?;
        let now = teller.now();
        let access = rest.tokens()?.access(holder, login, now).ok_or(Code::Internal)?;
        Ok(Self { login, access, refresh: Refresh::draw(login, &**teller)?, now })
    }

    fn tokens(&self) -> Value {
        json!({
            "token": self.access,
            "expires_at": Time(self.now.plus(ACCESS_MS)),
            "refresh_token": self.refresh.text(),
            "refresh_expires_at": Time(self.now.plus(REFRESH_MS)),
        })
    }

    fn session(&self, bank: &BankCode) -> Value {
        json!({
            "session_id": format!("LOGIN_{}", hex::encode(self.login.0)),
            "bank_name": bank,
            "expires_at": Time(self.now.plus(ACCESS_MS)),
        })
    }
}

/// An access token for somebody whom the operator vouches for, and when it ends. It cannot be prolonged.
///
/// # Errors
/// The desk's refusal, or that the machine fails.
pub(crate) async fn issue(teller: &dyn Teller, holder: Holder) -> Result<(String, TimestampMs), RpcError> {
    let tokens = Tokens::of(teller);
    let (id, now) = (login_id(teller)?, teller.now());
    let until = now.plus(ACCESS_MS);
    let token = tokens.access(&holder, id, now);
    let token = token.ok_or_else(|| RpcError::busy("no token can be made"))?;
    let ask = Ask::LogIn { holder, step: None, id, refresh: None, until };
    teller.ask(ask).await.map_err(RpcError::desk)?;
    Ok((token, until))
}

pub(super) async fn refresh(mut call: Call) -> Outcome {
    let RefreshText(text) = Prolong::read(std::mem::take(&mut call.fields))?.refresh_token;
    let shown = Refresh::read(&text).ok_or(Code::Unauthorized)?;
    let id = shown.login;
    let kept = call.read(move |teller| teller.login(&id)).await?.ok_or(Refusal::LoginOver)?;
    let entry = Entry::draw(&call.rest, &kept.holder, id)?;
    let tokens = call.rest.tokens()?;
    let (shown, next) = (tokens.digest(&shown.secret), tokens.digest(&entry.refresh.secret));
    let until = entry.now.plus(REFRESH_MS);
    match call.teller()?.ask(Ask::TurnLogin { id, shown, next, until }).await? {
        Answered::LoggedIn => Ok(answer(entry.tokens())),
        _ => Err(Refusal::LoginOver.into()),
    }
}

pub(super) async fn logout(mut call: Call) -> Outcome {
    Nothing::read(std::mem::take(&mut call.fields))?;
    let login = call.caller.as_ref().ok_or(Code::Unauthorized)?.login;
    call.teller()?.ask(Ask::LogOut(login)).await?;
    Ok(answer(json!({"message": "Logged out"})))
}
