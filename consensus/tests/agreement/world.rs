//! The small world: one clock, one queue, one source of chance. Same seed, same run.
//!
//! After every step it checks what must never happen: two values final at one height, a bank
//! contradicting itself, proof against an honest bank, a certificate that is none.

use crate::common::banks;
use crate::node::{Effect, Message, Node, Unsigned};
use crate::plan::Plan;
use idx_consensus::agreement::TimeoutId;
use idx_types::{BankId, CommitCertificate, Height, Params, PrivateHash, Round, VoteKind};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A bank, and which of its two lives if it is the liar.
pub type Life = (BankId, u8);

/// What is to come.
#[derive(Debug)]
pub enum Event {
    Deliver { to: BankId, from: BankId, message: Message },
    Timer { life: Life, epoch: u32, id: TimeoutId },
    Sign { life: Life, epoch: u32, unsigned: Unsigned },
    Value { life: Life, epoch: u32, height: Height, round: Round },
    Crash(BankId),
    Restart(BankId),
    Partition,
    Heal,
}

pub struct World {
    pub plan: Plan,
    pub(crate) params: Params,
    pub(crate) rng: ChaCha8Rng,
    pub now_ms: u64,
    pub(crate) queue: BTreeMap<(u64, u64), Event>,
    pub(crate) events: u64,
    pub nodes: BTreeMap<Life, Node>,
    pub(crate) down: BTreeSet<BankId>,
    pub(crate) epochs: BTreeMap<Life, u32>,
    pub(crate) pens: BTreeMap<Life, u64>,
    pub(crate) blocked: BTreeSet<(BankId, BankId)>,
    pub(crate) relayed: BTreeSet<(BankId, Height, Round, VoteKind, Option<PrivateHash>, BankId)>,
    pub(crate) signed: BTreeMap<(BankId, Height, Round, u8), Option<PrivateHash>>,
    pub decided: BTreeMap<Height, PrivateHash>,
    /// Certificates in the order in which banks got them, with the time.
    pub finals: Vec<(u64, BankId, CommitCertificate)>,
    pub(crate) trace: DefaultHasher,
}

