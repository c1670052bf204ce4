//! The table itself.

use super::{Method, Param, Run, accounts, live, orders, peek, queries, read, submit};

const HASH_SCHEMA: &str = r#"{"type":"string","pattern":"^0x[0-9a-f]{64}$"}"#;
const BYTES_SCHEMA: &str = r#"{"type":"string","pattern":"^0x([0-9a-f]{2})*$"}"#;
const CURSOR_SCHEMA: &str = r#"{"type":"object","required":["height","index"],"additionalProperties":false,
"properties":{"height":{"type":"integer","minimum":0},"index":{"type":"integer","minimum":0}}}"#;
const HASH_EXAMPLE: &str = r#""0x0101010101010101010101010101010101010101010101010101010101010101""#;

const BLOCK: Param = Param {
    name: "block",
    optional: true,
    summary: "`latest` (taken if left out), `finalized`, or a height",
    schema: r#"{"oneOf":[{"type":"integer","minimum":0},{"enum":["latest","finalized"]}]}"#,
    example: "\"latest\"",
};
const FULL: Param = Param {
    name: "full",
    optional: true,
    summary: "whether to send the transactions themselves",
    schema: r#"{"type":"boolean","default":false}"#,
    example: "false",
};
const HASH: Param = Param {
    name: "hash",
    optional: false,
    summary: "hash of the public block",
    schema: HASH_SCHEMA,
    example: HASH_EXAMPLE,
};
const PRIVATE_HASH: Param =
    Param { optional: true, summary: "hash of the private block, instead of a height", ..HASH };
const ID: Param = Param {
    name: "id",
    optional: false,
    summary: "id of the transaction",
    schema: HASH_SCHEMA,
    example: HASH_EXAMPLE,
};
const SESSION: Param = Param {
    name: "session",
    optional: false,
    summary: "the session",
    schema: r#"{"type":"string","pattern":"^SESSION_[0-9a-f]{64}$"}"#,
    example: r#""SESSION_0101010101010101010101010101010101010101010101010101010101010101""#,
};
const AFTER: Param = Param {
    name: "after",
    optional: true,
    summary: "`next` of the page before",
    schema: CURSOR_SCHEMA,
    example: r#"{"height":0,"index":0}"#,
};
const LIMIT: Param = Param {
    name: "limit",
    optional: true,
    summary: "entries wanted; the node sends at most its own limit",
    schema: r#"{"type":"integer","minimum":1}"#,
    example: "10",
};
const FROM: Param = Param {
    name: "from",
    optional: false,
    summary: "the first height",
    schema: r#"{"type":"integer","minimum":1}"#,
    example: "1",
};
const COUNT: Param = Param {
    name: "count",
    summary: "heights wanted; the node sends fewer if they are large, at most its own limit",
    ..LIMIT
};
const HANDLE: Param = Param { name: "handle", optional: false, summary: "the account", ..HASH };
const OWNER: Param = Param {
    name: "owner",
    optional: true,
    summary: "the owner's signature, with the key of a session of the account that is open",
    schema: r#"{"type":"object","required":["session","height","signature"],"additionalProperties":false,
"properties":{"session":{"type":"string","pattern":"^SESSION_[0-9a-f]{64}$"},"height":{"type":"integer",
"minimum":0},"signature":{"type":"string","pattern":"^0x[0-9a-f]{128}$"}}}"#,
    example: "null",
};
const ORDER: Param = Param { name: "order", summary: "the order's id", ..HASH };
const ORDER_ID: Param = Param { name: "id", ..ORDER };
const AFTER_ORDER: Param =
    Param { name: "after", optional: true, summary: "`next` of the page before", ..HASH };
