//! Two certificates for one height: the proof of a fork, and of who made it (document 2.4).

use idx_types::{BankId, ChainId, CommitCertificate, Evidence, Signed};

/// The banks that signed both certificates, if the two contradict each other: same height, other
/// value. `None` if they do not. Signatures are not looked at.
///
/// Any two quorums share banks, so with checked certificates the list is never empty. A bank in it
/// whose two precommits are of one round contradicted itself plainly ([`fork_evidence`]). Of two rounds
/// the list says nothing against anybody: a bank that precommitted the first value rightly precommits the
/// second if it is shown a quorum of prevotes for it that is as new as its lock. What is sure is the
/// number of liars, which is at least what two quorums share, `2q - n`: take the first round after the
/// first certificate in which a quorum prevoted another value. The banks that this quorum shares with the
/// certificate broke their lock, or another such quorum of the certificate's own round excused them, and
/// then as many banks prevoted twice in that round. They need not have signed the second certificate, and
/// in the latter case, by the rules of the paper, not even the first.
pub fn conflicting(a: &CommitCertificate, b: &CommitCertificate) -> Option<Vec<BankId>> {
    if a.height != b.height || a.value == b.value {
        return None;
    }
    let signed_b = |bank: &BankId| b.signatures.iter().any(|(other, _)| other == bank);
    Some(a.signatures.iter().map(|(bank, _)| *bank).filter(signed_b).collect())
}

/// The evidence that two conflicting certificates of one round hold: two precommits of each bank
/// that signed both. Empty if they do not conflict or are of different rounds.
pub fn fork_evidence(chain_id: ChainId, a: &CommitCertificate, b: &CommitCertificate) -> Vec<Evidence> {
    let common = conflicting(a, b).filter(|_| a.round == b.round).unwrap_or_default();
    let vote = |certificate: &CommitCertificate, bank| {
        let (_, signature) = certificate.signatures.iter().find(|(signer, _)| *signer == bank)?;
        Some(Signed { message: certificate.vote_of(chain_id, bank), signature: *signature })
    };
    common.into_iter().filter_map(|bank| Some(Evidence::Votes(vote(a, bank)?, vote(b, bank)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_crypto::Signature;
    use idx_types::{Height, PrivateHash, Round, testing};

    fn certificate(height: u64, round: u32, value: u8, banks: &[u16]) -> CommitCertificate {
        let signatures = banks.iter().map(|bank| (BankId(*bank), Signature([value; 64]))).collect();
        let value = PrivateHash([value; 32]);
        CommitCertificate { height: Height(height), round: Round(round), value, signatures }
    }

    #[test]
    fn two_values_at_one_height_name_who_signed_both() {
        let ours = certificate(7, 0, 1, &[0, 1, 2, 3]);
        let table = [
            (certificate(7, 0, 2, &[2, 3, 4, 5]), Some(vec![BankId(2), BankId(3)]), 2),
            (certificate(7, 1, 2, &[3, 4, 5]), Some(vec![BankId(3)]), 0),
            (certificate(7, 3, 1, &[2, 3, 4, 5]), None, 0),
            (certificate(8, 0, 2, &[2, 3, 4, 5]), None, 0),
        ];
        for (theirs, banks, proofs) in table {
            assert_eq!(conflicting(&ours, &theirs), banks);
            let evidence = fork_evidence(testing::chain_id(), &ours, &theirs);
            assert_eq!(evidence.len(), proofs);
            assert!(evidence.iter().all(|proof| proof.offence().is_some()));
        }
    }
}
