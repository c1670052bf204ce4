//! Opening a custodian's half of each envelope that an order covers, and sealing it to the judge.

use crate::docket::Story;
use crate::keys::custodian::EscrowSecret;
use idx_bank::rebuild::PrivateRecord;
use idx_chain::EnvelopeOf;
use idx_crypto::{EnvelopeError, Half, hkdf_derive, seal_half_to};
use idx_types::tx::{OrderIdentity, OrderShare, RefusalCause};
use idx_types::{Concealed, Holder, NetworkDay, Transaction, TxKind};
use std::collections::BTreeSet;

/// What a custodian puts on the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Its half of an envelope.
    Share(Box<OrderShare>),
    /// That it keeps its half, and why.
    Refuse(RefusalCause),
}

/// What is to be done for an order of which these are the envelopes. `shown` are the proven transactions,
/// among them this holder's own shares: what is released is not released again. `entropy` is 32 fresh
/// random bytes.
///
/// A refusal is final, so it comes last, and of a person only when every bank has answered.
pub fn acts(
    story: &Story,
    holder: Holder,
    envelopes: &[PrivateRecord],
    shown: &[Transaction],
    escrow: &EscrowSecret,
    entropy: &[u8; 32],
) -> Vec<Act> {
    let released = released(story, holder, shown);
    let (mut acts, mut refusal) = (Vec::new(), None);
    let left = envelopes.iter().filter(|one| !released.contains(&name_of(one)));
    for (envelope, number) in left.zip(0_u32..) {
        match half(holder, envelope, escrow) {
            Ok(half) => acts.push(share(story, holder, envelope, &half, &draw(entropy, number))),
            Err(why) => refusal = Some(why),
        }
    }
    let asked = story.asked.target.banks().count();
    let all_answered = story.asked.target.session().is_some() || story.answers().count() >= asked;
    acts.extend(refusal.filter(|_| all_answered).map(Act::Refuse));
    acts
}

/// The envelopes whose halves a holder has released already.
fn released(story: &Story, holder: Holder, shown: &[Transaction]) -> BTreeSet<EnvelopeOf> {
    let ids: BTreeSet<_> = story.shares_of(holder).map(|(tx, _)| tx).collect();
    let own = shown.iter().filter(|tx| ids.contains(&tx.id()));
    own.filter_map(|tx| match &tx.body.kind {
        TxKind::OrderShare(share) => EnvelopeOf::try_from(&share.identity).ok(),
        _ => None,
    })
    .collect()
}

fn name_of(sealed: &PrivateRecord) -> EnvelopeOf {
    match sealed.context.session {
        Some(session) => EnvelopeOf::Session(session),
        None => EnvelopeOf::Account(sealed.context.handle),
    }
}

fn half(holder: Holder, sealed: &PrivateRecord, escrow: &EscrowSecret) -> Result<Half, RefusalCause> {
    let (context, envelope) = (sealed.context.digest(), &sealed.envelope);
    let opened = escrow.with_key(NetworkDay::of(sealed.created_at), |secret| match holder {
        Holder::Company => envelope.open_company_half(secret, &context),
        Holder::Regulator(_) => envelope.open_regulator_half(secret, &context),
    });
    opened.map_err(|error| cause(holder, &error))
}

/// Every envelope is sealed to the company's key of its day: where that is not the company's own any
/// more, the key is lost. A regulator that was added later has no part of earlier envelopes.
fn cause(holder: Holder, error: &EnvelopeError) -> RefusalCause {
    match (error, holder) {
        (EnvelopeError::NotForYou { .. }, Holder::Company) => RefusalCause::KeyLost,
        (EnvelopeError::NotForYou { .. } | EnvelopeError::Missing { .. }, _) => RefusalCause::NoPart,
        _ => RefusalCause::DamagedPart,
    }
}

fn share(
    story: &Story,
    holder: Holder,
    sealed: &PrivateRecord,
    half: &Half,
    (blind, seed): &([u8; 32], [u8; 32]),
) -> Act {
    let identity = match name_of(sealed) {
        EnvelopeOf::Session(session) => OrderIdentity::Session(session),
        EnvelopeOf::Account(handle) => OrderIdentity::Account(Concealed::new(handle, *blind)),
    };
    let half = seal_half_to(&story.asked.answer_key, half, &story.id.digest(), seed);
    Act::Share(Box::new(OrderShare { order: story.id, holder, identity, half }))
}

/// A blind and a seed for one share.
fn draw(entropy: &[u8; 32], number: u32) -> ([u8; 32], [u8; 32]) {
    let draw = |domain| *hkdf_derive(entropy, domain, &number.to_le_bytes());
    (draw("idx/custodian-blind/1"), draw("idx/custodian-seed/1"))
}

#[cfg(test)]
mod tests;
