//! The state of the ledger after a height, and what can be read from it.

use crate::chain_keys::ChainKeys;
use crate::difficulty::Work;
use crate::fees::FeeQuote;
use crate::judges::Judges;
use crate::orders::Orders;
use crate::registries::{OpenProposal, Registries};
use crate::replay::ReplayWindow;
use crate::system::SystemAccounts;
use crate::table::Table;
use crate::travel::Travel;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Verifier};
use idx_types::{
    Account, AccountHandle, BankId, ChainId, Currency, Escrow, Height, Offence, Paise, Params, PrivateHash,
    PublicHash, Reason, Session, SessionId, StateParts, TimestampMs, TxId, ValidatorSet,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The last height that is part of a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Tip {
    /// Its number; 0 before any block.
    pub height: Height,
    /// Its public block; zero before any block.
    pub public_hash: PublicHash,
    /// Its private block; zero before any block.
    pub private_hash: PrivateHash,
    /// The public header's time, or that of genesis.
    pub timestamp: TimestampMs,
}

/// Everything that the ledger knows after one height.
///
/// Reading is free of side effects; [`State::execute`] works out a block without changing anything,
/// and only [`State::commit`] moves the state on by one height.
pub struct State {
    pub(crate) chain_id: ChainId,
    pub(crate) tip: Tip,
    pub(crate) params: Params,
    pub(crate) validators: Arc<ValidatorSet>,
    pub(crate) accounts: Table<Account>,
    pub(crate) sessions: Table<Session>,
    pub(crate) system: BTreeMap<BankId, SystemAccounts>,
    pub(crate) registries: Registries,
    pub(crate) replay: ReplayWindow,
    pub(crate) work: Work,
    pub(crate) parts: StateParts,
    pub(crate) verifier: Arc<dyn Verifier>,
}

impl State {
    /// The network.
    pub fn chain_id(&self) -> ChainId {
        self.chain_id
    }

    /// The last height in this state.
    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    /// The parameters that rule the next height.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The banks that rule the next height.
    pub fn validators(&self) -> &Arc<ValidatorSet> {
        &self.validators
    }

    /// Leading zero bits that the next header must have.
    pub fn difficulty(&self) -> u8 {
        self.work.difficulty
    }

    /// The state root after the tip.
    pub fn root(&self) -> Hash32 {
        self.parts.root()
    }

    /// The digests that make up [`State::root`].
    pub fn parts(&self) -> &StateParts {
        &self.parts
    }

    /// An account by its handle.
    pub fn account(&self, handle: &AccountHandle) -> Option<&Account> {
        self.accounts.by_key(&handle.0)
    }

    /// A session by its id, also if it is over.
    pub fn session(&self, id: &SessionId) -> Option<&Session> {
        self.sessions.by_key(&id.0)
    }

    /// All accounts, in order of opening.
    pub fn accounts(&self) -> &[Account] {
        self.accounts.rows()
    }

    /// All sessions, in order of opening.
    pub fn sessions(&self) -> &[Session] {
        self.sessions.rows()
    }

    /// Whether a transaction has settled (completed or failed) and is still remembered.
    pub fn is_settled(&self, id: &TxId) -> bool {
        self.replay.contains_id(id)
    }

    /// Proposals that are open, or have passed and wait for their height; in order of opening.
    pub fn proposals(&self) -> &[OpenProposal] {
        &self.registries.proposals
    }

    /// All contradictions that were punished.
    pub fn offences(&self) -> &BTreeSet<Offence> {
        &self.registries.offences
    }

    /// Who can open identities together.
    pub fn escrow(&self) -> &Escrow {
        &self.registries.escrow
    }

    /// All judges ever registered, retired ones among them.
    pub fn judges(&self) -> &Judges {
        &self.registries.judges
    }

    /// Court orders with their stories. An order whose time is over stays active here until the next
    /// block ends it: who acts on one between blocks looks at `expires_at` too.
    pub fn orders(&self) -> &Orders {
        &self.registries.orders
    }

    /// The epochs of the private chain's key.
    pub fn chain_keys(&self) -> &ChainKeys {
        &self.registries.chain_keys
    }

    /// Foreign banks, and what foreign money costs.
    pub fn travel(&self) -> &Travel {
        &self.registries.travel
    }

    /// Money in existence since genesis, in minor units by currency.
    pub fn issued(&self) -> &BTreeMap<Currency, u128> {
        &self.registries.issued
    }

    /// What a transfer of this amount costs at the next height.
    ///
    /// # Errors
    /// [`Reason::AmountTooSmall`] or [`Reason::AmountTooLarge`].
    pub fn fee_quote(&self, amount: Paise) -> Result<FeeQuote, Reason> {
        FeeQuote::of(amount, &self.params)
    }

    /// Adds up all balances from scratch, by currency. Equal to [`State::issued`] at every height.
    pub fn recount(&self) -> Vec<(Currency, u128)> {
        let mut sums: BTreeMap<Currency, u128> = BTreeMap::new();
        for account in self.accounts.rows() {
            *sums.entry(account.currency).or_default() += u128::from(account.balance.0);
        }
        sums.into_iter().collect()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("tip", &self.tip)
            .field("root", &self.root())
            .field("accounts", &self.accounts.len())
            .field("sessions", &self.sessions.len())
            .finish_non_exhaustive()
    }
}
