//! The acts of a story: each byte names one, and those after it its details.

use super::shell::Shell;
use super::words::{Known, Words};
use crate::cast::Cast;
use crate::gate;
use crate::stage::{banks, peer_of};
use crate::tape::Tape;
use idx_replica::Input;
use idx_types::wire::{Gossip, Status};
use idx_types::{BankId, Height, PreparedTx, PrivateHash, PublicHash, PublicHeader, Round, TimestampMs};

/// Acts with this bit leave what is owed for later.
const LATER: u8 = 0x80;

/// Steps of the clock, milliseconds.
const STEPS_MS: [u64; 8] = [0, 1, 20, 100, 250, 1_000, 5_000, 60_000];

/// Rounds about the present one in which honest banks speak.
const ROUNDS_NEAR: u32 = 2;

/// A story as it is told.
pub(super) struct Script {
    pub(super) shell: Shell,
    pub(super) words: Words,
}

impl Script {
    pub(super) fn new(shell: Shell) -> Self {
        Self { shell, words: Words::default() }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.shell.halted
    }

    /// Heights that became final.
    #[cfg(test)]
    pub(super) const fn heights(&self) -> usize {
        self.shell.heights.len()
    }

    /// One act.
    pub(super) fn act(&mut self, act: u8, tape: &mut Tape<'_>) {
        self.words.keep_up(self.cast().height());
        match act & !LATER {
            0..=7 => self.shell.now = self.shell.now.plus(STEPS_MS[tape.pick(STEPS_MS.len())]),
            8..=19 => self.shell.ring(tape.pick(64)),
            20..=27 => self.shell.give_back(tape.pick(8)),
            28..=39 => self.vote(tape),
            40..=51 => self.all_vote(tape),
            52..=63 => self.mine(tape),
            64..=69 => self.verdicts(tape),
            70..=77 => self.all_verdicts(tape),
            78..=87 => self.propose(tape),
            88..=93 => self.transactions(tape),
            94..=96 => self.submit(tape),
            97..=100 => self.status(tape),
            101..=110 => self.answer(tape),
            111..=113 => self.want(tape),
            114..=120 => self.garble(tape),
            121..=122 => self.bundle(tape),
            123 => self.fork(tape),
            _ => self.shell.crash(tape.pick(8), tape.byte() == u8::MAX),
        }
        if act & LATER == 0 {
            self.shell.settle();
        }
    }

