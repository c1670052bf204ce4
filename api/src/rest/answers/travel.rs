//! Of travel accounts and rates.

use super::values::{No, Null, Percentage, ShownRate, Submitted, Words, Yes};
use crate::rest::fields::AccountId;
use crate::rest::schema::{Maybe, objects, words};
use idx_client::encoding::Time;
use idx_types::{BankCode, Currency, Height, Idx, Paise, Rate, TxId};

words! {
    /// Whether a travel account lives.
    TravelState { "ACTIVE", "CLOSED" }
}

objects! {
    /// A bank with whom rupees can be changed.
    ForeignBank {
        id: u64,
        bank_code: BankCode,
        bank_name: Words,
        country: Words,
        country_code: Words,
        currency: Currency,
        is_active: Yes,
        stake_amount: Paise,
        total_fees_earned: Paise,
        correspondent: Option<BankCode>,
        available: Paise,
    }
    /// All of them.
    ForeignBankList { count: usize, banks: Vec<ForeignBank> }
    /// What one unit of a currency comes to in another.
    ForexRate {
        id: u64,
        from_currency: Currency,
        to_currency: Currency,
        rate: ShownRate,
        rupees_per_unit: Rate,
        forex_fee_percentage: Percentage,
        is_active: bool,
        effective_from: Time,
        stale_after: Time,
    }
    /// What foreign money costs.
    ForexRateList {
        count: usize,
        rates: Vec<ForexRate>,
        as_of: Height,
        cached: No,
        cache_age_seconds: u64,
    }
    /// A travel account that is on its way to the ledger.
    NewTravelAccount {
        id: AccountId,
        user_idx: Idx,
        foreign_account_number: Words,
        foreign_bank_code: BankCode,
        status: Submitted,
        initial_inr_amount: Paise,
        expires_at: Time,
        closed_at: Null,
        is_frozen: No,
        is_expired: No,
    }
    /// Its opening.
    Departed { message: Words, tx_hash: TxId, travel_account: NewTravelAccount }
    /// A travel account.
    TravelAccount {
        id: AccountId,
        user_idx: Idx,
        foreign_account_number: Words,
        foreign_bank_code: BankCode,
        currency: Currency,
        balance: Paise,
        held: Paise,
        status: TravelState,
        is_frozen: bool,
        initial_inr_amount: Paise,
        initial_foreign_amount: Paise,
        initial_forex_rate: Rate,
        forex_fee_paid: Option<Paise>,
        final_inr_amount: Option<Paise>,
        created_at: Time,
        expires_at: Time,
        closed_at: Option<Time>,
        is_expired: bool,
    }
    /// All of a customer's.
    TravelAccountList { count: usize, accounts: Vec<TravelAccount> }
    /// One of them.
    OneTravelAccount { account: TravelAccount }
    /// What a closing will come to if the rate stays.
    Closing {
        status: Submitted,
        travel_account_id: AccountId,
        foreign_currency: Currency,
        foreign_amount_spent: Paise,
        final_foreign_amount: Paise,
        final_inr_amount: Option<Paise>,
        forex_fee_paid: Option<Paise>,
        closed_at: Null,
    }
    /// A journey that its customer has signed, on its way to the ledger; with the account that it opens.
    JourneySigned { message: Words, status: Submitted, tx_hash: TxId, travel_account_id: Maybe<AccountId> }
    /// The closing of a travel account, on its way to the ledger.
    Returned { message: Words, tx_hash: TxId, result: Closing }
}
