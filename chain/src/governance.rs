//! How the banks change parameters, their own number and the authorities: proposals, ballots, the height
//! of effect.
//!
//! ```text
//!             enough approvals             end of height effective_at - 1
//!   open ----------------------> passed ----------------------------------> carried out, or dropped
//!    |                                                                       if no longer possible
//!    +--> dropped: too many against, or effective_at reached without passing
//! ```
//!
//! Ballots of a block are counted together at its end, so their order inside does not matter, and only
//! ballots of banks that rule that height count (fault 35).

mod authorities;

use crate::chain_keys;
use crate::draft::Draft;
use crate::posting::Entry;
use crate::registries::OpenProposal;
use crate::state::State;
use crate::system::{SYSTEM_KINDS, SystemAccounts, system_accounts, system_handle};
use idx_crypto::{PublicKey, Verifier, x25519_is_sound};
use idx_types::tx::Change;
use idx_types::{Bank, BankId, Paise, Params, Reason, ValidatorSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most proposals of one bank at a time, so that none can crowd the others out.
pub const PROPOSALS_PER_BANK_MAX: usize = 8;

/// How many heights ahead a change may take effect, at most; also the longest life of a proposal.
pub const PROPOSAL_HEIGHTS_MAX: u64 = 10_000_000;

/// Fewest banks that must remain: with three, one lie is too many.
pub const BANKS_MIN: usize = 4;

/// Parameters and banks of a height.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rules {
    pub params: Params,
    pub validators: Arc<ValidatorSet>,
}

impl Rules {
    pub fn of(state: &State) -> Self {
        Self { params: state.params.clone(), validators: Arc::clone(&state.validators) }
    }

    /// The rules after a change; `None` if it cannot be carried out (fault 19).
    pub fn under(&self, change: &Change, draft: &Draft<'_>) -> Option<Self> {
        match change {
            Change::Params(params) => self.with_params(params),
            Change::AddBank(add) => self.with_bank(&add.bank, draft),
            Change::RemoveBank(bank) => self.without(*bank),
            Change::RegisterJudge(judge) => authorities::judge_fits(judge, draft).then(|| self.clone()),
            Change::RetireJudge(judge) => authorities::can_retire(*judge, draft).then(|| self.clone()),
            Change::AddRegulator(one) => authorities::regulator_fits(one, draft).then(|| self.clone()),
            Change::RotatePrivateKey => Some(self.clone()),
            Change::SetRatePublisher(key) => authorities::key_is_new(key, draft).then(|| self.clone()),
        }
    }

    /// A protocol once left is not gone back to.
    fn with_params(&self, params: &Params) -> Option<Self> {
        let sound = params.check().is_ok() && params.protocol_version >= self.params.protocol_version;
        sound.then(|| Self { params: params.clone(), validators: Arc::clone(&self.validators) })
    }

    fn with_bank(&self, bank: &Bank, draft: &Draft<'_>) -> Option<Self> {
        let currencies = draft.registries().travel.currencies();
        let accounts = system_accounts(bank.id, &currencies, draft.place.height, |_| Paise::ZERO);
        let fits = bank.stake == Paise::ZERO
            && !draft.registries().used_banks.contains(&bank.id)
            && keys_are_sound(bank, draft.base.verifier.as_ref())
            && !authorities::is_known(&bank.consensus_key, draft.registries())
            && draft.registries().travel.bank(&bank.code).is_none()
            && accounts.iter().all(|account| draft.account(&account.handle).is_none());
        let banks = [self.validators.banks(), std::slice::from_ref(bank)].concat();
        fits.then_some(())?;
        self.with_set(ValidatorSet::new(banks).ok()?)
    }

    fn without(&self, bank: BankId) -> Option<Self> {
        self.validators.get(bank)?;
        let rest: Vec<Bank> = self.validators.banks().iter().filter(|b| b.id != bank).cloned().collect();
        (rest.len() >= BANKS_MIN).then_some(())?;
        self.with_set(ValidatorSet::new(rest).ok()?)
    }

    fn with_set(&self, validators: ValidatorSet) -> Option<Self> {
        Some(Self { params: self.params.clone(), validators: Arc::new(validators) })
    }
}

fn keys_are_sound(bank: &Bank, verifier: &dyn Verifier) -> bool {
    verifier.is_sound(&bank.consensus_key)
        && verifier.is_sound(&PublicKey(bank.network_key.0))
        && x25519_is_sound(&bank.hpke_key.0)
}

