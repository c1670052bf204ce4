//! The simulated shell: fulfils what a mind wishes for, in order, waiting for the disk where the
//! node's shell would.

use crate::checks::{Checks, Violation};
use crate::disk::DiskFailure;
use crate::mutant::Mutant;
use crate::world::{Happening, World};
use idx_consensus::mining::{self, Stop};
use idx_replica::{Effect, Event, HaltReason, Input, JournalError, OwnMessage, Unsigned};
use idx_types::{EpochKey, NetworkKey, PublicHeader, Signed, TimestampMs};
use rand::RngExt;
use std::num::NonZeroUsize;

/// How a shell goes on after an effect.
enum Next {
    /// With the next effect.
    On,
    /// When the disk is done.
    Wait,
    /// Not at all: the process ends.
    Ended(String),
    /// Not at all: the power failed.
    PowerCut,
}

impl World {
    /// Gives a mind an input, if it is still the same incarnation.
    pub(crate) fn feed_if(&mut self, node: usize, incarnation: u64, input: Input) -> Result<(), Violation> {
        if self.nodes[node].incarnation() == incarnation { self.feed(node, input) } else { Ok(()) }
    }

    /// Gives a mind an input and performs what it wishes for; later, if the machine is busy.
    pub(crate) fn feed(&mut self, node: usize, input: Input) -> Result<(), Violation> {
        if self.nodes[node].is_busy() {
            self.nodes[node].wait(input);
            return Ok(());
        }
        let now = self.clock(node);
        let effects = self.nodes[node].step(now, input);
        if !effects.is_empty() && self.nodes[node].doomed {
            // The power fails in the middle of a step: what comes after it never happens.
            let done = self.rng.random_range(0..=effects.len());
            self.nodes[node].work.effects = effects.into_iter().take(done).collect();
            self.perform_all(node)?;
            self.injected.felt(node, "CutInStep");
            return self.power_cut(node, "in the middle of a step");
        }
        self.nodes[node].work.effects = effects.into();
        self.perform_all(node)
    }

    /// The disk has done what was asked, or the process goes on: so does the shell.
    pub(crate) fn go_on(&mut self, node: usize, incarnation: u64) -> Result<(), Violation> {
        if self.nodes[node].incarnation() != incarnation || !self.nodes[node].is_up() {
            return Ok(());
        }
        if self.nodes[node].work.on_disk {
            self.nodes[node].work.on_disk = false;
            self.nodes[node].work.disk_done = true;
        }
        if !self.nodes[node].paused {
            self.perform_all(node)?;
        }
        while !self.nodes[node].is_busy()
            && let Some(input) = self.nodes[node].work.inputs.pop_front()
        {
            self.feed(node, input)?;
        }
        Ok(())
    }

    fn perform_all(&mut self, node: usize) -> Result<(), Violation> {
        while let Some(effect) = self.nodes[node].work.effects.pop_front() {
            if self.must_wait_for_disk(node, &effect) {
                self.nodes[node].work.effects.push_front(effect);
                return Ok(());
            }
            match self.perform(node, effect)? {
                Next::On => {}
                Next::Wait => return Ok(()),
                Next::Ended(why) => return self.process_ended(node, &why),
                Next::PowerCut => return self.power_cut(node, "in the middle of a write"),
            }
        }
        Ok(())
    }

    /// What is written becomes durable when the disk is done, and the shell waits for it.
    fn must_wait_for_disk(&mut self, node: usize, effect: &Effect) -> bool {
        let machine = &mut self.nodes[node];
        let writes = matches!(effect, Effect::SyncJournal | Effect::Commit(_));
        if !writes || machine.sync_ms == 0 || std::mem::take(&mut machine.work.disk_done) {
            return false;
        }
        machine.work.on_disk = true;
        self.injected.felt(node, "SlowDisk");
        let machine = &self.nodes[node];
        let (after_ms, incarnation) = (machine.sync_ms, machine.incarnation());
        self.at(after_ms, Happening::GoOn { node, incarnation });
        true
    }