impl World {
    pub fn new(plan: Plan, seed: u64) -> Self {
        let mut world = Self {
            params: Params::default(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            now_ms: 0,
            queue: BTreeMap::new(),
            events: 0,
            nodes: BTreeMap::new(),
            down: BTreeSet::new(),
            epochs: BTreeMap::new(),
            pens: BTreeMap::new(),
            blocked: BTreeSet::new(),
            relayed: BTreeSet::new(),
            signed: BTreeMap::new(),
            decided: BTreeMap::new(),
            finals: Vec::new(),
            trace: DefaultHasher::new(),
            plan,
        };
        world.people();
        world.foretell();
        world
    }

    fn people(&mut self) {
        let set = banks(self.plan.banks);
        for id in (0..self.plan.banks as u16).filter(|id| !self.plan.silent.contains(id)) {
            let lives = if self.plan.liar == Some(id) { 2 } else { 1 };
            for life in 0..lives {
                let node = Node::new(BankId(id), set.clone(), self.plan.quorums());
                self.nodes.insert((BankId(id), life), node);
            }
        }
        let lives: Vec<_> = self.nodes.keys().copied().collect();
        for life in lives {
            self.with_node(life, |node, fx| node.start_height(fx));
        }
    }

    /// Draws crashes and partitions of the storm.
    fn foretell(&mut self) {
        let honest: Vec<_> = self.honest().map(|node| node.id).collect();
        for _ in 0..self.plan.crashes {
            let bank = honest[self.rng.random_range(0..honest.len())];
            let at = self.rng.random_range(0..=self.plan.storm_ms);
            self.schedule(at, Event::Crash(bank));
        }
        for _ in 0..self.plan.partitions {
            let at = self.rng.random_range(0..=self.plan.storm_ms);
            self.schedule(at, Event::Partition);
            let lasts = self.rng.random_range(0..=self.plan.storm_ms);
            self.schedule(lasts, Event::Heal);
        }
    }

    /// A silent bank begins to speak, knowing nothing.
    pub fn awake(&mut self, bank: BankId) {
        self.plan.silent.remove(&bank.0);
        let node = Node::new(bank, banks(self.plan.banks), self.plan.quorums());
        self.nodes.insert((bank, 0), node);
        self.with_node((bank, 0), |node, fx| node.start_height(fx));
    }

    /// A bank stops, with its log as it is.
    pub fn stop(&mut self, bank: BankId) {
        self.down.insert(bank);
        *self.epochs.entry((bank, 0)).or_default() += 1;
    }

    /// A stopped bank comes back.
    pub fn restart(&mut self, bank: BankId) {
        if self.down.remove(&bank) {
            let kept = self.nodes[&(bank, 0)].log.len();
            self.with_node((bank, 0), |node, fx| node.restart(kept, fx));
        }
    }

    /// The banks that neither lie nor stay silent.
    pub fn honest(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().filter(|node| Some(node.id.0) != self.plan.liar)
    }

    pub fn is_finished(&self) -> bool {
        self.honest().all(|node| node.chain.len() as u64 >= self.plan.heights)
    }

    /// A digest of all that happened.
    pub fn trace(&self) -> u64 {
        self.trace.finish()
    }

    /// Runs until all honest banks have all heights, or the time is over. Says which.
    pub fn run(&mut self, until_ms: u64) -> bool {
        while !self.is_finished() {
            match self.queue.first_key_value() {
                Some(((at, _), _)) if *at <= until_ms => self.next(),
                _ => return false,
            }
        }
        true
    }

    fn next(&mut self) {
        let Some(((at, _), event)) = self.queue.pop_first() else { return };
        self.now_ms = at;
        self.note(&event);
        match event {
            Event::Deliver { to, from, message } => self.deliver(to, from, message),
            Event::Timer { life, epoch, id } if self.is_alive(life, epoch) => self.on_timer(life, id),
            Event::Sign { life, epoch, unsigned } if self.is_alive(life, epoch) => self.sign(life, unsigned),
            Event::Value { life, epoch, height, round } if self.is_alive(life, epoch) => {
                let value = self.fresh_value(life, height, round);
                self.with_node(life, |node, fx| node.on_value(height, round, value, fx));
            }
            Event::Crash(bank) => self.crash(bank),
            Event::Restart(bank) => self.restart_after_loss(bank),
            Event::Partition => self.partition(),
            Event::Heal => self.blocked.clear(),
            Event::Timer { .. } | Event::Sign { .. } | Event::Value { .. } => {}
        }
    }

    fn note(&mut self, event: &Event) {
        self.now_ms.hash(&mut self.trace);
        match event {
            Event::Deliver { to, from, message } => {
                (0, to, from, message.height()).hash(&mut self.trace);
                if let Message::Vote(vote) = message {
                    (vote.message.round, vote.message.kind, vote.message.value).hash(&mut self.trace);
                }
            }
            Event::Timer { life, id, .. } => (1, life, id).hash(&mut self.trace),
            Event::Sign { life, .. } => (2, life).hash(&mut self.trace),
            Event::Value { life, round, .. } => (3, life, round).hash(&mut self.trace),
            Event::Crash(bank) | Event::Restart(bank) => (4, bank).hash(&mut self.trace),
            Event::Partition | Event::Heal => 5.hash(&mut self.trace),
        }
    }

    fn is_alive(&self, life: Life, epoch: u32) -> bool {
        !self.down.contains(&life.0) && self.epochs.get(&life).copied().unwrap_or(0) == epoch
    }

    pub(crate) fn is_storm(&self) -> bool {
        self.now_ms < self.plan.storm_ms
    }

    pub(crate) fn schedule(&mut self, at_ms: u64, event: Event) {
        self.events += 1;
        self.queue.insert((at_ms, self.events), event);
    }

    pub(crate) fn with_node(&mut self, life: Life, act: impl FnOnce(&mut Node, &mut Vec<Effect>)) {
        let mut effects = Vec::new();
        if let Some(node) = self.nodes.get_mut(&life) {
            act(node, &mut effects);
        }
        for effect in effects {
            self.perform(life, effect);
        }
    }

    pub(crate) fn remember_signed(&mut self, unsigned: Unsigned) {
        let (place, value) = match unsigned {
            Unsigned::Vote(v) => ((v.bank, v.height, v.round, v.kind as u8), v.value),
            Unsigned::Proposal(p) => ((p.bank, p.height, p.round, 2), Some(p.value)),
        };
        let before = *self.signed.entry(place).or_insert(value);
        assert_eq!(before, value, "{} signed two things at {place:?}", place.0);
    }

    pub(crate) fn on_final(&mut self, life: Life, certificate: CommitCertificate) {
        let first = *self.decided.entry(certificate.height).or_insert(certificate.value);
        assert_eq!(first, certificate.value, "two values final at height {}", certificate.height);
        let signers: BTreeSet<_> = certificate.signatures.iter().map(|(bank, _)| *bank).collect();
        assert!(signers.len() >= self.plan.quorums().quorum, "{certificate:?}");
        assert!(certificate.signatures.is_sorted_by_key(|(bank, _)| *bank));
        for bank in signers.into_iter().filter(|bank| Some(bank.0) != self.plan.liar) {
            let place = (bank, certificate.height, certificate.round, VoteKind::Precommit as u8);
            assert_eq!(self.signed.get(&place), Some(&Some(certificate.value)), "{bank} signed no such vote");
        }
        self.finals.push((self.now_ms, life.0, certificate));
    }
}
