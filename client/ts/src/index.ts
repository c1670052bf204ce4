// A typed client of an IDX node: questions over HTTP, events over WebSocket.
//
//   const idx = new IdxClient("http://127.0.0.1:5001/rpc");
//   const quote = await idx.feeQuote("5000.00");        // { fee_total: "75.00", ... }
//   const receipt = await idx.waitForTransaction(id, 10_000);
//
// What a node says is not proved here; the Rust crate `idx-light` checks certificates and paths.

export { IdxClient, type ClientOptions, type Call } from "./client.js";
export { IdxError, TransportError } from "./errors.js";
export { Subscription, type SocketLike, type SocketMaker } from "./subscription.js";
export type * from "./types.js";