    fn soon(&mut self, node: usize, input: Input) {
        let incarnation = self.nodes[node].incarnation();
        self.at(0, Happening::Input { to: node, incarnation, input });
    }

    fn perform(&mut self, node: usize, effect: Effect) -> Result<Next, Violation> {
        match effect {
            Effect::Gossip(message) => self.gossip(node, message)?,
            Effect::Request(peer, id, request) => self.request(node, peer, id, request),
            Effect::Respond(ticket, response) => {
                if let Some((to, id)) = self.nodes[node].take_ticket(ticket) {
                    self.send_response(node, to, id, response);
                }
            }
            Effect::Recheck(peer, message) => {
                if let Some(from) = self.node_of(node, peer) {
                    self.at(0, Happening::Gossip { from, to: node, message });
                }
            }
            Effect::Sign(unsigned) => {
                let signed = self.sign(node, unsigned);
                self.soon(node, Input::Signed(signed));
            }
            Effect::DrawKey(epoch) => {
                let key = EpochKey::new(epoch, self.rng.random::<[u8; 32]>().into());
                self.soon(node, Input::KeyDrawn(key));
            }
            Effect::Log(..) | Effect::SyncJournal | Effect::Commit(_) => return self.write(node, effect),
            Effect::Mine(header) => self.mine(node, *header),
            Effect::CancelMining => self.nodes[node].search += 1,
            Effect::SetTimer(timer, after_ms) => {
                let generation = self.nodes[node].set_timer(timer);
                let incarnation = self.nodes[node].incarnation();
                self.at(after_ms, Happening::Timer { to: node, incarnation, timer, generation });
            }
            Effect::Publish(event) => self.publish(node, &event)?,
            Effect::Answer(token, answer) => {
                if let Err(reason) = answer {
                    self.door_refused(node, token, reason)?;
                }
            }
            Effect::Blame(peer, what) => {
                self.note(node, || format!("blames {peer:?}: {what}"));
                self.on_blame(node, peer, what)?;
            }
            Effect::Warn(reason) => self.note(node, || format!("takes part no more: {reason}")),
            Effect::Halt(reason) => return self.on_halt(node, reason),
        }
        Ok(Next::On)
    }

    /// Effects on disks.
    fn write(&mut self, node: usize, effect: Effect) -> Result<Next, Violation> {
        let mutant = self.plan.mutant;
        let machine = &mut self.nodes[node];
        let Some(journal) = machine.journal.as_mut() else { return Ok(Next::Wait) };
        let result = match effect {
            Effect::Log(height, entry) => {
                machine.promises.log(height, &entry, machine.identity.bank);
                journal.log(height, &entry)
            }
            Effect::SyncJournal if mutant == Some(Mutant::SyncSkipped) => Ok(()),
            Effect::SyncJournal => {
                machine.promises.sync();
                journal.sync()
            }
            Effect::Commit(finalized) => {
                if !machine.disk.commit(&finalized, mutant) {
                    self.injected.felt(node, "FullDisk");
                    return Ok(Next::Ended("no space is left for the block store".to_owned()));
                }
                let height = finalized.certified.height();
                let abstention = machine.insight().map(|insight| insight.abstention);
                let result =
                    abstention.map_or(Ok(()), |abstention| journal_of(machine).committed(height, abstention));
                self.soon(node, Input::Committed(height));
                result
            }
            _ => Ok(()),
        };
        Ok(match result {
            Ok(()) => Next::On,
            Err(error) => return self.cannot_write(node, &error),
        })
    }

    /// The journal refused an entry: the plan is the cause, or the log is.
    fn cannot_write(&mut self, node: usize, error: &JournalError) -> Result<Next, Violation> {
        let failure = match error {
            JournalError::Log(error) => self.nodes[node].disk.failure(error),
            _ => None,
        };
        match failure {
            Some(DiskFailure::NoRoom) => {
                self.injected.felt(node, "FullDisk");
                Ok(Next::Ended(error.to_string()))
            }
            Some(DiskFailure::PowerCut) => {
                self.injected.felt(node, "CutInWrite");
                Ok(Next::PowerCut)
            }
            None => Err(Violation(format!("bank {node} cannot write its journal: {error}"))),
        }
    }

