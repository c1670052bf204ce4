//! Being paid: which intents are for customers here, and what those customers choose.

use super::customers::moving_account;
use super::effect::{Answer, Effect};
use super::notice::{acceptance_proof, rejection_proof};
use super::refusal::Refusal;
use super::sessions::sign_in;
use super::work::{Stop, Work};
use super::{Desk, EARLY_INTENTS_MAX, WAITING_PER_CUSTOMER_MAX};
use crate::vault::{Deadline, Flagged, Incoming, Side, Status};
use idx_crypto::Signature;
use idx_types::tx::{Acceptance, TX_VERSION, Transfer};
use idx_types::{
    AccountHandle, Cancellation, Idx, NetworkDay, Notice, Rejection, Transaction, TxId, TxKind, TxSignature,
};

impl Desk {
    /// An intent from gossip: passed by without a word unless it is for a customer here and in order.
    pub(super) fn intent(&mut self, work: &mut Work<'_>, intent: Transaction) -> Result<(), Stop> {
        let verifier = work.verifier;
        self.take_in(work, intent, |intent| intent.check_signatures(verifier).is_ok())
    }

    /// An intent of a customer here, whose signature this desk has just made or checked: the receiver may be
    /// a customer here too.
    pub(super) fn own_intent(&mut self, work: &mut Work<'_>, intent: Transaction) -> Result<(), Stop> {
        self.take_in(work, intent, |_| true)
    }

    fn take_in(
        &mut self,
        work: &mut Work<'_>,
        intent: Transaction,
        is_signed: impl FnOnce(&Transaction) -> bool,
    ) -> Result<(), Stop> {
        let Some((receiver, ask)) = self.is_for(&intent) else { return Ok(()) };
        if work.draft.incoming(&intent.id())?.is_some() || !self.is_in_time(work, &intent) {
            return Ok(());
        }
        let Some(session) = work.ledger.session(&ask.from) else {
            self.keep_early(intent);
            return Ok(());
        };
        let is_by_session = intent.signatures.len() == 1 && intent.signatures[0].key == session.key;
        let is_in_order = is_by_session
            && session.home_bank == ask.from_bank
            && intent.body.created_at < session.expires_at
            && work.ledger.fee(ask.amount) == Ok(ask.fee)
            && is_signed(&intent);
        let waiting = work.draft.waiting_count(&receiver)?;
        if is_in_order && waiting < WAITING_PER_CUSTOMER_MAX {
            let (id, valid_until) = (intent.id(), intent.body.valid_until);
            let history = vec![(Status::AwaitingReceiver, work.now)];
            work.draft.add_line(receiver, (id, Side::Receiver), work.now)?;
            let here = Incoming { id, receiver, intent, handle: None, submitted: false, history };
            work.draft.put(&here);
            work.draft.put(&Deadline { valid_until, id, side: Side::Receiver });
            work.tell(receiver, &here.intent, Side::Receiver, (None, Some(Status::AwaitingReceiver)));
        }
        Ok(())
    }

