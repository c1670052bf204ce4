//! Judges, regulators and the rate publisher: who may join them, and what follows when one does or a judge
//! retires.
//!
//! A key that signs for one authority or bank signs for no other, retired judges included.

use crate::draft::Draft;
use crate::judges::{JUDGES_MAX, JudgeRecord};
use crate::registries::Registries;
use idx_crypto::PublicKey;
use idx_types::authority::name_is_sound;
use idx_types::{Judge, JudgeId, Regulator};

/// Whether a judge can be registered: name and keys are sound, number and signing key are new.
pub(super) fn judge_fits(judge: &Judge, draft: &Draft<'_>) -> bool {
    let judges = &draft.registries().judges;
    judges.iter().len() < JUDGES_MAX
        && judges.get(judge.id).is_none()
        && name_is_sound(&judge.name)
        && key_is_new(&judge.signing_key, draft)
}

/// Whether there is such a judge, not yet retired.
pub(super) fn can_retire(judge: JudgeId, draft: &Draft<'_>) -> bool {
    draft.registries().judges.active(judge).is_ok()
}

/// Whether a regulator can hold a half: its keys are new, and there is room.
pub(super) fn regulator_fits(regulator: &Regulator, draft: &Draft<'_>) -> bool {
    let mut escrow = draft.registries().escrow.clone();
    escrow.regulators.push(regulator.clone());
    key_is_new(&regulator.signing_key, draft) && escrow.check().is_ok()
}

/// Whether an authority signs with this key, or did.
pub(super) fn is_known(key: &PublicKey, registries: &Registries) -> bool {
    registries.escrow.signs_with(key)
        || registries.travel.publisher() == Some(key)
        || registries.judges.iter().any(|record| record.judge.signing_key == *key)
}

/// Whether a key is sound, and no bank, authority or publisher signs with it.
pub(super) fn key_is_new(key: &PublicKey, draft: &Draft<'_>) -> bool {
    let of_bank = draft.base.validators.banks().iter().any(|bank| bank.consensus_key == *key);
    draft.base.verifier.is_sound(key) && !of_bank && !is_known(key, draft.registries())
}

pub(super) fn register_judge(draft: &mut Draft<'_>, judge: &Judge) {
    let active_from = draft.place.height.next();
    let record = JudgeRecord { judge: judge.clone(), active_from, retired_from: None };
    draft.registries_mut().judges.0.insert(judge.id, record);
}

/// A judge who is retired because a key was stolen must not leave orders behind: they end at once.
pub(super) fn retire_judge(draft: &mut Draft<'_>, judge: JudgeId) {
    let next = draft.place.height.next();
    if let Some(record) = draft.registries_mut().judges.0.get_mut(&judge) {
        record.retired_from = Some(next);
    }
    draft.revoke_orders(judge);
}

/// Envelopes sealed from the next height on are sealed to this regulator too.
pub(super) fn add_regulator(draft: &mut Draft<'_>, regulator: &Regulator) {
    draft.registries_mut().escrow.regulators.push(regulator.clone());
}
