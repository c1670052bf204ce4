//! What banks can say about the height after a state, signed as they would: true parts, from which a
//! script makes lies.

use crate::sealed::epoch_key;
use crate::stage::{StandInRule, key_of, mined, signed};
use idx_chain::State;
use idx_consensus::approval;
use idx_consensus::election;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::private;
use idx_types::testing;
use idx_types::tx::TX_VERSION;
use idx_types::wire::{Announcement, CertifiedHeight, ProposalMessage};
use idx_types::{
    AccountHandle, ApprovalCertificate, BankId, Candidate, CommitCertificate, Decision, Height, Outcome,
    Paise, PreparedTx, PrivateHash, PrivateHeader, Proposal, PublicBlock, PublicHeader, Round,
    SignedVerdicts, SignedVote, TimestampMs, Transaction, TxBody, TxKind, Verdict, Verdicts, Vote, VoteKind,
};

/// How long a transaction of the cast may wait, milliseconds.
const VALID_MS: u64 = 60 * 60 * 1_000;

/// Speaks for the banks of the height after a state.
#[derive(Clone, Copy)]
pub struct Cast<'a>(pub &'a State);

impl Cast<'_> {
    /// The height being agreed on.
    pub fn height(&self) -> Height {
        self.0.tip().height.next()
    }

    /// Who mines a round.
    pub fn miner(&self, round: Round) -> BankId {
        election::miner(self.0.validators(), self.height(), round)
    }

    /// A customer's account is opened, or money paid in; which, depends on the number.
    pub fn transaction(&self, now: TimestampMs, number: u64) -> Transaction {
        let bank = BankId((number % 6) as u16);
        let handle = AccountHandle([(number / 6 % 3) as u8 + 1; 32]);
        let kind = match self.0.account(&handle) {
            None => testing::open_account(bank, handle),
            Some(account) => {
                let amount = Paise(100 + number % 1_000);
                TxKind::Deposit(testing::cash(account.home_bank, handle, amount))
            }
        };
        let signer = match &kind {
            TxKind::Deposit(cash) => cash.bank,
            _ => bank,
        };
        self.signed_by(signer, now, number, kind)
    }

    /// What a bank asks of the ledger in its own name.
    pub fn bank_tx(&self, now: TimestampMs, bank: BankId, kind: TxKind) -> Transaction {
        self.signed_by(bank, now, 0, kind)
    }

    fn signed_by(&self, bank: BankId, now: TimestampMs, nonce: u64, kind: TxKind) -> Transaction {
        let (created_at, valid_until) = (now, now.plus(VALID_MS));
        let chain_id = self.0.chain_id();
        let body = TxBody { version: TX_VERSION, chain_id, created_at, valid_until, nonce, kind };
        body.sign(&[&key_of(bank)])
    }

    /// The state before the height.
    pub const fn state(&self) -> &State {
        self.0
    }

    /// A header of these transactions, without its work.
    pub fn header(&self, round: Round, timestamp: TimestampMs, txs: &[PreparedTx]) -> PublicHeader {
        let tip = self.0.tip();
        let hashes: Vec<_> = txs.iter().map(|tx| tx.hash).collect();
        PublicHeader {
            version: BLOCK_VERSION,
            chain_id: self.0.chain_id(),
            height: self.height(),
            round,
            miner: self.miner(round),
            parent_public: tip.public_hash,
            parent_private: tip.private_hash,
            tx_root: tx_root(&hashes),
            validator_set_hash: self.0.validators().hash(),
            timestamp: timestamp.max(tip.timestamp.plus(self.0.params().min_block_interval_ms)),
            difficulty: self.0.difficulty(),
            nonce: 0,
        }
    }

    /// A mined block by the bank that its header names.
    pub fn block(&self, header: PublicHeader, txs: &[PreparedTx]) -> Announcement {
        let transactions = txs.iter().map(|tx| tx.hash).collect();
        Announcement { header: signed(mined(header)), transactions }
    }

    /// A bank's verdicts on a block.
    pub fn verdicts(&self, bank: BankId, header: &PublicHeader, verdicts: Vec<Verdict>) -> SignedVerdicts {
        let (chain_id, height, block) = (self.0.chain_id(), header.height, header.hash());
        signed(Verdicts { chain_id, height, block, bank, verdicts })
    }

    /// What an honest bank says of each transaction.
    pub fn honest_verdicts(&self, header: &PublicHeader, txs: &[PreparedTx]) -> Vec<Verdict> {
        let trial = self.0.execute(header, txs, &vec![Decision::Pass; txs.len()]);
        let verdict = |outcome: &Outcome| match outcome {
            Outcome::Failed(reason) => Verdict::Reject(*reason),
            _ => Verdict::Approve,
        };
        trial.outcomes().iter().map(verdict).collect()
    }

    /// The candidate that settles a block by the word of these banks, with its outcomes.
    pub fn candidate(
        &self,
        header: &PublicHeader,
        txs: &[PreparedTx],
        spoken: impl Iterator<Item = BankId>,
    ) -> (Candidate, Vec<Outcome>) {
        let words = self.honest_verdicts(header, txs);
        let verdicts = spoken.map(|bank| self.verdicts(bank, header, words.clone())).collect();
        let certificate = ApprovalCertificate { block: header.hash(), verdicts };
        let state = self.0;
        let involved: Vec<_> = txs.iter().map(|tx| tx.tx.body.kind.involved_banks()).collect();
        let quorum = state.validators().quorums(state.params().approval_margin).quorum;
        let decisions = approval::decide(&certificate, &involved, state.validators().len(), quorum);
        let execution = state.execute(header, txs, &decisions);
        let records = private::records(txs, execution.outcomes());
        let body = epoch_key().seal(state.chain_id(), header.height, &records);
        let header = PrivateHeader {
            version: BLOCK_VERSION,
            chain_id: state.chain_id(),
            height: header.height,
            public_hash: header.hash(),
            parent_private: state.tip().private_hash,
            certificate_hash: certificate.hash(),
            outcomes_hash: outcomes_hash(execution.outcomes()),
            state_root: execution.state_root(1),
            body_hash: body_hash(&body),
            mining_ms: 1,
        };
        (Candidate { header, certificate, body }, execution.outcomes().to_vec())
    }

    /// A proposal of a candidate in a round.
    pub fn proposal(
        &self,
        round: Round,
        pol_round: Option<Round>,
        candidate: Candidate,
        announcement: Announcement,
    ) -> ProposalMessage {
        let (chain_id, height, value) = (self.0.chain_id(), self.height(), candidate.id());
        let bank = self.miner(round);
        let proposal = signed(Proposal { chain_id, height, round, pol_round, value, bank });
        ProposalMessage { proposal, candidate, announcement }
    }

    /// A bank's vote on the height.
    pub fn vote(&self, bank: BankId, round: Round, kind: VoteKind, value: Option<PrivateHash>) -> SignedVote {
        signed(Vote { chain_id: self.0.chain_id(), height: self.height(), round, kind, value, bank })
    }

    /// The precommits of these banks for a value.
    pub fn commit(
        &self,
        height: Height,
        round: Round,
        value: PrivateHash,
        signers: impl Iterator<Item = BankId>,
    ) -> CommitCertificate {
        let mut commit = CommitCertificate { height, round, value, signatures: Vec::new() };
        let sign = |bank| (bank, signed(commit.vote_of(self.0.chain_id(), bank)).signature);
        commit.signatures = signers.map(sign).collect();
        commit
    }

    /// The height made final by these banks.
    pub fn certified(
        &self,
        header: PublicHeader,
        txs: &[PreparedTx],
        signers: impl Iterator<Item = BankId> + Clone,
    ) -> CertifiedHeight {
        let (candidate, outcomes) = self.candidate(&header, txs, signers.clone());
        let commit = self.commit(header.height, header.round, candidate.id(), signers);
        let transactions = txs.iter().map(|tx| Transaction::clone(&tx.tx)).collect();
        let public = PublicBlock { header, transactions };
        CertifiedHeight { public, private: candidate.into_block(outcomes), commit }
    }
}

/// A transaction as a node keeps it after checking it.
pub fn prepared(tx: Transaction) -> PreparedTx {
    PreparedTx::verify(tx, &StandInRule)
}
