//! Checking a statement that somebody shows: the document, its signature, and whose key counts.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use idx_bank::statement::StatementSeal;
use idx_client::encoding::BlockTag;
use idx_client::{ClientError, IdxClient};
use idx_crypto::{Ed25519, PublicKey};
use idx_genesis::SoundGenesis;
use idx_types::{BankCode, BankId, ChainId, Height, NetworkDay, Signed};
use serde::Serialize;

/// A network, and its banks' keys at some height.
pub struct Banks {
    chain_id: ChainId,
    banks: Vec<(BankId, BankCode, PublicKey)>,
}

impl Banks {
    /// Those of genesis: right as long as the bank has not changed its key.
    pub fn of_genesis(genesis: &SoundGenesis) -> Self {
        let spec = genesis.to_spec();
        let banks = spec.banks.into_iter().map(|entry| entry.bank);
        let banks = banks.map(|bank| (bank.id, bank.code, bank.consensus_key)).collect();
        Self { chain_id: genesis.body().chain_id(), banks }
    }

    /// Those that ruled after a height, as a node says.
    ///
    /// # Errors
    /// [`ClientError`] if it gives no answer.
    pub async fn at(client: &IdxClient, height: Height) -> Result<Self, ClientError> {
        let chain_id = client.chain_id().await?;
        let set = client.validator_set(BlockTag::Number(height.next())).await?;
        let banks = set.map(|set| set.banks).unwrap_or_default();
        let banks = banks.into_iter().map(|bank| (bank.id, bank.code, bank.consensus_key.0)).collect();
        Ok(Self { chain_id, banks })
    }
}

/// Why a document is not what it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Another document.
    #[error("INVALID: the signature is of another document, or the document was altered")]
    Document,
    /// Another network.
    #[error("INVALID: the signature is of another network")]
    Network,
    /// No such bank.
    #[error("INVALID: no such bank is known; if it joined after genesis, check by --url")]
    Bank,
    /// Not the bank's signature.
    #[error("INVALID: the bank's key did not sign this; if its key changed after genesis, check by --url")]
    Signature,
}

/// What a valid signature says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Always.
    pub valid: bool,
    /// Who signed.
    pub bank: BankCode,
    /// The first day.
    pub from: NetworkDay,
    /// The last day.
    pub to: NetworkDay,
    /// The format.
    pub format: &'static str,
    /// Nothing after it is in the statement.
    pub height: Height,
}

/// Checks a document against its signature.
///
/// # Errors
/// [`Invalid`] says what does not hold.
pub fn check(document: &[u8], sealed: &Signed<StatementSeal>, banks: &Banks) -> Result<Checked, Invalid> {
    let seal = &sealed.message;
    if !seal.is_of(document) {
        return Err(Invalid::Document);
    }
    if seal.chain_id != banks.chain_id {
        return Err(Invalid::Network);
    }
    let signer = banks.banks.iter().find(|(id, ..)| *id == seal.bank);
    let (_, bank, key) = signer.ok_or(Invalid::Bank)?;
    sealed.check(key, &Ed25519).map_err(|_| Invalid::Signature)?;
    let (bank, format) = (bank.clone(), seal.format.name());
    Ok(Checked { valid: true, bank, from: seal.from, to: seal.to, format, height: seal.height })
}

/// The bytes of a document that came in JSON.
///
/// # Errors
/// It is no base64.
pub fn decode(content: &str) -> anyhow::Result<Vec<u8>> {
    STANDARD.decode(content).context("the node answered with a document that is no base64")
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_bank::statement::Format;
    use idx_crypto::{Hash32, Signer, sha256};
    use idx_types::testing::{chain_id, key};

    #[test]
    fn each_thing_that_does_not_hold_is_named() {
        let seal = StatementSeal {
            chain_id: chain_id(),
            bank: BankId(1),
            height: Height(7),
            account: Hash32([1; 32]),
            from: NetworkDay(1),
            to: NetworkDay(2),
            format: Format::Csv,
            content: sha256(b"document"),
        };
        let signed = |seal: StatementSeal| Signed::new(seal, &key(1));
        let entry = (BankId(1), "HDFC".parse().unwrap(), key(1).public_key());
        let banks = Banks { chain_id: chain_id(), banks: vec![entry] };
        let valid = check(b"document", &signed(seal), &banks).unwrap();
        assert_eq!((valid.bank.as_str(), valid.format), ("HDFC", "csv"));
        let elsewhere = StatementSeal { chain_id: ChainId(Hash32([9; 32])), ..seal };
        let nobody = StatementSeal { bank: BankId(2), ..seal };
        let altered = Signed { message: StatementSeal { to: NetworkDay(3), ..seal }, ..signed(seal) };
        for (document, sealed, expected) in [
            (&b"documenu"[..], signed(seal), Invalid::Document),
            (b"document", signed(elsewhere), Invalid::Network),
            (b"document", signed(nobody), Invalid::Bank),
            (b"document", altered, Invalid::Signature),
            (b"document", Signed::new(seal, &key(2)), Invalid::Signature),
        ] {
            assert_eq!(check(document, &sealed, &banks), Err(expected));
        }
    }
}
