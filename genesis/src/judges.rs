//! Judges whom the founders name: who may order from the first height on.

use crate::body::Genesis;
use crate::check::check_ed25519;
use crate::error::BodyError;
use idx_crypto::Verifier;
use idx_types::Judge;
use idx_types::authority::name_is_sound;
use std::collections::BTreeSet;

/// Most judges in a genesis file; governance registers more.
pub const JUDGES_FOUNDING_MAX: usize = 64;

/// Whether a judge makes sense alone. That an HPKE key is sound its type says.
pub(crate) fn check_judge(judge: &Judge, verifier: &dyn Verifier) -> Result<(), BodyError> {
    if !name_is_sound(&judge.name) {
        return Err(BodyError::JudgeName { judge: judge.id });
    }
    check_ed25519(&judge.name, "signing", &judge.signing_key, verifier)
}

/// Both keys of a judge with whose they are.
pub(crate) fn keys_of(judge: &Judge) -> [([u8; 32], String); 2] {
    [
        (judge.signing_key.0, format!("the signing key of {}", judge.name)),
        (*judge.hpke_key.as_bytes(), format!("the hpke key of {}", judge.name)),
    ]
}

impl Genesis {
    /// Adds a judge.
    ///
    /// # Errors
    /// [`BodyError`] if a key is unsound, or number, name or keys are used already; the body stays as it
    /// was.
    pub fn add_judge(&mut self, judge: Judge, verifier: &dyn Verifier) -> Result<(), BodyError> {
        check_judge(&judge, verifier)?;
        self.judges.push(judge);
        self.check_unique().inspect_err(|_| drop(self.judges.pop()))
    }

    /// Not too many, every number once.
    pub(crate) fn check_judge_numbers(&self) -> Result<(), BodyError> {
        if self.judges.len() > JUDGES_FOUNDING_MAX {
            return Err(BodyError::JudgeCount { found: self.judges.len() });
        }
        let mut seen = BTreeSet::new();
        match self.judges.iter().find(|judge| !seen.insert(judge.id)) {
            Some(judge) => Err(BodyError::JudgeTwice { judge: judge.id }),
            None => Ok(()),
        }
    }
}
