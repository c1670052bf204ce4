// The client against a made-up node: what it sends, and what it makes of good and bad answers. With
// IDX_RPC_URL it also asks a real one.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { IdxClient, IdxError, TransportError } from "../dist/index.js";

let server;
let sockets;
let url;
const seen = [];

/** What the made-up node says to a request. */
function answer(request) {
  seen.push(request);
  const base = { jsonrpc: "2.0", id: request.id };
  switch (request.method) {
    case "idx_blockNumber":
      return { ...base, result: 7 };
    case "idx_feeQuote":
      return { ...base, result: { fee_total: "75.00" } };
    case "idx_sendRawTransaction":
      return { ...base, error: { code: -32000, message: "no", data: { reason: "REPLAYED", retriable: false } } };
    case "other_id":
      return { ...base, id: 999, result: 1 };
    default:
      return { ...base, error: { code: -32601, message: "Method not found" } };
  }
}

before(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const sent = JSON.parse(body);
    if (sent.method === "garbage") return response.end("<html>");
    if (sent.method === "silence") return;
    // Batches are answered backwards, as a node may.
    const told = Array.isArray(sent) ? sent.map(answer).reverse() : answer(sent);
    response.end(JSON.stringify(told));
  });
  sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.on("message", (text) => {
      const { id, params } = JSON.parse(text);
      if (params.topic === "votes") return socket.send(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32602, message: "no" } }));
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" }));
      for (const sequence of [0, 1, 2]) {
        const result = { sequence, event: { type: "finalized_head", since: params.since } };
        socket.send(JSON.stringify({ jsonrpc: "2.0", method: "idx_subscription", params: { subscription: "0x1", result } }));
      }
      socket.close();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}/rpc`;
});

after(() => {
  sockets.close();
  server.closeAllConnections();
  server.close();
});

const client = (options = {}) => new IdxClient(url, { webSocket: (at) => new WebSocket(at), ...options });

test("answers come back typed, parameters go by name, what is not given is left out", async () => {
  assert.equal(await client().blockNumber(), 7);
  assert.deepEqual(await client().feeQuote("5000.00"), { fee_total: "75.00" });
  assert.deepEqual(seen.at(-1).params, { amount: "5000.00" });
  await assert.rejects(client().sessionTransactions("SESSION_x"), IdxError);
  assert.deepEqual(Object.keys(seen.at(-1).params), ["session"]);
});

test("a refusal carries the ledger's reason", async () => {
  const refused = await client().sendRawTransaction("0x01").catch((error) => error);
  assert.ok(refused instanceof IdxError);
  assert.deepEqual([refused.code, refused.reason, refused.retriable], [-32000, "REPLAYED", false]);
});

test("a batch comes back in its own order, whatever the node's", async () => {
  const told = await client().batch([{ method: "idx_blockNumber" }, { method: "nothing" }, { method: "idx_feeQuote" }]);
  assert.equal(told[0], 7);
  assert.ok(told[1] instanceof IdxError && told[1].code === -32601);
  assert.deepEqual(told[2], { fee_total: "75.00" });
  assert.deepEqual(await client().batch([]), []);
});

test("what is no answer is told apart from a refusal", async () => {
  for (const method of ["garbage", "other_id"]) await assert.rejects(client().call(method), TransportError);
  await assert.rejects(client({ timeoutMs: 50 }).call("silence"), TransportError);
  await assert.rejects(new IdxClient("http://127.0.0.1:1/rpc").blockNumber(), TransportError);
});

test("events arrive in order until the connection ends, which is an error", async () => {
  const events = await client().subscribe("finalizedHeads", { since: { height: 3, index: 0 } });
  const got = [];
  await assert.rejects(async () => {
    for await (const event of events) got.push(event);
  }, TransportError);
  assert.deepEqual(got.map((event) => event.sequence), [0, 1, 2]);
  assert.deepEqual(got[0].event.since, { height: 3, index: 0 });
  await assert.rejects(client().subscribe("votes"), IdxError);
});

test("a real node", { skip: !process.env.IDX_RPC_URL && "IDX_RPC_URL is not set" }, async () => {
  const idx = new IdxClient(process.env.IDX_RPC_URL, { webSocket: (at) => new WebSocket(at) });
  const [info, chain, banks] = await Promise.all([idx.nodeInfo(), idx.chainId(), idx.banks()]);
  assert.equal(info.chain_id, chain);
  assert.equal(banks.length, 6);
  assert.equal((await idx.feeQuote("5000.00")).fee_total, "75.00");
  const refused = await idx.sendRawTransaction("0x01").catch((error) => error);
  assert.ok(refused instanceof IdxError, String(refused));
  const heads = await idx.subscribe("finalizedHeads", { since: { height: 1, index: 0 } });
  for await (const { sequence, event } of heads) {
    assert.equal(event.type, "finalized_head");
    if (sequence === 2) break;
  }
  heads.close();
});
