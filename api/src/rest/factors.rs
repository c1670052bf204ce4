//! Second factors: six digits that change every thirty seconds (TOTP, RFC 6238, SHA-1), beside a password.
//!
//! A customer asks for a secret, gives it to his authenticator, and shows one code: from then on every login
//! needs one. A code is good once; the desk sees to that. Wrong codes lock as wrong passwords do.

use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::TotpCode;
use super::route::{Call, Outcome, answer};
use idx_bank::Secret32;
use idx_bank::desk::{Ask, Refusal};
use idx_bank::vault::SecondFactor;
use idx_types::Idx;
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

bodies! {
    /// Nothing to get a secret, then a code to confirm it.
    Enrolment { code: Option<TotpCode> }
    /// A code, to have no second factor any more.
    Farewell { code: TotpCode }
}

/// Seconds of a time step.
const PERIOD_SECONDS: u64 = 30;

fn codes_of(secret: &Secret32) -> Result<Totp, ApiError> {
    let secret = Secret::new(Box::from(*secret.expose()));
    Builder::new().with_secret(secret).build().map_err(|_| Code::Internal.into())
}

pub(super) async fn enroll(mut call: Call) -> Outcome {
    let owner = call.me()?;
    match Enrolment::read(std::mem::take(&mut call.fields))?.code {
        None => new_secret(&call, owner).await,
        Some(code) => confirm(&call, owner, &code).await,
    }
}

async fn new_secret(call: &Call, owner: Idx) -> Outcome {
    let teller = call.teller()?;
    let secret = teller.random()?;
    let text = codes_of(&secret)?.secret().to_base32();
    teller.ask(Ask::EnrollFactor { owner, secret }).await?;
    let bank = teller.bank();
    Ok(answer(json!({
        "message": "Give the secret to your authenticator, then send a code of it here.",
        "secret": text,
        "otpauth_url": format!("otpauth://totp/IDX:{bank}?secret={text}&issuer=IDX&period={PERIOD_SECONDS}"),
        "digits": 6,
        "period_seconds": PERIOD_SECONDS,
        "active": false,
    })))
}

async fn confirm(call: &Call, owner: Idx, code: &TotpCode) -> Outcome {
    let step = shown_step(call, owner, code).await?;
    call.teller()?.ask(Ask::ConfirmFactor { owner, step }).await?;
    Ok(answer(json!({"message": "Every login needs a code from now on.", "active": true})))
}

pub(super) async fn remove(mut call: Call) -> Outcome {
    let owner = call.me()?;
    let code = Farewell::read(std::mem::take(&mut call.fields))?.code;
    let step = shown_step(&call, owner, &code).await?;
    call.teller()?.ask(Ask::RemoveFactor { owner, step: Some(step) }).await?;
    Ok(answer(json!({"message": "Logins need no code any more.", "active": false})))
}

/// The time step of a good code. Wrong ones are counted against the customer.
async fn shown_step(call: &Call, owner: Idx, code: &TotpCode) -> Result<u64, ApiError> {
    let factor = call.read(move |teller| teller.second_factor(&owner)).await?.ok_or(Refusal::NoFactor)?;
    let alias = call.rest.tokens()?.alias(&owner.to_string());
    call.rest.count_try(alias)?;
    let step = step_of(call, &factor, code)?;
    call.rest.lockout.succeed(&alias);
    Ok(step)
}

/// What a login of this customer needs beside his password: the time step of a good code, or nothing.
///
/// # Errors
/// A code is needed, or this is none.
pub(super) async fn at_login(
    call: &Call,
    owner: Idx,
    code: Option<&TotpCode>,
) -> Result<Option<u64>, ApiError> {
    let factor = call.read(move |teller| teller.second_factor(&owner)).await?;
    match (factor.filter(|factor| factor.active), code) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(Refusal::CodeNeeded.into()),
        (Some(factor), Some(code)) => step_of(call, &factor, code).map(Some),
    }
}

/// Of the step before, this one or the next: clocks differ (RFC 6238, 5.2).
fn step_of(call: &Call, factor: &SecondFactor, code: &TotpCode) -> Result<u64, ApiError> {
    let now_s = call.teller()?.now().0 / 1_000;
    codes_of(&factor.secret)?.check(&code.0, now_s).ok_or_else(|| Code::WrongTotp.into())
}