    /// The customer an intent is for, by its tag.
    fn is_for<'t>(&self, intent: &'t Transaction) -> Option<(Idx, &'t Transfer)> {
        let TxKind::Transfer(ask) = &intent.body.kind else { return None };
        let is_intent = ask.accepted.is_none()
            && intent.body.version == TX_VERSION
            && intent.body.chain_id == self.home.chain_id;
        let tag = ask.tag.shown().ok().filter(|_| is_intent)?;
        Some((self.tags.customer(tag, NetworkDay::of(intent.body.created_at))?, ask))
    }

    fn is_in_time(&self, work: &Work<'_>, intent: &Transaction) -> bool {
        let body = &intent.body;
        let is_open = body.valid_until > work.now && body.valid_until >= work.ledger.time();
        is_open && body.valid_until.since(body.created_at) <= work.ledger.validity_ms_max()
    }

    /// Keeps an intent that came before its session; the oldest makes room.
    fn keep_early(&mut self, intent: Transaction) {
        if self.early.iter().any(|known| *known == intent) {
            return;
        }
        if self.early.len() >= EARLY_INTENTS_MAX {
            self.early.pop_front();
        }
        self.early.push_back(intent);
    }

    pub(super) fn accept(
        &mut self,
        work: &mut Work<'_>,
        receiver: Idx,
        id: TxId,
        handle: AccountHandle,
        given: Option<Signature>,
    ) -> Result<Answer, Stop> {
        let incoming = self.open_incoming(work, &receiver, id)?;
        let account = moving_account(work, &receiver, &handle)?;
        let TxKind::Transfer(ask) = &incoming.intent.body.kind else { return Err(Refusal::NotOpen.into()) };
        let sender = work.ledger.session(&ask.from).ok_or(Refusal::SessionExpired)?;
        if sender.account == handle {
            return Err(Refusal::SameAccount.into());
        }
        let currency = |handle| work.ledger.account(handle).map(|account| account.currency);
        if currency(&sender.account) != currency(&handle) {
            return Err(Refusal::WrongCurrency.into());
        }
        let session = self.session_of(work, &account)?;
        let proof = acceptance_proof(self.tags.key(), &receiver, id, session.id);
        let accepted = Acceptance { to: session.id, to_bank: self.home.bank, proof };
        match sign_in(work, &session, &accepted.digest(id), given)? {
            None => Ok(Answer::SignAcceptance(id, accepted)),
            Some(signature) => {
                let what = Flagged::Transfer { id, side: Side::Receiver, amount: ask.amount };
                self.weigh(work, (receiver, &handle), what)?;
                self.settle_choice(work, Incoming { handle: Some(handle), ..incoming }, accepted, signature);
                Ok(Answer::Done(id))
            }
        }
    }

    fn settle_choice(
        &mut self,
        work: &mut Work<'_>,
        mut incoming: Incoming,
        accepted: Acceptance,
        signature: TxSignature,
    ) {
        if let TxKind::Transfer(ask) = &mut incoming.intent.body.kind {
            ask.accepted = Some(accepted);
        }
        incoming.intent.signatures.push(signature);
        incoming.submitted = work.ledger.session(&accepted.to).is_some();
        let (id, was_submitted) = (incoming.id, incoming.submitted);
        let transfer = incoming.intent.clone();
        self.set_received(work, incoming, Status::Pending);
        if was_submitted {
            work.effects.push(Effect::Submit(Box::new(transfer)));
            self.show_later(work, id, Side::Receiver);
        } else {
            self.waiting.insert((id, Side::Receiver), work.now);
        }
    }

    pub(super) fn reject(&mut self, work: &mut Work<'_>, receiver: Idx, id: TxId) -> Result<Answer, Stop> {
        let incoming = self.open_incoming(work, &receiver, id)?;
        self.set_received(work, incoming, Status::Rejected);
        let proof = rejection_proof(self.tags.key(), &receiver, id);
        let (chain_id, bank) = (self.home.chain_id, self.home.bank);
        work.effects.push(Effect::SignRejection(Rejection { chain_id, bank, intent: id, proof }));
        if let Some(sent) = work.draft.outgoing(&id)?.filter(|s| s.status() == Status::AwaitingReceiver) {
            self.set_sent(work, sent, Status::Rejected)?;
        }
        Ok(Answer::Done(id))
    }

    /// A transfer for this customer that he can still choose about.
    fn open_incoming(&self, work: &Work<'_>, receiver: &Idx, id: TxId) -> Result<Incoming, Stop> {
        let incoming = work.draft.incoming(&id)?.filter(|incoming| incoming.receiver == *receiver);
        let incoming = incoming.ok_or(Refusal::UnknownTransfer)?;
        if incoming.status() != Status::AwaitingReceiver {
            return Err(Refusal::NotOpen.into());
        }
        if self.is_in_time(work, &incoming.intent) {
            Ok(incoming)
        } else {
            Err(Refusal::TransferExpired.into())
        }
    }

    /// The end of an intent, by its sender or by another bank of its receiver; a notice that proves
    /// nothing is passed by.
    pub(super) fn notice(&mut self, work: &mut Work<'_>, notice: &Notice) -> Result<(), Stop> {
        match notice {
            Notice::Rejected(signed) => {
                let (said, id) = (&signed.message, signed.message.intent);
                let Some(bank) = work.ledger.bank(said.bank) else { return Ok(()) };
                let is_signed = signed.check(&bank.consensus_key, work.verifier).is_ok();
                if !is_signed || said.chain_id != self.home.chain_id {
                    return Ok(());
                }
                let knows = |idx: &Idx| {
                    self.tags.keys().iter().any(|key| said.proof == rejection_proof(key, idx, id))
                };
                let sent = work.draft.outgoing(&id)?.filter(|sent| knows(&sent.receiver));
                let here = work.draft.incoming(&id)?.filter(|here| knows(&here.receiver));
                if let Some(sent) = sent.filter(|sent| sent.status() == Status::AwaitingReceiver) {
                    self.set_sent(work, sent, Status::Rejected)?;
                }
                self.forget_open(work, here, Status::Rejected)
            }
            Notice::Cancelled(said) => {
                let here = work.draft.incoming(&said.intent)?;
                let by_sender = |here: &Incoming| here.intent.signatures[0].key == said.signature.key;
                let digest = Cancellation::digest_of(self.home.chain_id, said.intent);
                let TxSignature { key, signature } = said.signature;
                let is_signed = work.verifier.verify(&key, &digest, &signature).is_ok();
                let here = here.filter(|here| is_signed && by_sender(here));
                self.forget_open(work, here, Status::Cancelled)
            }
        }
    }

    /// Takes a transfer away that nobody has chosen about here.
    fn forget_open(
        &mut self,
        work: &mut Work<'_>,
        incoming: Option<Incoming>,
        end: Status,
    ) -> Result<(), Stop> {
        match incoming.filter(|here| here.status() == Status::AwaitingReceiver) {
            Some(here) => self.forget(work, &here, Some(end)),
            None => Ok(()),
        }
    }
}
