//! What another bank says of a customer of both: taken only if it answers this bank's own question and is
//! signed by the bank that was asked.

use idx_crypto::Verifier;
use idx_types::{AccountTold, BalanceAnswer, BalanceQuestion, Bank, BankId, ChainId, Height, PaddedAnswer};

/// A question on its way to another bank.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The network.
    pub chain_id: ChainId,
    /// The asked bank, as the ledger knows it now.
    pub holder: &'a Bank,
    /// This bank.
    pub asker: BankId,
    /// What was asked.
    pub question: BalanceQuestion,
}

/// Why an answer is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnswer {
    /// It names another network, bank, person or question.
    #[error("it answers another question")]
    OtherQuestion,
    /// It is not signed by the asked bank.
    #[error("it is not signed by the bank that was asked")]
    BadSignature,
}

/// What another bank tells, and as of which height at least; none if it has nothing to tell.
pub type Told = Option<(Vec<AccountTold>, Height)>;

impl Asked<'_> {
    /// What an answer tells.
    ///
    /// # Errors
    /// [`NotAnAnswer`]: no honest bank sends that.
    pub fn hear(&self, answer: PaddedAnswer, verifier: &dyn Verifier) -> Result<Told, NotAnAnswer> {
        let signed = answer.into_signed();
        let BalanceAnswer { chain_id, holder, asker, question, .. } = signed.message;
        if (chain_id, holder, asker) != (self.chain_id, self.holder.id, self.asker)
            || question != self.question
        {
            return Err(NotAnAnswer::OtherQuestion);
        }
        signed.check(&self.holder.consensus_key, verifier).map_err(|_| NotAnAnswer::BadSignature)?;
        let BalanceAnswer { told, height, .. } = signed.message;
        Ok(told.filter(|accounts| !accounts.is_empty()).map(|accounts| (accounts, height)))
    }
}

#[cfg(test)]
mod tests;