const STATUS: Param = Param {
    name: "status",
    optional: true,
    summary: "only orders that stand so",
    schema: r#"{"enum":["active","released","expired","revoked"]}"#,
    example: "\"active\"",
};
const READER: Param = Param {
    name: "reader",
    optional: false,
    summary: "who asks: to that key the answer is sealed",
    schema: r#"{"oneOf":[{"enum":["judge","company"]},{"type":"object","required":["regulator"],
"additionalProperties":false,"properties":{"regulator":{"type":"integer","minimum":0}}}]}"#,
    example: "\"judge\"",
};
const AMOUNT: Param = Param {
    name: "amount",
    optional: false,
    summary: "what the receiver shall get, in rupees",
    schema: r#"{"type":"string","pattern":"^[0-9]+(\\.[0-9]{1,2})?$"}"#,
    example: "\"5000.00\"",
};
const RAW: Param = Param {
    name: "raw",
    optional: false,
    summary: "the transaction in borsh",
    schema: BYTES_SCHEMA,
    example: "\"0x01\"",
};
const RAWS: Param = Param {
    name: "raws",
    optional: false,
    summary: "transactions in borsh, at most 256",
    schema: r#"{"type":"array","maxItems":256,"items":{"type":"string","pattern":"^0x([0-9a-f]{2})*$"}}"#,
    example: "[\"0x01\"]",
};
const TIMEOUT: Param = Param {
    name: "timeoutMs",
    optional: true,
    summary: "how long to wait, in milliseconds; at most the node's own limit",
    schema: r#"{"type":"integer","minimum":0}"#,
    example: "1",
};
const TOPIC: Param = Param {
    name: "topic",
    optional: false,
    summary: "what to deliver",
    schema: r#"{"enum":["newHeads","finalizedHeads","transactions","votes","courtOrders","customer"]}"#,
    example: "\"newHeads\"",
};
const FILTER: Param = Param {
    name: "filter",
    optional: true,
    summary: "for `transactions`: bank, session, kind and status that must match",
    schema: r#"{"type":"object","additionalProperties":false,"properties":{"bank":{"type":"integer"},
"session":{"type":"string"},"kind":{"type":"string"},"status":{"enum":["pending","completed","failed"]}}}"#,
    example: "{}",
};
const SINCE: Param = Param {
    name: "since",
    optional: true,
    summary: "for final facts: everything after this cursor, then live; for `customer`: after this sequence",
    schema: r#"{"oneOf":[{"type":"integer","minimum":0},{"type":"object","additionalProperties":false,
"required":["height","index"],"properties":{"height":{"type":"integer"},"index":{"type":"integer"}}}]}"#,
    example: r#"{"height":1,"index":0}"#,
};
const TOKEN: Param = Param {
    name: "token",
    optional: true,
    summary: "for `customer`: the token of the customer's login",
    schema: r#"{"type":"string"}"#,
    example: "null",
};
const SUBSCRIPTION: Param = Param {
    name: "subscription",
    optional: false,
    summary: "what `idx_subscribe` answered",
    schema: r#"{"type":"string"}"#,
    example: "\"0x1\"",
};

/// Declares the table: name, parameters, result, what it does, what carries it out.
macro_rules! methods {
    ($($name:literal [$($param:expr),*] -> $result:literal, $summary:literal, $run:expr;)*) => {
        /// Every method, in the order of the documentation.
        pub(crate) const METHODS: &[Method] = &[$(Method {
            name: $name, summary: $summary, params: &[$($param),*], result: $result, run: $run,
        }),*];
    };
}

