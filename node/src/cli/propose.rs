//! `idx-node propose ...`: a bank's part in what banks decide together, signed without a network. What is
//! printed somebody hands in: over `POST /api/court-orders/judges`, or `idx_sendRawTransaction`.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::genesis::read_json;
use super::keys::passphrase_of;
use super::output::say;
use crate::genesis_file;
use crate::keys::judge::JudgePublic;
use crate::keys::{self, NodeKeys};
use crate::pay::now;
use idx_client::encoding::{Bytes, Hex};
use idx_crypto::Signer;
use idx_types::tx::{Ballot, Change, Propose as Proposal, TX_VERSION};
use idx_types::{BankId, Height, JudgeId, TxBody, TxId, TxKind};
use std::path::PathBuf;

/// How long what was signed can be handed in, milliseconds; less if the network allows less.
const LIFE_MS: u64 = 600_000;

const REMEDY: &str = "let `judge keys` print it in the judge's home";

const HELP: &str = "\
The home is a bank's, with its keys and the network's genesis.json. Nothing is sent: the signed transaction
is printed in hex, and can be handed in within ten minutes.

Examples:
  idx-node propose judge --home hdfc --id 2 --name \"B. Nair, High Court\" --keys judge.json --effective-at 900
  idx-node propose vote --home sbi --proposal 0x...";

/// A bank's proposals and votes, signed and printed.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = HELP)]
pub(super) enum Propose {
    /// Propose that a judge may order.
    Judge {
        #[command(flatten)]
        bank: BankArg,
        /// The judge's number, never used for another.
        #[arg(long, value_name = "N")]
        id: u16,
        /// Name and court, such as "A. Rao, High Court of Delhi".
        #[arg(long)]
        name: String,
        /// What `judge keys` printed in the judge's home.
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
        /// From which height on the judge may order, if enough banks have voted by then.
        #[arg(long, value_name = "HEIGHT")]
        effective_at: u64,
    },
    /// Vote for a proposal, or against it.
    Vote {
        #[command(flatten)]
        bank: BankArg,
        /// The id of the proposal.
        #[arg(long, value_name = "ID")]
        proposal: Hex<TxId>,
        /// Vote against it.
        #[arg(long)]
        against: bool,
    },
}

/// Whose keys sign.
#[derive(Debug, clap::Args)]
pub(super) struct BankArg {
    #[command(flatten)]
    home: HomeArg,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Propose {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Judge { bank, id, name, keys, effective_at } => {
                let keys: JudgePublic = read_json(&keys, REMEDY)?;
                let change = Change::RegisterJudge(Box::new(keys.named(JudgeId(id), &name)));
                let effective_at = Height(effective_at);
                bank.sign(|bank| TxKind::Propose(Proposal { bank, change, effective_at }))
            }
            Self::Vote { bank, proposal, against } => {
                let approve = !against;
                bank.sign(|bank| TxKind::Ballot(Ballot { bank, proposal: proposal.0, approve }))
            }
        }
    }
}

impl BankArg {
    /// Signs as the bank of genesis that has these keys, and prints.
    fn sign(self, kind: impl FnOnce(BankId) -> TxKind) -> Done {
        let home = self.home.home();
        let genesis = genesis_file::read_sound(&home.genesis_file())?.sound;
        let keys = NodeKeys::open(&home, &passphrase_of(&home, self.passphrase_file)?)?;
        let own = keys.consensus.public_key();
        let spec = genesis.to_spec();
        let bank = spec.banks.iter().map(|entry| &entry.bank).find(|bank| bank.consensus_key == own);
        let bank =
            bank.ok_or_else(|| Failure::say(Exit::Refused, "these keys are no bank's of the genesis"))?;
        let created_at = now();
        let body = TxBody {
            version: TX_VERSION,
            chain_id: spec.chain_id,
            created_at,
            valid_until: created_at.plus(LIFE_MS.min(spec.params.max_validity_ms)),
            nonce: u64::from_le_bytes(*keys::random()?),
            kind: kind(bank.id),
        };
        let tx = Bytes::of(&body.sign(&[&keys.consensus]));
        say(&format!("0x{}", hex::encode(tx.0)));
        Ok(())
    }
}
