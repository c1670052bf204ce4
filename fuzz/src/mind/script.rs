//! The acts of a story: each byte names one, and those after it its details.

use super::shell::Shell;
use super::words::{Known, Words};
use crate::cast::Cast;
use crate::gate;
use crate::stage::{BANKS, StandInRule, banks, peer_of, signed};
use crate::tape::Tape;
use idx_replica::{CheckedResponse, Input};
use idx_types::vote::VoteBundle;
use idx_types::wire::{self, Gossip, RESPONSE_BYTES_MAX, Request, Response, Status};
use idx_types::{
    BankId, Height, PreparedTx, PrivateHash, PublicHash, PublicHeader, Round, TimestampMs, TxHash, Verdict,
    Vote, VoteKind,
};

/// Acts with this bit leave what is owed for later.
const LATER: u8 = 0x80;

/// Steps of the clock, milliseconds.
const STEPS_MS: [u64; 8] = [0, 1, 20, 100, 250, 1_000, 5_000, 60_000];

/// Rounds about the present one in which honest banks speak.
const ROUNDS_NEAR: u32 = 2;

/// A story as it is told.
pub(super) struct Script {
    shell: Shell,
    words: Words,
}

impl Script {
    pub(super) fn new(shell: Shell) -> Self {
        Self { shell, words: Words::default() }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.shell.halted
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
            121..=123 => self.bundle(tape),
            _ => self.shell.crash(tape.pick(8), tape.byte() == u8::MAX),
        }
        if act & LATER == 0 {
            self.shell.settle();
        }
    }

    fn cast(&self) -> Cast<'_> {
        Cast(self.shell.mind.state())
    }

    fn others(&self) -> impl Iterator<Item = BankId> + Clone + use<> {
        let me = self.shell.me;
        banks().filter(move |bank| *bank != me)
    }

    fn bank(&self, tape: &mut Tape<'_>) -> BankId {
        let others: Vec<BankId> = self.others().collect();
        others[tape.pick(others.len())]
    }

    /// A bank that lies.
    fn liar(&self, tape: &mut Tape<'_>) -> BankId {
        let liars: Vec<BankId> = banks().filter(|bank| self.shell.liars.includes(*bank)).collect();
        liars[tape.pick(liars.len())]
    }

    /// A round that this bank could speak in: any if it lies, else one near the present.
    fn round(&self, bank: BankId, tape: &mut Tape<'_>) -> Round {
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

    fn known(&self, tape: &mut Tape<'_>) -> Option<&Known> {
        let at = tape.pick(self.words.blocks.len());
        self.words.blocks.get(at)
    }

    /// Nil, the value of a known block, or what the mind itself proposed; a digest of nothing for liars.
    fn value(&self, tape: &mut Tape<'_>) -> Option<PrivateHash> {
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

    fn say(&mut self, bank: BankId, message: Gossip) {
        self.shell.deliver(peer_of(bank), message);
    }

    fn vote(&mut self, tape: &mut Tape<'_>) {
        let bank = self.bank(tape);
        let round = self.round(bank, tape);
        let kind = if tape.byte() % 2 == 0 { VoteKind::Prevote } else { VoteKind::Precommit };
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
            if self.words.votes.len() < 64 {
                self.words.votes.push(vote);
            }
            self.say(vote.message.bank, Gossip::Vote(vote));
        }
    }

    /// All others vote alike.
    fn all_vote(&mut self, tape: &mut Tape<'_>) {
        let round = self.round(self.shell.me, tape);
        let kind = if tape.byte() % 2 == 0 { VoteKind::Prevote } else { VoteKind::Precommit };
        let (value, height) = (self.value(tape), self.words.height);
        let most = 1 + tape.pick(usize::from(BANKS));
        let chain_id = self.shell.mind.state().chain_id();
        for bank in self.others().take(most) {
            self.cast_vote(Vote { chain_id, height, round, kind, value, bank });
        }
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
        let honest = !lies || !twist(&mut header, tape);
        let block = self.cast().block(header, &txs);
        if honest {
            let cast = Cast(self.shell.mind.state());
            self.words.note(cast, &block, &txs, !lies);
        }
        self.say(miner, Gossip::Mined(Box::new(block)));
    }

    fn verdicts(&mut self, tape: &mut Tape<'_>) {
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
    fn all_verdicts(&mut self, tape: &mut Tape<'_>) {
        let Some((header, txs)) = self.block_of_any(tape) else { return };
        let words = self.cast().honest_verdicts(&header, &txs);
        for bank in self.others() {
            let verdicts = self.cast().verdicts(bank, &header, words.clone());
            self.say(bank, Gossip::Verdicts(Box::new(verdicts)));
        }
    }

    /// A known block is proposed: in its own round by its miner, elsewhere by liars only.
    fn propose(&mut self, tape: &mut Tape<'_>) {
        let Some(known) = self.known(tape).cloned() else { return };
        let mined_in = known.announcement.header.message.round;
        let (elsewhere, pol) = (self.round(self.liar(&mut tape.clone()), tape), tape.byte());
        let round = if pol < 128 { mined_in } else { elsewhere };
        let miner = self.cast().miner(round);
        let lies = self.shell.liars.includes(miner);
        let fits =
            round == mined_in && known.honest && self.words.takes_turn(self.shell.liars, miner, round, 1);
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
        if tape.byte() % 4 != 0 {
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

    /// The answer to one of the mind's requests: what was asked for, or nothing, or a lie.
    fn answer(&mut self, tape: &mut Tape<'_>) {
        let at = tape.pick(self.shell.requests.len());
        let Some((peer, id, request)) = self.shell.requests.remove(at) else { return };
        let how = tape.byte();
        if how < 32 {
            return self.shell.feed(Input::RequestFailed(peer, id));
        }
        let truth = self.truth(&request);
        let lies = banks().any(|bank| peer_of(bank) == peer && self.shell.liars.includes(bank));
        let Some(response) = (if lies && how >= 192 { altered(&truth, tape) } else { Some(truth) }) else {
            return self.shell.feed(Input::RequestFailed(peer, id));
        };
        let checked = CheckedResponse::check(response, &StandInRule);
        self.shell.feed(Input::Response(peer, id, checked));
    }

    fn truth(&self, request: &Request) -> Response {
        match request {
            Request::Status(_) => {
                let tip = self.shell.mind.state().tip();
                let (height, private_hash) = (tip.height, tip.private_hash);
                Response::Status(Status { height, private_hash, clock: self.shell.now })
            }
            Request::Transactions { block, hashes } => {
                let known = self.words.block(*block).map_or(Vec::new(), |known| known.txs.clone());
                let wanted = known.iter().filter(|tx| hashes.contains(&tx.hash));
                Response::Transactions {
                    block: *block,
                    transactions: wanted.map(|tx| (*tx.tx).clone()).collect(),
                }
            }
            Request::Heights { from, .. } => Response::Heights(self.heights(*from)),
        }
    }

    /// Stored heights; after them the next one, if a block of it is known.
    fn heights(&self, from: Height) -> Vec<wire::CertifiedHeight> {
        let stored = self.shell.heights.iter().filter(|height| height.height() >= from);
        let stored: Vec<_> = stored.map(|height| (**height).clone()).collect();
        let next = self.words.blocks.iter().find(|known| known.honest);
        match next.filter(|_| from == self.words.height) {
            Some(known) => {
                let header = known.announcement.header.message.clone();
                vec![self.cast().certified(header, &known.txs, self.others())]
            }
            None => stored,
        }
    }

    fn want(&mut self, tape: &mut Tape<'_>) {
        let block = self.known(tape).map_or(PublicHash::ZERO, |k| k.announcement.header.message.hash());
        let hashes = self.words.transactions.iter().map(|tx| tx.hash).take(tape.pick(16)).collect();
        self.shell.feed(Input::TransactionsWanted(7, block, hashes));
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

    /// Votes said before, together.
    fn bundle(&mut self, tape: &mut Tape<'_>) {
        let (bank, most) = (self.bank(tape), tape.pick(64));
        let votes = self.words.votes.iter().take(most).copied().collect();
        self.say(bank, Gossip::Bundle(VoteBundle { votes }));
    }
}

/// Makes one field of a header wrong, perhaps; whether it did.
fn twist(header: &mut PublicHeader, tape: &mut Tape<'_>) -> bool {
    match tape.byte() {
        0..=20 => header.parent_public = PublicHash([9; 32]),
        21..=40 => header.height = Height(tape.near(header.height.0)),
        41..=60 => header.timestamp = TimestampMs(tape.near(header.timestamp.0)),
        61..=70 => header.difficulty = tape.byte() % 4,
        71..=80 => header.version = header.version.wrapping_add(1),
        81..=90 => header.validator_set_hash.0[0] ^= 1,
        _ => return false,
    }
    true
}

/// A response with some of its bytes changed, if it still decodes.
fn altered(truth: &Response, tape: &mut Tape<'_>) -> Option<Response> {
    let mut bytes = wire::encode(truth);
    gate::alter(&mut bytes, tape);
    wire::decode(&bytes, RESPONSE_BYTES_MAX).ok()
}
