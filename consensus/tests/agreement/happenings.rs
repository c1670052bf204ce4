//! What happens to messages, pens and banks: delay, loss, partition, crash.

use crate::common::banks;
use crate::liar::mischief;
use crate::node::{Effect, Message, Unsigned};
use crate::plan::CALM_DELAY_MS;
use crate::world::{Event, Life, World};
use idx_consensus::agreement::{TimeoutId, TimeoutKind, timeout_ms};
use idx_types::{BankId, Height, PrivateHash, Round};
use rand::RngExt;

impl World {
    pub(crate) fn perform(&mut self, life: Life, effect: Effect) {
        let epoch = self.epochs.get(&life).copied().unwrap_or(0);
        match effect {
            Effect::Send(message) => self.broadcast(life, &message),
            Effect::Reply(to, message) => self.send(life.0, to, &message),
            Effect::Timer(id) => {
                // Clocks of banks differ by up to a fifth.
                let after = timeout_ms(&self.params, &id) * self.rng.random_range(90..=110) / 100;
                self.schedule(self.now_ms + after, Event::Timer { life, epoch, id });
            }
            Effect::Sign(unsigned) => {
                let at = self.pen_free(life);
                self.schedule(at, Event::Sign { life, epoch, unsigned });
            }
            Effect::MakeValue(height, round) => {
                let at = self.now_ms + self.rng.random_range(1..=30);
                self.schedule(at, Event::Value { life, epoch, height, round });
            }
            Effect::Final(certificate) => self.on_final(life, certificate),
        }
    }

    /// A signature takes a moment; wishes are signed in the order in which they came.
    pub(crate) fn pen_free(&mut self, life: Life) -> u64 {
        let at = self.now_ms + self.rng.random_range(0..=3);
        let pen = self.pens.entry(life).or_default();
        *pen = at.max(*pen);
        *pen
    }

    pub(crate) fn broadcast(&mut self, from: Life, message: &Message) {
        for to in (0..self.plan.banks as u16).map(BankId).filter(|to| *to != from.0) {
            if self.speaks_to(from, to, message) {
                self.send(from.0, to, message);
            }
        }
    }

    /// The liar's lives talk to different banks, mostly.
    pub(crate) fn speaks_to(&mut self, from: Life, to: BankId, message: &Message) -> bool {
        let is_liar = self.plan.liar == Some(from.0.0);
        let side = (u64::from(to.0) + message.height().0 + u64::from(from.1)).is_multiple_of(2);
        !is_liar || side || self.rng.random_range(0..100) < 15
    }

    pub(crate) fn send(&mut self, from: BankId, to: BankId, message: &Message) {
        let storm = self.is_storm();
        let (loss, twice, delay_max) = match storm {
            true => (self.plan.loss_percent, self.plan.duplicate_percent, self.plan.delay_ms_max),
            false => (0, 0, CALM_DELAY_MS),
        };
        if storm && self.blocked.contains(&(from, to)) {
            return;
        }
        let copies = 1 + u32::from(self.rng.random_range(0..100) < twice);
        for _ in 0..copies {
            if self.rng.random_range(0..100) >= loss {
                let at = self.now_ms + self.rng.random_range(1..=delay_max);
                self.schedule(at, Event::Deliver { to, from, message: message.clone() });
            }
        }
    }

    pub(crate) fn deliver(&mut self, to: BankId, from: BankId, message: Message) {
        if self.down.contains(&to) {
            return;
        }
        if let Message::Vote(vote) = &message {
            let vote = vote.message;
            let key = (to, vote.height, vote.round, vote.kind, vote.value, vote.bank);
            if self.plan.relays && self.plan.liar != Some(to.0) && self.relayed.insert(key) {
                self.broadcast((to, 0), &message);
            }
        }
        self.with_node((to, 0), |node, fx| node.receive(from, message.clone(), fx));
        self.with_node((to, 1), |node, fx| node.receive(from, message, fx));
    }

    pub(crate) fn on_timer(&mut self, life: Life, id: TimeoutId) {
        if self.plan.liar == Some(life.0.0) && id.kind == TimeoutKind::Rebroadcast {
            let set = banks(self.plan.banks);
            let lie = mischief(&mut self.rng, &set, life.0, id.height, id.round);
            self.broadcast(life, &lie);
        }
        self.with_node(life, |node, fx| node.on_timer(id, fx));
    }

    /// Signs; in a storm the bank may die between making a vote durable and sending it.
    pub(crate) fn sign(&mut self, life: Life, unsigned: Unsigned) {
        let dies = self.is_storm() && self.plan.crashes > 0 && self.rng.random_range(0..100) < 2;
        let is_liar = self.plan.liar == Some(life.0.0);
        let mut effects = Vec::new();
        if let Some(node) = self.nodes.get_mut(&life) {
            node.sign(unsigned, &mut effects);
        }
        if !is_liar && !effects.is_empty() {
            self.remember_signed(unsigned);
        }
        for effect in effects {
            // What is final is durable; everything else can be lost.
            if !dies || is_liar || matches!(effect, Effect::Final(_)) {
                self.perform(life, effect);
            }
        }
        if dies && !is_liar {
            self.crash(life.0);
        }
    }

    pub(crate) fn crash(&mut self, bank: BankId) {
        if self.down.contains(&bank) {
            return;
        }
        self.stop(bank);
        let after = self.rng.random_range(1..=4_000);
        self.schedule(self.now_ms + after, Event::Restart(bank));
    }

    pub(crate) fn restart_after_loss(&mut self, bank: BankId) {
        if !self.down.remove(&bank) {
            return;
        }
        let (synced, all) = self.nodes[&(bank, 0)].log_span();
        let kept = self.rng.random_range(synced..=all);
        self.with_node((bank, 0), |node, fx| node.restart(kept, fx));
    }

    /// Some banks are cut off from some others; in half of the cases one way only.
    pub(crate) fn partition(&mut self) {
        let (cut, both): (u32, bool) = (self.rng.random(), self.rng.random());
        let side = |bank: u16| cut >> bank & 1;
        for a in 0..self.plan.banks as u16 {
            for b in 0..self.plan.banks as u16 {
                if side(a) < side(b) || (both && side(a) != side(b)) {
                    self.blocked.insert((BankId(a), BankId(b)));
                }
            }
        }
    }

    pub(crate) fn fresh_value(&mut self, life: Life, height: Height, round: Round) -> PrivateHash {
        let mut bytes: [u8; 32] = self.rng.random();
        (bytes[0], bytes[1], bytes[2], bytes[3]) = (life.1, life.0.0 as u8, height.0 as u8, round.0 as u8);
        PrivateHash(bytes)
    }
}