/// Ends a block: counts ballots, carries out what is due, sets stakes. Returns the rules of the next height.
pub(crate) fn close(draft: &mut Draft<'_>) -> Rules {
    let mut rules = Rules::of(draft.base);
    if !draft.registries().proposals.is_empty() {
        let counted = count(draft);
        let (due, waiting) = split_due(draft, counted);
        let registries = draft.registries_mut();
        registries.proposals = waiting;
        for proposal in due {
            carry_out(draft, &mut rules, &proposal.change);
        }
    }
    set_stakes(draft, &mut rules);
    chain_keys::review(draft, &rules);
    rules
}

/// The proposals that are still open or have passed, the newly passed marked.
fn count(draft: &Draft<'_>) -> Vec<OpenProposal> {
    let banks = &draft.base.validators;
    let quorum = banks.quorums(draft.base.params.approval_margin).quorum;
    let mut kept = Vec::new();
    for mut proposal in draft.registries().proposals.iter().cloned() {
        if proposal.passed_at.is_none() && proposal.votes(banks, true) >= quorum {
            proposal.passed_at = Some(draft.place.height);
        }
        let lost = proposal.passed_at.is_none() && proposal.votes(banks, false) > banks.len() - quorum;
        if !lost {
            kept.push(proposal);
        }
    }
    kept
}

/// Splits off what passed and takes effect at the next height, and forgets what did not pass in time.
fn split_due(draft: &Draft<'_>, proposals: Vec<OpenProposal>) -> (Vec<OpenProposal>, Vec<OpenProposal>) {
    let next = draft.place.height.next();
    let (ended, waiting): (Vec<_>, Vec<_>) = proposals.into_iter().partition(|p| p.effective_at <= next);
    (ended.into_iter().filter(|proposal| proposal.passed_at.is_some()).collect(), waiting)
}

/// Carries a change out if that is still possible after those before it.
fn carry_out(draft: &mut Draft<'_>, rules: &mut Rules, change: &Change) {
    let Some(next) = rules.under(change, draft) else { return };
    match change {
        Change::Params(_) => {}
        Change::AddBank(add) => open_system_accounts(draft, add.bank.id),
        Change::RemoveBank(bank) => {
            if return_stake(draft, *bank).is_err() {
                return;
            }
        }
        Change::RegisterJudge(judge) => authorities::register_judge(draft, judge),
        Change::RetireJudge(judge) => authorities::retire_judge(draft, *judge),
        Change::AddRegulator(regulator) => authorities::add_regulator(draft, regulator),
        Change::RotatePrivateKey => draft.registries_mut().chain_keys.ask(),
        Change::SetRatePublisher(key) => draft.registries_mut().travel.publisher = Some(*key),
    }
    *rules = next;
}

/// Opens a bank's accounts with nothing in them; its number is used up.
fn open_system_accounts(draft: &mut Draft<'_>, bank: BankId) {
    draft.registries_mut().used_banks.insert(bank);
    let currencies = draft.registries().travel.currencies();
    for account in system_accounts(bank, &currencies, draft.place.height, |_| Paise::ZERO) {
        draft.accounts.push(account);
    }
}

/// A leaving bank's stake goes back to its reserve.
fn return_stake(draft: &mut Draft<'_>, bank: BankId) -> Result<(), Reason> {
    let SystemAccounts { stake, reserve, .. } = system_of(draft, bank)?;
    let held = draft.accounts.get(stake).map_or(Paise::ZERO, |account| account.balance);
    draft.post(&[Entry::debit(stake, held), Entry::credit(reserve, held)])
}

/// A bank's system accounts, also if it joined in this very block.
fn system_of(draft: &Draft<'_>, bank: BankId) -> Result<SystemAccounts, Reason> {
    let reserve = system_handle(bank, SYSTEM_KINDS[0]);
    draft.account(&reserve).map(|(index, _)| SystemAccounts::starting_at(index)).ok_or(Reason::UnknownBank)
}

/// The stake that weighs in elections is what the stake account holds.
fn set_stakes(draft: &Draft<'_>, rules: &mut Rules) {
    let held: BTreeMap<BankId, Paise> =
        rules.validators.banks().iter().map(|bank| (bank.id, held_stake(draft, bank.id))).collect();
    if rules.validators.banks().iter().all(|bank| held.get(&bank.id) == Some(&bank.stake)) {
        return;
    }
    let with_stake = |bank: &Bank| Bank { stake: held[&bank.id], ..bank.clone() };
    let banks = rules.validators.banks().iter().map(with_stake).collect();
    rules.validators = Arc::new(ValidatorSet::new(banks).expect("only stakes differ from a sound set"));
}

fn held_stake(draft: &Draft<'_>, bank: BankId) -> Paise {
    let stake = system_of(draft, bank).ok().and_then(|system| draft.accounts.get(system.stake));
    stake.map_or(Paise::ZERO, |account| account.balance)
}

#[cfg(test)]
mod tests;
