//! Paying: from a customer's wish to an intent that the other banks know, and taking it back.

use super::customers::moving_account;
use super::effect::{Answer, Effect};
use super::input::Recipient;
use super::refusal::Refusal;
use super::sessions::{is_running, sign_in};
use super::work::{Stop, Work};
use super::{Desk, HOLDS_PER_ACCOUNT_MAX, SEND_LIFE_MS_MIN};
use crate::Memo;
use crate::pseudonym::receiver_tag;
use crate::vault::{BankAccount, Deadline, Flagged, Hold, OpenedSession, Outgoing, SentMemo, Side, Status};
use idx_crypto::{Hash32, Signature};
use idx_types::tx::{TX_VERSION, Transfer};
use idx_types::wire::DeskGossip;
use idx_types::{
    AccountHandle, Cancellation, Concealed, Idx, NetworkDay, Notice, Paise, Transaction, TxBody, TxId, TxKind,
};

impl Desk {
    pub(super) fn send(
        &mut self,
        work: &mut Work<'_>,
        sender: Idx,
        handle: AccountHandle,
        to: &Recipient,
        (amount, life_ms): (Paise, Option<u64>),
    ) -> Result<Answer, Stop> {
        let account = moving_account(work, &sender, &handle)?;
        let receiver = recipient(work, &sender, to)?;
        let valid_until = work.now.plus(life(work, life_ms)?);
        let fee = fee_of(work, amount)?;
        check_funds(work, &account, amount, fee)?;
        let session = self.session_of(work, &account)?;
        let kind = self.asked(work, &session, receiver, (amount, fee));
        let body = self.body(work, kind, valid_until);
        let digest = Hash32(body.id().0);
        match sign_in(work, &session, &digest, None)? {
            None => Ok(Answer::SignIntent(Box::new(body))),
            Some(signature) => {
                let intent = Transaction { body, signatures: vec![signature] };
                self.place(work, &account, receiver, intent)
            }
        }
    }

    /// An intent that a customer with an own key was given to sign, or made himself by the same rules.
    pub(super) fn send_signed(
        &mut self,
        work: &mut Work<'_>,
        receiver: Idx,
        intent: Transaction,
        memo: Option<Memo>,
    ) -> Result<Answer, Stop> {
        let TxKind::Transfer(ask) = &intent.body.kind else { return Err(Refusal::MalformedIntent.into()) };
        let session = work.draft.session_of_id(&ask.from)?.ok_or(Refusal::MalformedIntent)?;
        // First of all: whoever did not sign learns nothing of the account.
        let is_by_session = intent.signatures.len() == 1 && intent.signatures[0].key == session.key;
        if !is_by_session || intent.check_signatures(work.verifier).is_err() {
            return Err(Refusal::BadSignature.into());
        }
        let account = moving_account(work, &session.owner, &session.handle)?;
        let amount = ask.amount;
        if NetworkDay::of(intent.body.created_at) != work.day() || !is_running(work, &session) {
            return Err(Refusal::SessionExpired.into());
        }
        if !self.is_as_asked(work, &intent.body, receiver, fee_of(work, amount)?) {
            return Err(Refusal::MalformedIntent.into());
        }
        if work.draft.outgoing(&intent.id())?.is_some() {
            return Ok(Answer::Sent(intent.id()));
        }
        check_funds(work, &account, amount, fee_of(work, amount)?)?;
        let answer = self.place(work, &account, receiver, intent)?;
        Ok(note(work, account.owner, answer, memo))
    }

    fn asked(
        &self,
        work: &mut Work<'_>,
        session: &OpenedSession,
        receiver: Idx,
        (amount, fee): (Paise, Paise),
    ) -> TxKind {
        let tag = receiver_tag(self.tags.key(), &receiver, work.day());
        TxKind::Transfer(Transfer {
            from: session.id,
            from_bank: self.home.bank,
            amount,
            fee,
            tag: Concealed::new(tag, work.draft.entropy().draw()),
            accepted: None,
        })
    }

    fn is_as_asked(&self, work: &Work<'_>, body: &TxBody, receiver: Idx, fee: Paise) -> bool {
        let TxKind::Transfer(ask) = &body.kind else { return false };
        let tag = receiver_tag(self.tags.key(), &receiver, NetworkDay::of(body.created_at));
        body.version == TX_VERSION
            && body.chain_id == self.home.chain_id
            && body.created_at <= work.now
            && body.valid_until > work.now
            && body.valid_until.since(body.created_at) <= work.ledger.validity_ms_max()
            && ask.from_bank == self.home.bank
            && ask.fee == fee
            && ask.accepted.is_none()
            && ask.tag.shown() == Ok(&tag)
    }

