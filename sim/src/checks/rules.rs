//! Who decides a height, and whether what a node holds for final really carries their signatures.

use super::Violation;
use idx_chain::State;
use idx_crypto::Verifier;
use idx_types::block::outcomes_hash;
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{ApprovalScope, ChainId, Height, Quorums, ValidatorSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who decides a height, and how many of them it takes.
pub(super) struct Rules {
    pub(super) banks: Arc<ValidatorSet>,
    pub(super) approvals: usize,
    pub(super) votes: usize,
    chain_id: ChainId,
}

impl Rules {
    /// Worked out from the formula itself, so that a bug planted in what uses it does not blind us.
    fn after(state: &State) -> Self {
        let (banks, params) = (state.validators().clone(), state.params());
        let quorum = |margin: u16| Quorums::of(banks.len(), usize::from(margin)).quorum;
        Self {
            approvals: quorum(params.approval_margin),
            votes: quorum(params.agreement_margin),
            chain_id: state.chain_id(),
            banks,
        }
    }

    /// Checks every signature under a height with the production code for it, and that all parts are
    /// those that were signed.
    fn check(&self, height: &CertifiedHeight, verifier: &dyn Verifier) -> Result<(), Violation> {
        let (public, private, commit) = (&height.public, &height.private, &height.commit);
        let broken = |what: String| Violation(format!("height {} is final, but {what}", commit.height));
        let belongs = commit.height == public.header.height
            && commit.value == private.header.hash()
            && private.header.public_hash == public.header.hash()
            && private.header.certificate_hash == private.certificate.hash()
            && private.header.outcomes_hash == outcomes_hash(&private.outcomes);
        if !belongs {
            return Err(broken("its parts do not belong together".to_owned()));
        }
        let proven = commit.check(self.chain_id, &self.banks, self.votes, verifier);
        proven.map_err(|why| broken(why.to_string()))?;
        let scope = ApprovalScope {
            banks: &self.banks,
            chain_id: self.chain_id,
            height: commit.height,
            block: private.header.public_hash,
            transactions: public.transactions.len(),
            quorum: self.approvals,
        };
        private.certificate.check(&scope, verifier).map_err(|why| broken(why.to_string()))
    }
}

/// The rules of every height of which some node has the state before it.
pub(super) struct RuleBook {
    rules: BTreeMap<Height, Rules>,
    verifier: Arc<dyn Verifier>,
}

impl RuleBook {
    pub(super) const fn new(verifier: Arc<dyn Verifier>) -> Self {
        Self { rules: BTreeMap::new(), verifier }
    }

    /// Learns from a node's state who decides the height after it.
    pub(super) fn learn(&mut self, state: &State) {
        self.rules.entry(state.tip().height.next()).or_insert_with(|| Rules::after(state));
    }

    pub(super) fn of(&self, height: Height) -> Option<&Rules> {
        self.rules.get(&height)
    }

    /// The rules of the height that a vote is for.
    pub(super) fn of_vote(&self, message: &Gossip) -> Option<&Rules> {
        match message {
            Gossip::Vote(vote) => self.of(vote.message.height),
            _ => None,
        }
    }

    /// A node holds this height for final.
    pub(super) fn check(&self, height: &CertifiedHeight) -> Result<(), Violation> {
        match self.of(height.height()) {
            Some(rules) => rules.check(height, &*self.verifier),
            None => Err(Violation(format!("height {} is final before the one below it", height.height()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::Checks;
    use crate::plan::Plan;
    use crate::scheme::Scheme;
    use crate::world::World;
    use idx_crypto::Signature;
    use idx_types::wire::CertifiedHeight;
    use idx_types::{BankId, Outcome, Reason};

    type Forgery = fn(&mut CertifiedHeight);

    /// Each is a height with the very value that the first bank finalised.
    const FORGERIES: [(Forgery, &str); 7] = [
        (|height| height.commit.signatures[0].1 = Signature([7; 64]), "the precommit of"),
        (|height| height.commit.signatures.truncate(3), "3 banks have signed, 4 are needed"),
        (|height| height.commit.signatures[1] = height.commit.signatures[0], "out of order"),
        (|height| height.commit.round.0 += 1, "the precommit of"),
        (|height| height.private.certificate.verdicts.truncate(3), "do not belong together"),
        (|height| height.private.outcomes.push(Outcome::Failed(Reason::Expired)), "do not belong together"),
        (|height| height.public.header.nonce += 1, "do not belong together"),
    ];

    fn lived(scheme: Scheme) -> World {
        let mut world = World::new(Plan { scheme, ..Plan::quiet(5) });
        world.run_ms(1_000).unwrap();
        world
    }

    #[test]
    fn every_bank_needs_the_signatures_and_not_only_the_first() {
        for scheme in [Scheme::StandIn, Scheme::Real] {
            let (mut world, same) = (lived(scheme), lived(scheme));
            let state = same.state(5).unwrap();
            let height = same.backup(5).tip().unwrap().clone();
            let checks: &mut Checks = &mut world.checks;
            assert_eq!(checks.finalised(BankId(5), &height, state), Ok(()));
            for (forge, why) in FORGERIES {
                let mut forged = CertifiedHeight::clone(&height);
                forge(&mut forged);
                let refused = checks.finalised(BankId(5), &forged, state).unwrap_err();
                assert!(refused.0.contains(why), "{refused}, expected {why}");
            }
        }
    }

    /// A certificate of the right digest whose verdicts nobody signed: the forger made the header too.
    #[test]
    fn verdicts_that_nobody_signed_do_not_count() {
        let world = lived(Scheme::StandIn);
        let mut forged = CertifiedHeight::clone(world.backup(0).tip().unwrap());
        let rules = world.checks.book.of(forged.height()).unwrap();
        forged.private.certificate.verdicts[2].signature = Signature([7; 64]);
        let scope_only = rules.check(&forged, &*Scheme::StandIn.verifier()).unwrap_err();
        assert!(scope_only.0.contains("belong together"), "{scope_only}");
        forged.private.header.certificate_hash = forged.private.certificate.hash();
        forged.commit.value = forged.private.header.hash();
        let signers: Vec<BankId> = forged.commit.signatures.iter().map(|(bank, _)| *bank).collect();
        let resign = |bank: &BankId| {
            let vote = forged.commit.vote_of(rules.chain_id, *bank);
            let signer = &*world.identity(usize::from(bank.0)).signer;
            (*bank, idx_types::Signed::new(vote, signer).signature)
        };
        forged.commit.signatures = signers.iter().map(resign).collect();
        let refused = rules.check(&forged, &*Scheme::StandIn.verifier()).unwrap_err();
        assert!(refused.0.contains("the signature of"), "{refused}");
    }
}