methods! {
    "rpc.discover" [] -> "OpenRPC", "This document.", Run::Call(|c, _| peek(&c, live::discover));
    "idx_chainId" [] -> "Hash", "The network.", Run::Call(|c, _| peek(&c, live::chain_id));
    "idx_nodeInfo" [] -> "NodeInfoView", "Who this node is.",
        Run::Call(|c, _| peek(&c, live::node_info));
    "idx_syncing" [] -> "SyncingView", "Whether this node is catching up.",
        Run::Call(|c, _| peek(&c, live::syncing));
    "idx_blockNumber" [] -> "Height", "The newest final height.",
        Run::Call(|c, _| peek(&c, live::block_number));
    "idx_getBlockByNumber" [BLOCK, FULL] -> "BlockView?", "A final block by height.",
        Run::Call(|c, a| read(c, a, queries::block_by_number));
    "idx_getBlockByHash" [HASH, FULL] -> "BlockView?", "A final block by its public hash.",
        Run::Call(|c, a| read(c, a, queries::block_by_hash));
    "idx_getHeader" [BLOCK] -> "HeaderView?", "The mined header of a final height.",
        Run::Call(|c, a| read(c, a, queries::header));
    "idx_getPrivateHeader" [BLOCK, PRIVATE_HASH] -> "PrivateHeaderView?", "What the banks agreed on.",
        Run::Call(|c, a| read(c, a, queries::private_header));
    "idx_getApprovals" [BLOCK] -> "ApprovalsView?", "Who said what about each transaction of a final height.",
        Run::Call(|c, a| read(c, a, queries::approvals));
    "idx_getCommitCertificate" [BLOCK] -> "CommitCertificateView?",
        "The precommits that made a height final.",
        Run::Call(|c, a| read(c, a, queries::commit_certificate));
    "idx_getObservedHeights" [FROM, COUNT] -> "Bytes[]",
        "Final heights in public form, in borsh, with all that it takes to follow the chain without trust.",
        Run::Call(|c, a| read(c, a, queries::observed));
    "idx_getTransaction" [ID] -> "TransactionView?", "A transaction, final or waiting.",
        Run::Call(|c, a| read(c, a, queries::transaction));
    "idx_getTransactionReceipt" [ID] -> "ReceiptView?", "What became of a transaction.",
        Run::Call(queries::receipt);
    "idx_getTransactionProof" [ID] -> "TransactionProofView?",
        "What proves the receipt of a final transaction.",
        Run::Call(|c, a| read(c, a, queries::proof));
    "idx_getSessionTransactions" [SESSION, AFTER, LIMIT] -> "Page<Hash>",
        "Final transactions that name a session.",
        Run::Call(|c, a| read(c, a, queries::session_transactions));
    "idx_getAccount" [HANDLE, OWNER] -> "AccountView",
        "An account after the newest final height: a bank's own for everybody, a customer's for him.",
        Run::Call(|c, a| read(c, a, accounts::account));
    "idx_getAccountProof" [HANDLE, OWNER] -> "AccountProofView",
        "The same with what proves it to whoever knows the banks.",
        Run::Call(accounts::proof);
    "idx_getBanks" [] -> "BankView[]", "Every bank and its own money.",
        Run::Call(|c, a| read(c, a, queries::banks));
    "idx_getValidatorSet" [BLOCK] -> "ValidatorSetView?", "The banks that rule a height.",
        Run::Call(|c, a| read(c, a, queries::validators));
    "idx_getParameters" [] -> "ParametersView", "The parameters in force.",
        Run::Call(|c, a| read(c, a, queries::parameters));
    "idx_getEscrow" [] -> "EscrowView",
        "Who can open identities together, and the company's key of each day from that of the height on.",
        Run::Call(|c, a| read(c, a, queries::escrow));
    "idx_getChainKeys" [] -> "ChainKeysView",
        "Epochs of the private chain's key: since which height, for which banks; never a key.",
        Run::Call(|c, a| read(c, a, queries::chain_keys));
    "idx_getJudges" [] -> "JudgeView[]", "All judges ever authorised, by number.",
        Run::Call(|c, a| read(c, a, orders::judges));
    "idx_getCourtOrders" [STATUS, AFTER_ORDER, LIMIT] -> "OrderPageView",
        "Court orders that the ledger keeps, with their stories, oldest first.",
        Run::Call(|c, a| read(c, a, orders::court_orders));
    "idx_getCourtOrder" [ORDER_ID] -> "OrderView?", "A court order with its story.",
        Run::Call(|c, a| read(c, a, orders::court_order));
    "idx_getAuditTrail" [AFTER, LIMIT] -> "AuditTrailView",
        "Every step of every court order that is kept, in order of height.",
        Run::Call(|c, a| read(c, a, orders::audit_trail));
    "idx_getOrderEnvelopes" [ORDER, READER] -> "OrderFileView",
        "The sealed envelopes that an active order covers, for its judge or a custodian only.",
        Run::Call(|c, a| read(c, a, orders::order_file));
    "idx_getForexRates" [] -> "ForexRatesView",
        "What foreign money costs: the rates in force and those announced.",
        Run::Call(|c, a| read(c, a, queries::forex_rates));
    "idx_getForeignBanks" [] -> "ForeignBankView[]",
        "The foreign banks with whom travel accounts open, and what they hold.",
        Run::Call(|c, a| read(c, a, queries::foreign_banks));
    "idx_getTotals" [] -> "TotalsView", "All money by currency: what was issued, and all balances added up.",
        Run::Call(|c, a| read(c, a, queries::totals));
    "idx_getMempool" [] -> "MempoolView", "What waits to be ordered.",
        Run::Call(|c, _| peek(&c, live::mempool));
    "idx_feeQuote" [AMOUNT] -> "FeeQuoteView", "What a transfer costs.",
        Run::Call(|c, a| read(c, a, queries::fee_quote));
    "idx_getProposals" [LIMIT] -> "ProposalView[]", "Changes before the banks, newest first.",
        Run::Call(|c, a| read(c, a, queries::proposals));
    "idx_getEvidence" [LIMIT] -> "EvidenceRecordView[]", "Contradictions on record, newest first.",
        Run::Call(|c, a| read(c, a, queries::evidence));
    "idx_getConsensus" [] -> "ConsensusView", "Where the agreement stands, and what it waits for.",
        Run::Call(|c, _| peek(&c, live::consensus));
    "idx_getPeers" [] -> "PeerView[]", "The other nodes.", Run::Call(|c, _| peek(&c, live::peers));
    "idx_sendRawTransaction" [RAW] -> "Hash", "Hands in a transaction; answers its id.",
        Run::Call(submit::send_one);
    "idx_sendRawTransactions" [RAWS] -> "SendResultView[]",
        "Hands in several; one answer for each, in order.",
        Run::Call(submit::send_many);
    "idx_simulate" [RAW] -> "SimulationView",
        "What would become of a transaction alone in the next block, if every bank approved; hands nothing in.",
        Run::Call(submit::simulate);
    "idx_waitForTransaction" [ID, TIMEOUT] -> "ReceiptView?",
        "Waits until a transaction is final; answers how it stands when the time is over.",
        Run::Call(submit::wait);
    "idx_subscribe" [TOPIC, FILTER, SINCE, TOKEN] -> "string",
        "Begins to deliver EventViews as idx_subscription; WebSocket only.", Run::Subscribe;
    "idx_unsubscribe" [SUBSCRIPTION] -> "boolean", "Ends a subscription; false if there was none.",
        Run::Unsubscribe;
}
