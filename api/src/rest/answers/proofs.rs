//! Of what proves a balance. The words are those of JSON-RPC.

use super::chain::BankTag;
use crate::rest::schema::{Maybe, objects, words};
use idx_client::encoding::{Bytes, Hex};
use idx_types::{AccountHandle, BankCode, Currency, Height, NetworkDay, OrderId, Paise, Rate};

words! {
    /// What an account is for.
    KindName { "customer", "travel" }
    /// Whether it moves money, and if not, who stopped it.
    FreezeName { "free", "by_bank", "by_order" }
}

objects! {
    /// Whether an account moves money.
    Freeze { state: FreezeName, reason: Maybe<u64>, order: Maybe<Hex<OrderId>> }
    /// Rupees changed into foreign money, or back.
    Conversion { rate: Rate, rupees: Paise, fee: Paise, foreign: Paise }
    /// Of a travel account, where its money came from and until when it lives.
    TravelTerms {
        source: Hex<AccountHandle>,
        foreign_bank: BankCode,
        expires_on: NetworkDay,
        opening: Conversion,
        closing: Maybe<Conversion>,
    }
    /// An account on the ledger after a height.
    ProvenAccount {
        handle: Hex<AccountHandle>,
        home_bank: BankTag,
        kind: KindName,
        currency: Currency,
        balance: Paise,
        freeze: Freeze,
        opened_at: Height,
        closed_at: Maybe<Height>,
        travel: Maybe<TravelTerms>,
        as_of: Height,
    }
    /// The account for the eye, and in borsh what proves it: its way to the state root, and the height.
    AccountProof {
        account: ProvenAccount,
        state_proof: Bytes,
        header: Bytes,
        private_header: Bytes,
        commit_certificate: Bytes,
    }
    /// The proof of one account.
    Proof { proof: AccountProof }
}