    /// Only liars may be blamed.
    fn on_blame(&self, node: usize, peer: NetworkKey, what: &str) -> Result<(), Violation> {
        let liar = self.node_of(node, peer).is_some_and(|peer| self.nodes[peer].lie.is_some());
        // Two chains blame each other, rightly.
        let forked = self.checks.forks().next().is_some();
        if liar || forked {
            Ok(())
        } else {
            Err(Violation(format!("bank {node} blames honest {peer:?}: {what}")))
        }
    }

    /// A mind stops itself. An old release does when the rules move on, and is upgraded; two liars
    /// can make a fork, which must be found out; anything else is a broken promise.
    fn on_halt(&mut self, node: usize, reason: HaltReason) -> Result<Next, Violation> {
        match reason {
            HaltReason::UnknownProtocol { version, known, .. } if version > known => {
                self.nodes[node].release = version;
                Ok(Next::Ended(reason.to_string()))
            }
            HaltReason::Fork { .. } if self.checks.tolerates_forks() => {
                self.note(node, || format!("halts: {reason}"));
                self.halted.push((node, reason));
                self.nodes[node].stop();
                Ok(Next::Wait)
            }
            reason => Err(Violation(format!("bank {node} halted: {reason}"))),
        }
    }

    fn sign(&self, node: usize, unsigned: Unsigned) -> OwnMessage {
        let signer = &*self.nodes[node].identity.signer;
        match unsigned {
            Unsigned::Header(header) => OwnMessage::Header(Box::new(Signed::new(*header, signer))),
            Unsigned::Verdicts(verdicts) => OwnMessage::Verdicts(Signed::new(verdicts, signer)),
            Unsigned::Proposal(proposal) => OwnMessage::Proposal(Signed::new(proposal, signer)),
            Unsigned::Vote(vote) => OwnMessage::Vote(Signed::new(vote, signer)),
            Unsigned::Transaction(body) => OwnMessage::Transaction(Box::new(body.sign(&[signer]))),
        }
    }

    fn mine(&mut self, node: usize, header: PublicHeader) {
        let one = NonZeroUsize::MIN;
        let Some(found) = mining::search(&header, one, &Stop::default()) else { return };
        let ms = self.rng.random_range(1..20);
        let header = PublicHeader { nonce: found.nonce, ..header };
        let header = self.mined_by(node, header);
        let incarnation = self.nodes[node].incarnation();
        let input = Input::Mined(Box::new(header), ms);
        self.at(u64::from(ms), Happening::Input { to: node, incarnation, input });
    }

    fn publish(&mut self, node: usize, event: &Event) -> Result<(), Violation> {
        let Event::Final(height) = event else { return Ok(()) };
        self.note(node, || {
            let (header, commit) = (&height.public.header, &height.commit);
            let txs = height.public.transactions.len();
            let signers: Vec<_> = commit.signatures.iter().map(|(bank, _)| bank.0).collect();
            format!(
                "height {} is final: {} in round {}, {txs} transactions, signed by {signers:?}",
                header.height, commit.value, commit.round
            )
        });
        for tx in &height.public.transactions {
            if self.nodes[node].state().is_some_and(|state| state.is_settled(&tx.id())) {
                self.stopwatch.stop(&tx.id(), self.now_ms);
            }
        }
        if self.clocks_right {
            Checks::timely(height, TimestampMs(self.now_ms))?;
        }
        let bank = self.bank(node);
        let twin = self.is_twin(node);
        match self.nodes[node].state() {
            Some(state) if !twin => {
                self.checks.announced(node, height);
                self.checks.finalised(bank, height, state)
            }
            _ => Ok(()),
        }
    }
}

fn journal_of(machine: &mut crate::node::Node) -> &mut idx_replica::Journal {
    machine.journal.as_mut().expect("a machine that performs effects is up")
}
