//! The words of banks that are counted: votes and verdicts.

use super::script::Script;
use crate::stage::{BANKS, banks, signed};
use crate::tape::Tape;
use idx_types::vote::VoteBundle;
use idx_types::wire::Gossip;
use idx_types::{
    CommitCertificate, ForkProof, Height, PreparedTx, PrivateHash, PublicHeader, Round, TxHash, Verdict,
    Vote, VoteKind,
};

/// Votes that a bundle can be made of.
const VOTES_MAX: usize = 64;

impl Script {
    pub(super) fn vote(&mut self, tape: &mut Tape<'_>) {
        let bank = self.bank(tape);
        let round = self.round(bank, tape);
        let kind = if tape.byte().is_multiple_of(2) { VoteKind::Prevote } else { VoteKind::Precommit };
        let value = self.value(tape);
        let height = match self.shell.liars.includes(bank) {
            true => Height(tape.near(self.words.height.0)),
            false => self.words.height,
        };
        self.cast_vote(Vote {
            chain_id: self.shell.mind.state().chain_id(),
            height,
            round,
            kind,
            value,
            bank,
        });
    }

    fn cast_vote(&mut self, vote: Vote) {
        if self.words.may_vote(self.shell.liars, &vote) {
            let vote = signed(vote);
            if self.words.votes.len() < VOTES_MAX {
                self.words.votes.push(vote);
            }
            self.say(vote.message.bank, Gossip::Vote(vote));
        }
    }

    /// All others vote alike.
    pub(super) fn all_vote(&mut self, tape: &mut Tape<'_>) {
        let round = self.round(self.shell.me, tape);
        let kind = if tape.byte().is_multiple_of(2) { VoteKind::Prevote } else { VoteKind::Precommit };
        let (value, height) = (self.value(tape), self.words.height);
        let most = 1 + tape.pick(usize::from(BANKS));
        let chain_id = self.shell.mind.state().chain_id();
        for bank in self.others().take(most) {
            self.cast_vote(Vote { chain_id, height, round, kind, value, bank });
        }
    }

    pub(super) fn verdicts(&mut self, tape: &mut Tape<'_>) {
        let bank = self.bank(tape);
        let Some((header, txs)) = self.block_of_any(tape) else { return };
        let mut words = self.cast().honest_verdicts(&header, &txs);
        if self.shell.liars.includes(bank) {
            match tape.byte() % 4 {
                0 => words.clear(),
                1 => words.push(Verdict::Approve),
                2 => words.iter_mut().for_each(|word| *word = Verdict::Reject(idx_types::Reason::Overflow)),
                _ => {}
            }
        }
        let verdicts = self.cast().verdicts(bank, &header, words);
        self.say(bank, Gossip::Verdicts(Box::new(verdicts)));
    }

    /// A known block, or the mind's own last one.
    fn block_of_any(&self, tape: &mut Tape<'_>) -> Option<(PublicHeader, Vec<PreparedTx>)> {
        let own = self.shell.sent.iter().rev().find_map(|message| match message {
            Gossip::Mined(block) => Some(block),
            _ => None,
        });
        if let (0..=127, Some(block)) = (tape.byte(), own)
            && block.header.message.height == self.words.height
        {
            let pool = self.shell.mind.pool();
            let find = |hash: &TxHash| pool.get(hash).cloned();
            let txs: Option<Vec<PreparedTx>> = block.transactions.iter().map(find).collect();
            return Some((block.header.message.clone(), txs?));
        }
        self.known(tape).map(|known| (known.announcement.header.message.clone(), known.txs.clone()))
    }

    /// All others speak honestly on a block.
    pub(super) fn all_verdicts(&mut self, tape: &mut Tape<'_>) {
        let Some((header, txs)) = self.block_of_any(tape) else { return };
        let words = self.cast().honest_verdicts(&header, &txs);
        for bank in self.others() {
            let verdicts = self.cast().verdicts(bank, &header, words.clone());
            self.say(bank, Gossip::Verdicts(Box::new(verdicts)));
        }
    }

    /// A liar tells of a fork at the mind's tip, or at the height being agreed on: with the precommits that
    /// banks have said, and its own for whatever it likes.
    pub(super) fn fork(&mut self, tape: &mut Tape<'_>) {
        let liar = self.liar(tape);
        let tip = self.shell.mind.last_final().map(|last| last.commit.clone());
        let one = tip.filter(|_| tape.byte().is_multiple_of(2));
        let one = one.unwrap_or_else(|| self.certificate(tape));
        let other = CommitCertificate { height: one.height, ..self.certificate(tape) };
        self.say(liar, Gossip::Fork(Box::new(ForkProof { one, other, child: None })));
    }

    /// Precommits of a round for a value: those said before, and those of all liars.
    fn certificate(&self, tape: &mut Tape<'_>) -> CommitCertificate {
        let (height, round) = (self.words.height, Round(u32::from(tape.byte() % 3)));
        let value = self.value(tape).unwrap_or(PrivateHash([tape.byte(); 32]));
        let mut commit = CommitCertificate { height, round, value, signatures: Vec::new() };
        for bank in banks() {
            let vote = signed(commit.vote_of(self.shell.mind.state().chain_id(), bank));
            if self.shell.liars.includes(bank) || self.words.votes.contains(&vote) {
                commit.signatures.push((bank, vote.signature));
            }
        }
        commit
    }

    /// Votes said before, together.
    pub(super) fn bundle(&mut self, tape: &mut Tape<'_>) {
        let (bank, most) = (self.bank(tape), tape.pick(VOTES_MAX));
        let votes = self.words.votes.iter().take(most).copied().collect();
        self.say(bank, Gossip::Bundle(VoteBundle { votes }));
    }
}
