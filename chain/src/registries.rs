//! The small lists of the ledger: open proposals, offences, used bank numbers, authorities, court orders,
//! epochs of the private chain, money issued, foreign banks and rates.

use crate::chain_keys::ChainKeys;
use crate::judges::Judges;
use crate::orders::Orders;
use crate::travel::Travel;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};
use idx_types::tx::Change;
use idx_types::{BankId, Currency, Escrow, Height, Offence, TxId, ValidatorSet};
use std::collections::{BTreeMap, BTreeSet};

/// A change that is before the banks, or has passed and waits for its height.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OpenProposal {
    /// The id of the transaction that proposed it.
    pub id: TxId,
    /// Who proposed it.
    pub proposer: BankId,
    /// What it would change.
    pub change: Change,
    /// The first height under the change.
    pub effective_at: Height,
    /// The height at which it was proposed.
    pub opened_at: Height,
    /// The height at which enough banks had approved, after which no more ballots are taken.
    pub passed_at: Option<Height>,
    /// Who voted, and whether for it.
    pub ballots: BTreeMap<BankId, bool>,
}

impl OpenProposal {
    /// How many banks of the set voted this way. Ballots of banks that have left do not count.
    pub fn votes(&self, banks: &ValidatorSet, approve: bool) -> usize {
        self.ballots.iter().filter(|(bank, said)| **said == approve && banks.get(**bank).is_some()).count()
    }
}

/// What is kept beside accounts and sessions.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Registries {
    /// In order of opening.
    pub proposals: Vec<OpenProposal>,
    /// Contradictions that were punished; kept for good.
    pub offences: BTreeSet<Offence>,
    /// Every bank number ever given; none is given twice.
    pub used_banks: BTreeSet<BankId>,
    /// Who can open identities together.
    pub escrow: Escrow,
    /// Who may order that they do.
    pub judges: Judges,
    /// What was ordered, and all that followed.
    pub orders: Orders,
    /// The epochs of the private chain's key.
    pub chain_keys: ChainKeys,
    /// Minor units in existence, by currency; set at genesis.
    pub issued: BTreeMap<Currency, u128>,
    /// Foreign banks, rate publisher, rates.
    pub travel: Travel,
}

impl Registries {
    /// The open or passed proposal of this id.
    pub fn proposal(&self, id: &TxId) -> Option<&OpenProposal> {
        self.proposals.iter().find(|proposal| proposal.id == *id)
    }

    /// The digest that the state root carries.
    pub(crate) fn commitment(&self) -> Hash32 {
        hash_borsh("idx/registries/1", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two encodings of one value would be two roots of one state.
    #[test]
    fn lists_out_of_order_or_with_repeats_are_not_canonical() {
        let registries = Registries {
            proposals: Vec::new(),
            offences: BTreeSet::new(),
            used_banks: [BankId(1), BankId(2)].into(),
            escrow: idx_types::testing::escrow(),
            judges: Judges::default(),
            orders: Orders::default(),
            chain_keys: crate::testing::World::new(4).state.chain_keys().clone(),
            issued: BTreeMap::new(),
            travel: Travel::default(),
        };
        let bytes = borsh::to_vec(&registries).unwrap();
        assert!(borsh::from_slice::<Registries>(&bytes).is_ok());
        let first_bank = 4 + 4 + 4;
        for (first, second) in [(2, 1), (1, 1)] {
            let mut other = bytes.clone();
            (other[first_bank], other[first_bank + 2]) = (first, second);
            assert!(borsh::from_slice::<Registries>(&other).is_err(), "{first}, {second}");
        }
    }
}
