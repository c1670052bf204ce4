//! What a miner keeps while it waits for verdicts.

use idx_light::approval::{Standing, Tally, Threshold, add_voice};
use idx_types::verdict::CertificateError;
use idx_types::{
    ApprovalCertificate, BankId, ChainId, Evidence, Height, InvolvedBanks, PublicHash, PublicHeader,
    SignedVerdicts, ValidatorSet, Verdicts, Verified,
};
use std::collections::BTreeMap;

/// What became of a message handed to a [`Collector`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AddOutcome {
    /// It counts.
    Added,
    /// The bank had said the same before; nothing changed.
    Duplicate,
    /// The bank contradicts what it said before, which still counts; here is the proof.
    Conflict(Box<Evidence>),
    /// It is about something else or from no bank of this height; nothing changed. Names whose
    /// message it is: [`CertificateError::Signers`] or [`CertificateError::Mismatch`].
    Refused(CertificateError),
}

/// Collects the banks' verdicts on one mined block. Holds at most one message for each bank, and
/// takes only what [`ApprovalCertificate::check`] will accept in a certificate.
#[derive(Clone, Debug)]
pub struct Collector {
    chain_id: ChainId,
    height: Height,
    block: PublicHash,
    involved: Vec<InvolvedBanks>,
    threshold: Threshold,
    voices: BTreeMap<BankId, Option<SignedVerdicts>>,
    tallies: Vec<Tally>,
    open: usize,
}

impl Collector {
    /// For the block of this header; `involved` has one entry for each of its transactions, `banks`
    /// rule its height, and `quorum` (at least 1) of them approve or certify.
    pub fn new(
        header: &PublicHeader,
        involved: Vec<InvolvedBanks>,
        banks: &ValidatorSet,
        quorum: usize,
    ) -> Self {
        Self {
            chain_id: header.chain_id,
            height: header.height,
            block: header.hash(),
            threshold: Threshold { banks: banks.len(), quorum },
            voices: banks.banks().iter().map(|bank| (bank.id, None)).collect(),
            tallies: vec![Tally::default(); involved.len()],
            open: involved.len(),
            involved,
        }
    }

    /// Counts one bank's verdicts.
    pub fn add(&mut self, verdicts: Verified<SignedVerdicts>) -> AddOutcome {
        let signed = verdicts.into_inner();
        let bank = signed.message.bank;
        if !self.fits(&signed.message) {
            return AddOutcome::Refused(CertificateError::Mismatch(bank));
        }
        match self.voices.get_mut(&bank) {
            None => AddOutcome::Refused(CertificateError::Signers(bank)),
            Some(Some(before)) if before.message == signed.message => AddOutcome::Duplicate,
            Some(Some(before)) => AddOutcome::Conflict(Box::new(Evidence::Verdicts(before.clone(), signed))),
            Some(voice @ None) => {
                add_voice(&mut self.tallies, &signed.message, &self.involved);
                *voice = Some(signed);
                self.open = self.count_open();
                AddOutcome::Added
            }
        }
    }

    /// Whether waiting longer changes nothing: every bank spoke, or a quorum spoke and no transaction
    /// depends on the silent ones.
    pub fn is_settled(&self) -> bool {
        let spoken = self.spoken();
        spoken == self.threshold.banks || (spoken >= self.threshold.quorum && self.open == 0)
    }

    /// Whether enough banks spoke for a certificate.
    pub fn can_certify(&self) -> bool {
        self.spoken() >= self.threshold.quorum
    }

    /// The certificate of everything collected, once [`Self::can_certify`].
    pub fn certificate(&self) -> Option<ApprovalCertificate> {
        if !self.can_certify() {
            return None;
        }
        let verdicts = self.voices.values().flatten().cloned().collect();
        Some(ApprovalCertificate { block: self.block, verdicts })
    }

    /// The banks that have not spoken, by number.
    pub fn silent(&self) -> Vec<BankId> {
        self.voices.iter().filter(|(_, voice)| voice.is_none()).map(|(bank, _)| *bank).collect()
    }

    fn spoken(&self) -> usize {
        self.voices.values().flatten().count()
    }

    fn fits(&self, said: &Verdicts) -> bool {
        said.chain_id == self.chain_id
            && said.height == self.height
            && said.block == self.block
            && said.verdicts.len() == self.involved.len()
    }

    fn count_open(&self) -> usize {
        let is_open = |(tally, involved): &(&Tally, &InvolvedBanks)| {
            tally.standing(involved, self.threshold) == Standing::Open
        };
        self.tallies.iter().zip(&self.involved).filter(is_open).count()
    }
}