    pub(super) fn cast(&self) -> Cast<'_> {
        Cast(self.shell.mind.state())
    }

    pub(super) fn others(&self) -> impl Iterator<Item = BankId> + Clone + use<> {
        let me = self.shell.me;
        banks().filter(move |bank| *bank != me)
    }

    pub(super) fn bank(&self, tape: &mut Tape<'_>) -> BankId {
        let others: Vec<BankId> = self.others().collect();
        others[tape.pick(others.len())]
    }

    /// A bank that lies.
    pub(super) fn liar(&self, tape: &mut Tape<'_>) -> BankId {
        let liars: Vec<BankId> = banks().filter(|bank| self.shell.liars.includes(*bank)).collect();
        liars[tape.pick(liars.len())]
    }

    /// A round that this bank could speak in: any if it lies, else one near the present.
    pub(super) fn round(&self, bank: BankId, tape: &mut Tape<'_>) -> Round {
        let current = self.shell.mind.agreement().round().unwrap_or(Round::ZERO);
        match tape.byte() {
            byte @ 128.. if self.shell.liars.includes(bank) => Round(match byte {
                255 => u32::MAX,
                254 => u32::MAX - 1,
                far => current.0.wrapping_add(u32::from(far - 128)).wrapping_sub(20),
            }),
            near => Round((current.0 + u32::from(near) % (ROUNDS_NEAR + 1)).saturating_sub(1)),
        }
    }

    pub(super) fn known(&self, tape: &mut Tape<'_>) -> Option<&Known> {
        let at = tape.pick(self.words.blocks.len());
        self.words.blocks.get(at)
    }

    /// Nil, the value of a known block, or what the mind itself proposed; a digest of nothing for liars.
    pub(super) fn value(&self, tape: &mut Tape<'_>) -> Option<PrivateHash> {
        let byte = tape.byte();
        let own = self.shell.sent.iter().rev().find_map(|message| match message {
            Gossip::Proposal(said) => Some(said.proposal.message.value),
            _ => None,
        });
        match byte {
            0..=31 => None,
            32..=63 => own,
            64..=223 => self
                .words
                .blocks
                .get(usize::from(byte) % self.words.blocks.len().max(1))
                .map(|k| k.candidate.id()),
            strange => Some(PrivateHash([strange; 32])),
        }
    }

    pub(super) fn say(&mut self, bank: BankId, message: Gossip) {
        self.shell.deliver(peer_of(bank), message);
    }

    /// The elected bank of a round shows a block; a liar's may be wrong in one place.
    fn mine(&mut self, tape: &mut Tape<'_>) {
        let round = self.round(self.liar(&mut tape.clone()), tape);
        let miner = self.cast().miner(round);
        if miner == self.shell.me || !self.words.takes_turn(self.shell.liars, miner, round, 0) {
            return;
        }
        let lies = self.shell.liars.includes(miner);
        let txs: Vec<PreparedTx> = self.words.transactions.iter().rev().take(tape.pick(4)).cloned().collect();
        let mut header = self.cast().header(round, self.shell.now, &txs);
        let (how, detail) = (tape.byte(), tape.byte());
        let fits = !lies || !twist(&mut header, how, detail);
        let block = self.cast().block(header, &txs);
        if fits {
            let cast = Cast(self.shell.mind.state());
            self.words.note(cast, &block, &txs);
        }
        self.say(miner, Gossip::Mined(Box::new(block)));
    }

    /// A known block is proposed: in its own round by its miner, elsewhere by liars only.
    fn propose(&mut self, tape: &mut Tape<'_>) {
        let Some(known) = self.known(tape).cloned() else { return };
        let mined_in = known.announcement.header.message.round;
        let (elsewhere, pol) = (self.round(self.liar(&mut tape.clone()), tape), tape.byte());
        let round = if pol < 128 { mined_in } else { elsewhere };
        let miner = self.cast().miner(round);
        let lies = self.shell.liars.includes(miner);
        let fits = round == mined_in && self.words.takes_turn(self.shell.liars, miner, round, 1);
        if miner == self.shell.me || (!lies && !fits) {
            return;
        }
        let mut candidate = known.candidate;
        let pol_round = (lies && pol % 4 == 1).then(|| Round(u32::from(tape.byte())));
        if lies && pol % 4 == 2 {
            candidate.header.mining_ms = tape.word();
        }
        let message = self.cast().proposal(round, pol_round, candidate, known.announcement);
        self.say(miner, Gossip::Proposal(Box::new(message)));
    }

    fn transactions(&mut self, tape: &mut Tape<'_>) {
        let (bank, count) = (self.bank(tape), 1 + tape.pick(4));
        let txs = (0..count).map(|_| self.words.transaction(&self.shell, tape.byte()));
        let txs: Vec<PreparedTx> = txs.collect();
        // Some stay unknown to the mind until it asks for them.
        if !tape.byte().is_multiple_of(4) {
            self.say(bank, Gossip::Transactions(txs.iter().map(|tx| (*tx.tx).clone()).collect()));
        }
    }

    fn submit(&mut self, tape: &mut Tape<'_>) {
        let tx = self.words.transaction(&self.shell, tape.byte());
        self.shell.feed(Input::Submit(1, tx));
    }

    fn status(&mut self, tape: &mut Tape<'_>) {
        let bank = self.bank(tape);
        let tip = *self.shell.mind.state().tip();
        let lies = self.shell.liars.includes(bank);
        let height = if lies { Height(tape.near(tip.height.0)) } else { tip.height };
        let strange = lies && tape.byte() > 200;
        let private_hash = if strange { PrivateHash([tape.byte(); 32]) } else { tip.private_hash };
        let clock = if lies { TimestampMs(tape.near(self.shell.now.0)) } else { self.shell.now };
        self.shell.feed(Input::Status(peer_of(bank), Status { height, private_hash, clock }));
    }

    /// A liar passes on a message of the mind or of another bank, with bytes changed.
    fn garble(&mut self, tape: &mut Tape<'_>) {
        let liar = self.liar(tape);
        let truth = match (tape.byte() % 4, self.known(tape)) {
            (0, Some(known)) => Gossip::Mined(Box::new(known.announcement.clone())),
            (1, Some(known)) => {
                let round = known.announcement.header.message.round;
                let (candidate, block) = (known.candidate.clone(), known.announcement.clone());
                Gossip::Proposal(Box::new(self.cast().proposal(round, None, candidate, block)))
            }
            _ => match self.shell.sent.get(tape.pick(self.shell.sent.len())) {
                Some(message) => message.clone(),
                None => return,
            },
        };
        if let Some(message) = gate::altered(&truth, tape) {
            self.say(liar, message);
        }
    }
}

/// Makes one field of a header wrong, perhaps; whether it did.
fn twist(header: &mut PublicHeader, how: u8, detail: u8) -> bool {
    let near = |number| Tape::new(&[detail]).near(number);
    match how {
        0..=20 => header.parent_public = PublicHash([9; 32]),
        21..=40 => header.height = Height(near(header.height.0)),
        41..=60 => header.timestamp = TimestampMs(near(header.timestamp.0)),
        61..=70 => header.difficulty = detail % 4,
        71..=80 => header.version = header.version.wrapping_add(1),
        81..=90 => header.validator_set_hash.0[0] ^= 1,
        _ => return false,
    }
    true
}
