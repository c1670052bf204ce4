//! Of what everybody may see of the chain. The words are those of JSON-RPC.

use crate::rest::schema::{Maybe, objects, words};
use idx_client::encoding::{Bytes, Hex, Nonce, Time};
use idx_client::views::{OutcomeView, VerdictView};
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::{BankCode, BankId, Height, NetworkKey, Paise, PrivateHash, PublicHash, Round, TxHash, TxId};

words! {
    /// What a search can find.
    HitKind { "block", "private_block", "transaction" }
}

objects! {
    /// A bank by number and short name.
    BankTag { id: BankId, code: Maybe<BankCode> }
    /// The mined header of a height.
    Header {
        hash: Hex<PublicHash>,
        version: u64,
        chain_id: Hex<Hash32>,
        height: Height,
        round: Round,
        miner: BankTag,
        parent_public: Hex<PublicHash>,
        parent_private: Hex<PrivateHash>,
        tx_root: Hex<Hash32>,
        validator_set_hash: Hex<Hash32>,
        timestamp: Time,
        difficulty: u64,
        nonce: Nonce,
        raw: Bytes,
    }
    /// A final block in a list.
    ListedBlock {
        height: Height,
        header: Header,
        private_hash: Hex<PrivateHash>,
        transaction_count: usize,
    }
    /// A page of final blocks, newest first.
    BlockPage { count: usize, blocks: Vec<ListedBlock>, next_before: Option<Height> }
    /// A final block.
    Block {
        header: Header,
        private_hash: Hex<PrivateHash>,
        commit_round: Round,
        transaction_bytes: u64,
        transactions: Vec<Hex<TxHash>>,
        outcomes: Vec<OutcomeView>,
    }
    /// One final block.
    OneBlock { block: Block }
    /// A bank that spoke, with its signature over all its verdicts on the block.
    BankVerdicts { bank: BankTag, signature: Hex<Signature> }
    /// A transaction and what each bank said of it, in the order of the banks.
    MatrixRow {
        id: Hex<TxId>,
        involved: Vec<BankId>,
        verdicts: Vec<VerdictView>,
        outcome: OutcomeView,
    }
    /// Who said what of each transaction of a block.
    Approvals {
        height: Height,
        block: Hex<PublicHash>,
        banks: Vec<BankVerdicts>,
        silent: Vec<BankTag>,
        rows: Vec<MatrixRow>,
        raw: Bytes,
    }
    /// The votes on one block.
    Votes { votes: Approvals }
    /// A bank and its own money on the ledger.
    Bank {
        id: BankId,
        code: BankCode,
        active: bool,
        consensus_key: Hex<PublicKey>,
        network_key: Hex<NetworkKey>,
        hpke_key: Hex<Hash32>,
        stake: Paise,
        reserve: Paise,
        fees: Paise,
        rewards: Paise,
    }
    /// All banks.
    BankList { count: usize, banks: Vec<Bank> }
    /// How the network is doing.
    Facts {
        chain_id: Hex<Hash32>,
        height: Height,
        syncing: bool,
        active_banks: usize,
        waiting_transactions: u64,
    }
    /// How the network is doing.
    Stats { stats: Facts }
    /// Something that has the name that was asked for.
    Hit { kind: HitKind, height: Maybe<Height>, tx_hash: Maybe<TxId> }
    /// Whatever has it.
    Hits { count: usize, results: Vec<Hit> }
}