    /// Holds the money and lets the intent out, at once or when its session is on the ledger.
    fn place(
        &mut self,
        work: &mut Work<'_>,
        account: &BankAccount,
        receiver: Idx,
        intent: Transaction,
    ) -> Result<Answer, Stop> {
        let TxKind::Transfer(ask) = &intent.body.kind else { return Err(Refusal::MalformedIntent.into()) };
        let (id, valid_until) = (intent.id(), intent.body.valid_until);
        let cost = ask.amount.checked_add(ask.fee).ok_or(Refusal::AmountTooLarge)?;
        let session = ask.from;
        let what = Flagged::Transfer { id, side: Side::Sender, amount: ask.amount };
        self.weigh(work, (account.owner, &account.handle), what)?;
        work.draft.hold_money(&Hold { handle: account.handle, id, amount: cost })?;
        work.draft.put(&Deadline { valid_until, id, side: Side::Sender });
        let history = vec![(Status::AwaitingReceiver, work.now)];
        let (sender, handle) = (account.owner, account.handle);
        let mut sent = Outgoing { id, sender, handle, receiver, intent, gossiped: false, history };
        work.draft.add_line(sender, (id, Side::Sender), work.now)?;
        work.tell(sender, &sent.intent, Side::Sender, (None, Some(Status::AwaitingReceiver)));
        if work.ledger.session(&session).is_some() {
            self.let_out(work, &mut sent)?;
        } else {
            work.draft.put(&sent);
            self.waiting.insert((id, Side::Sender), work.now);
        }
        Ok(Answer::Sent(id))
    }

    /// Shows an intent to the other banks, and to this one.
    pub(super) fn let_out(&mut self, work: &mut Work<'_>, sent: &mut Outgoing) -> Result<(), Stop> {
        sent.gossiped = true;
        work.draft.put(sent);
        self.show_later(work, sent.id, Side::Sender);
        work.effects.push(Effect::Gossip(DeskGossip::Intent(Box::new(sent.intent.clone()))));
        self.own_intent(work, sent.intent.clone())
    }

    pub(super) fn cancel(
        &mut self,
        work: &mut Work<'_>,
        sender: Idx,
        id: TxId,
        given: Option<Signature>,
    ) -> Result<Answer, Stop> {
        let sent = work.draft.outgoing(&id)?.filter(|sent| sent.sender == sender);
        let sent = sent.ok_or(Refusal::UnknownTransfer)?;
        if sent.status() != Status::AwaitingReceiver {
            return Err(Refusal::NotOpen.into());
        }
        let TxKind::Transfer(ask) = &sent.intent.body.kind else { return Err(Refusal::NotOpen.into()) };
        let session = work.draft.session_of_id(&ask.from)?.ok_or(Refusal::SessionExpired)?;
        let digest = Cancellation::digest_of(self.home.chain_id, id);
        let Some(signature) = sign_in(work, &session, &digest, given)? else {
            return Ok(Answer::SignDigest(digest));
        };
        if sent.gossiped {
            let cancellation = Cancellation { chain_id: self.home.chain_id, intent: id, signature };
            work.effects.push(Effect::Gossip(DeskGossip::Notice(Box::new(Notice::Cancelled(cancellation)))));
        }
        self.set_sent(work, sent, Status::Cancelled)?;
        if let Some(here) = work.draft.incoming(&id)? {
            self.forget(work, &here, Some(Status::Cancelled))?;
        }
        Ok(Answer::Done(id))
    }
}

/// Keeps what a transfer is for, in the step that makes it.
pub(super) fn note(work: &mut Work<'_>, sender: Idx, answer: Answer, memo: Option<Memo>) -> Answer {
    if let (Answer::Sent(id), Some(memo)) = (&answer, memo) {
        work.draft.put(&SentMemo { id: *id, sender, memo });
    }
    answer
}

fn recipient(work: &Work<'_>, sender: &Idx, to: &Recipient) -> Result<Idx, Stop> {
    match to {
        Recipient::Idx(idx) => Ok(*idx),
        Recipient::Contact(nickname) => {
            Ok(work.draft.contact(sender, nickname)?.ok_or(Refusal::UnknownContact)?.idx)
        }
    }
}

/// How long a transfer shall live, within what the ledger and the desk allow.
fn life(work: &Work<'_>, asked: Option<u64>) -> Result<u64, Stop> {
    let longest = work.ledger.validity_ms_max();
    let life = asked.unwrap_or(longest);
    let is_allowed = life <= longest && (asked.is_none() || life >= SEND_LIFE_MS_MIN);
    if is_allowed { Ok(life) } else { Err(Refusal::BadLifetime.into()) }
}

fn fee_of(work: &Work<'_>, amount: Paise) -> Result<Paise, Stop> {
    work.ledger.fee(amount).map_err(|reason| Refusal::of_amount(reason).into())
}

/// The balance less all holds must cover amount and fee.
pub(super) fn check_funds(
    work: &Work<'_>,
    account: &BankAccount,
    amount: Paise,
    fee: Paise,
) -> Result<(), Stop> {
    let cost = amount.checked_add(fee).ok_or(Refusal::AmountTooLarge)?;
    let held = work.draft.hold_total(&account.handle)?;
    if held.count >= HOLDS_PER_ACCOUNT_MAX {
        return Err(Refusal::TooManyOpenTransfers.into());
    }
    let balance = work.ledger.account(&account.handle).ok_or(Refusal::AccountNotOpen)?.balance;
    let free = balance.checked_sub(held.amount);
    if free.is_some_and(|free| free >= cost) { Ok(()) } else { Err(Refusal::InsufficientFunds.into()) }
}
