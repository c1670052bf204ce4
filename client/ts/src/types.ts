// What a node answers. Bytes are `0x` and hex, amounts decimal strings with two places, times RFC 3339 in
// UTC. A field that may be absent is absent, never null.

/** 32 bytes: `0x` and 64 hex digits. */
export type Hash = `0x${string}`;
/** Bytes in borsh: `0x` and hex. */
export type Bytes = `0x${string}`;
/** Rupees: `"5075.00"`. */
export type Amount = string;
/** Such as `2026-11-21T22:26:21.000Z`. */
export type Time = string;
/** `latest`, `finalized`, or a height. */
export type BlockTag = "latest" | "finalized" | number;

/** A bank by number and code. */
export interface BankTag {
  id: number;
  code: string;
}

/** Where a transaction stands. */
export type TxStatus = "pending" | "completed" | "failed";

/** What became of a transaction. Once it is not pending, nothing in it changes. */
export interface Receipt {
  id: Hash;
  hash: Hash;
  status: TxStatus;
  reason?: { code: string; message: string };
  height?: number;
  index?: number;
  block?: Hash;
  private_hash?: Hash;
  involved: BankTag[];
  verdicts: { bank: BankTag; verdict: unknown }[];
  final_at?: Time;
}

/** A transaction as it was signed; `body.kind` is the stable name of its kind. */
export interface TransactionView {
  id: Hash;
  hash: Hash;
  version: number;
  chain_id: Hash;
  created_at: Time;
  valid_until: Time;
  body: { kind: string; [field: string]: unknown };
  involved: BankTag[];
  signatures: { key: Hash; signature: Hash }[];
  raw: Bytes;
}

/** Who a node is. */
export interface NodeInfo {
  version: string;
  protocol_version: number;
  chain_id: Hash;
  role: "bank" | "observer";
  bank?: BankTag;
  network_key: Hash;
  listens_on: string[];
  started_at: Time;
  clock: Time;
}

/** Whether a node is catching up. */
export interface Syncing {
  syncing: boolean;
  height: number;
  highest_claimed: number;
}

/** What a transfer costs. */
export interface FeeQuote {
  amount: Amount;
  fee_miner: Amount;
  fee_banks: Amount;
  fee_total: Amount;
  total_debit: Amount;
}

/** A place in the order of all final facts. */
export interface Cursor {
  height: number;
  index: number;
}

/** A page of a list; `next` asks for the one after. */
export interface Page<T> {
  items: T[];
  next?: Cursor;
}

/** One entry of an answer to several transactions. */
export type SendResult =
  | { accepted: Hash }
  | { refused: { reason: { code: string; message: string }; detail: string; retriable: boolean } };

/** What can be subscribed to. */
export type Topic = "newHeads" | "finalizedHeads" | "transactions" | "votes";

/** Which transactions a subscription delivers. */
export interface TransactionFilter {
  bank?: number;
  session?: string;
  kind?: string;
  status?: TxStatus;
}

/** One delivery; `sequence` counts from 0 without gaps. */
export interface Delivery {
  sequence: number;
  cursor?: Cursor;
  event: { type: string; [field: string]: unknown };
}
