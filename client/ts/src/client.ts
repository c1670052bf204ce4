// Calls over HTTP.

import { IdxError, TransportError } from "./errors.js";
import { Subscription, type SocketMaker } from "./subscription.js";
import type * as t from "./types.js";

/** How a client behaves. */
export interface ClientOptions {
  /** Milliseconds for one request; 30,000 if left out. */
  timeoutMs?: number;
  /** Another `fetch`. */
  fetch?: typeof fetch;
  /** What makes WebSockets, where the platform has none of its own (Node before 22): `url => new WebSocket(url)`. */
  webSocket?: SocketMaker;
}

/** One entry of a batch. */
export interface Call {
  method: string;
  params?: object;
}

interface Answer {
  id?: unknown;
  result?: unknown;
  error?: unknown;
}

/** A client of one node. */
export class IdxClient {
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;
  readonly #webSocket: SocketMaker | undefined;
  #nextId = 1;

  /** `url` is the node's JSON-RPC, such as `http://127.0.0.1:5001/rpc`. */
  constructor(
    readonly url: string,
    options: ClientOptions = {},
  ) {
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#webSocket = options.webSocket;
  }

  /** Any method by name; parameters by name. Throws `IdxError` or `TransportError`. */
  async call<R>(method: string, params: object = {}): Promise<R> {
    const id = this.#nextId++;
    const answer = (await this.#post({ jsonrpc: "2.0", id, method, params })) as Answer;
    return resultOf(answer, id) as R;
  }

  /** Several calls in one request; a refused one does not spoil the others. */
  async batch(calls: Call[]): Promise<(unknown | IdxError)[]> {
    if (calls.length === 0) return [];
    const first = this.#nextId;
    this.#nextId += calls.length;
    const entries = calls.map((call, place) => {
      return { jsonrpc: "2.0", id: first + place, method: call.method, params: call.params ?? {} };
    });
    const answers = await this.#post(entries);
    if (!Array.isArray(answers)) throw IdxError.of((answers as Answer).error);
    // Answers may come in any order.
    const byId = new Map((answers as Answer[]).map((answer) => [answer.id, answer]));
    return calls.map((_, place) => settled(byId.get(first + place)));
  }

  async #post(body: unknown): Promise<unknown> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const headers = { "content-type": "application/json" };
    let text: string;
    try {
      const answer = await this.#fetch(this.url, { method: "POST", headers, body: JSON.stringify(body), signal });
      text = await answer.text();
    } catch (cause) {
      throw new TransportError(`${this.url} gave no answer`, { cause });
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new TransportError(`${this.url} did not answer in JSON: is this the node's /rpc?`, { cause });
    }
  }

  /** The network: the digest of its genesis. */
  chainId = () => this.call<t.Hash>("idx_chainId");
  nodeInfo = () => this.call<t.NodeInfo>("idx_nodeInfo");
  syncing = () => this.call<t.Syncing>("idx_syncing");
  /** The newest final height. */
  blockNumber = () => this.call<number>("idx_blockNumber");
  blockByNumber = (block: t.BlockTag = "latest", full = false) =>
    this.call<Record<string, unknown> | null>("idx_getBlockByNumber", { block, full });
  transaction = (id: t.Hash) => this.call<t.TransactionView | null>("idx_getTransaction", { id });
  receipt = (id: t.Hash) => this.call<t.Receipt | null>("idx_getTransactionReceipt", { id });
  sessionTransactions = (session: string, after?: t.Cursor, limit?: number) =>
    this.call<t.Page<t.Hash>>("idx_getSessionTransactions", given({ session, after, limit }));
  banks = () => this.call<Record<string, unknown>[]>("idx_getBanks");
  parameters = () => this.call<Record<string, unknown>>("idx_getParameters");
  /** What a transfer of this amount costs. */
  feeQuote = (amount: t.Amount) => this.call<t.FeeQuote>("idx_feeQuote", { amount });
  /** Hands in a signed transaction in borsh; sending it twice is safe. */
  sendRawTransaction = (raw: t.Bytes) => this.call<t.Hash>("idx_sendRawTransaction", { raw });
  sendRawTransactions = (raws: t.Bytes[]) => this.call<t.SendResult[]>("idx_sendRawTransactions", { raws });
  /** Waits at most `timeoutMs` (the node has a limit of its own), then says how it stands. */
  waitForTransaction = (id: t.Hash, timeoutMs?: number) =>
    this.call<t.Receipt | null>("idx_waitForTransaction", given({ id, timeoutMs }));

  /** Events from now on, or after a cursor; iterate over it, and close it. */
  async subscribe(
    topic: t.Topic,
    options: { filter?: t.TransactionFilter; since?: t.Cursor } = {},
  ): Promise<Subscription> {
    const url = this.url.replace(/^http/, "ws");
    return Subscription.open(url, given({ topic, ...options }), this.#webSocket);
  }
}

/** Without what was not given: the node refuses null. */
function given(params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

function resultOf(answer: Answer, id: number): unknown {
  if (answer.error !== undefined) throw IdxError.of(answer.error);
  if (answer.id !== id || !("result" in answer)) throw new TransportError("the answer is to another request");
  return answer.result;
}

function settled(answer: Answer | undefined): unknown | IdxError {
  if (answer === undefined) throw new TransportError("the batch was not answered in full");
  return answer.error === undefined ? answer.result : IdxError.of(answer.error);
}
