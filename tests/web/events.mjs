// The whole story of a bank's events, with the unmodified socket.io-client.
//
//   node events.mjs < story.json
//
// The story names two banks' nodes and three customers: `sender` of one bank, `receiver` and `stranger` of
// the other, each {url, token, account, idx}. Ends with 0 if all is as documented, else says what is not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { io } from "socket.io-client";

const PATIENCE_MS = 60_000;
const NAMES = [
  "connected", "transaction_pending", "transaction_confirmed", "transaction_mined", "transaction_validated",
  "transaction_completed", "transaction_failed", "transaction_update", "tx_complete", "block_mined",
  "block_finalized", "consensus", "court_order", "events_missed", "login_over",
];
const PERSONAL = NAMES.filter((name) => name.startsWith("transaction_") || name === "tx_complete");

const { sender, receiver, stranger } = JSON.parse(readFileSync(0, "utf8"));
const open = [];

/** Everything that one socket heard, in its order. */
class Listener {
  constructor(who, auth, options = {}) {
    this.heard = [];
    this.waiting = [];
    this.connects = 0;
    this.refusal = null;
    this.left = null;
    const said = { token: who.token, ...auth };
    this.socket = io(who.url, { auth: typeof auth === "function" ? auth : said, forceNew: true, ...options });
    open.push(this.socket);
    for (const name of NAMES) this.socket.on(name, (payload) => this.take({ name, payload }));
    this.socket.on("connect", () => { this.connects += 1; this.wake(); });
    this.socket.on("connect_error", (error) => { this.refusal = error; this.wake(); });
    this.socket.on("disconnect", (reason) => { this.left = reason; this.wake(); });
  }
  take(event) { this.heard.push(event); this.wake(); }
  wake() { this.waiting.splice(0).forEach((resume) => resume()); }
  all(name) { return this.heard.filter((event) => event.name === name).map((event) => event.payload); }

  /** Waits until something is so, and answers it. */
  async until(what, isSo) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = isSo(this);
      if (found) return found;
      const left = end - Date.now();
      assert.ok(left > 0, `in vain waited for ${what}; heard ${JSON.stringify(this.heard.slice(-12))}`);
      await new Promise((resume) => { this.waiting.push(resume); setTimeout(resume, left).unref(); });
    }
  }
  update(hash, status) {
    return this.until(`${status} of a transfer`, () =>
      this.all("transaction_update").find((told) => told.tx_hash === hash && told.status === status));
  }
}

async function rest(who, line, body) {
  const [method, path] = line.split(" ");
  const headers = { Authorization: `Bearer ${who.token}`, "Content-Type": "application/json" };
  const answer = await fetch(who.url + path, { method, headers, body: body && JSON.stringify(body) });
  const json = await answer.json();
  assert.ok(answer.ok, `${line}: ${JSON.stringify(json)}`);
  return json;
}

const pay = async (amount) => {
  const body = { recipient_idx: receiver.idx, amount, sender_account_id: sender.account };
  return (await rest(sender, "POST /api/transactions/send", body)).tx_hash;
};
const confirm = (hash) =>
  rest(receiver, `POST /api/transactions/${hash}/confirm`, { receiver_account_id: receiver.account });

/** Sequences without gaps: each turn's events have its number, and the next turn the next one. */
function assertNoGaps(listener, after) {
  const numbers = listener.all("transaction_update").map((told) => told.sequence);
  assert.deepEqual(numbers, numbers.map((_, place) => after + 1 + place), "sequences have no gaps");
}

async function refusals() {
  for (const [auth, code] of [[{ token: undefined }, "UNAUTHORIZED"], [{ token: "a.b.c" }, "UNAUTHORIZED"]]) {
    const listener = new Listener(sender, auth);
    await listener.until("a refusal", () => listener.refusal);
    assert.equal(listener.refusal.data.code, code);
    assert.ok(listener.refusal.message.length > 0);
    assert.equal(listener.connects, 0);
    listener.socket.close();
  }
  const elsewhere = new Listener(receiver, { token: sender.token });
  await elsewhere.until("a refusal", () => elsewhere.refusal);
  assert.equal(elsewhere.refusal.data.code, "UNAUTHORIZED", "another bank's token");
  elsewhere.socket.close();
}

/** One payment between two banks, heard over all transports, by its two customers and nobody else. */
async function payment() {
  const mine = new Listener(sender);
  const theirs = new Listener(receiver, {}, { transports: ["websocket"] });
  const polling = new Listener(receiver, {}, { transports: ["polling"] });
  const other = new Listener(stranger);
  for (const listener of [mine, theirs, polling, other]) {
    await listener.until("connected", () => listener.all("connected").length > 0);
    assert.match(listener.all("connected")[0].user, /^IDX_[0-9a-f]{12}\.\.\.$/);
  }
  await mine.until("the WebSocket", () => mine.socket.io.engine.transport.name === "websocket");
  assert.equal(polling.socket.io.engine.transport.name, "polling");

  const hash = await pay("5000.00");
  for (const listener of [theirs, polling]) {
    const told = await listener.until("what waits", () => listener.all("transaction_pending")[0]);
    assert.equal(told.tx_hash, hash);
    assert.match(told.sender_session_id, /^SESSION_[0-9a-f]{64}$/);
  }
  await confirm(hash);
  for (const listener of [mine, theirs, polling]) {
    const told = await listener.update(hash, "COMPLETED");
    check(listener, hash, told, listener === mine ? "sent" : "received");
  }
  const height = theirs.all("transaction_completed")[0].height;
  await other.until("the same block", () => other.all("block_finalized").some((told) => told.height >= height));
  assert.equal(other.heard.filter(({ name }) => PERSONAL.includes(name)).length, 0, "a stranger heard of it");
  const text = JSON.stringify(theirs.heard);
  assert.ok(!text.includes(sender.idx), "a receiver learns of a session, not of a person");
  for (const listener of [mine, polling, other]) listener.socket.close();
  return theirs;
}

/** Statuses forward only; and the order that clients of the reference server know. */
function check(listener, hash, told, direction) {
  const turns = listener.all("transaction_update").filter((one) => one.tx_hash === hash);
  const order = ["AWAITING_RECEIVER", "PENDING", "PUBLIC_CONFIRMED", "COMPLETED"];
  const places = turns.map((one) => order.indexOf(one.status));
  assert.ok(places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1])), `${places}`);
  assert.equal(places[0], 0);
  assertNoGaps(listener, turns[0].sequence - 1);
  assert.deepEqual([told.amount, told.direction, told.event], ["5000.00", direction, "transaction_completed"]);

  const height = told.height;
  const place = (name, isIt) => listener.heard.findIndex((one) => one.name === name && isIt(one.payload));
  const steps = [
    place("block_mined", (one) => one.block === height),
    place("consensus", (one) => one.block === height),
    place("tx_complete", (one) => one.tx_hash === hash),
  ];
  assert.ok(steps.every((step, i) => step >= 0 && (i === 0 || step > steps[i - 1])), `order ${steps}`);
  const old = listener.heard[steps[2]].payload;
  assert.deepEqual([old.type, old.hash, old.amount], [direction, `${hash.slice(0, 16)}...`, "5000.00"]);
  const { block, votes } = listener.heard[steps[1]].payload;
  assert.equal(block, height);
  assert.ok(votes >= 4 && votes <= 6, "a certificate holds a quorum of the six banks");
  const [validated, completed] = ["transaction_validated", "transaction_completed"].map((name) =>
    place(name, (one) => one.tx_hash === hash));
  assert.ok(validated >= 0 && completed > validated);
}

/** A connection that breaks, what happens meanwhile, and what is told again. */
async function breaks(before) {
  let last = before.all("transaction_update").at(-1).sequence;
  const stream = before.all("connected")[0].stream;
  before.socket.close();
  const missed = await pay("1.00");
  await rest(receiver, `GET /api/transactions/${missed}`).catch(() => {});
  const again = new Listener(receiver, (said) => said({ token: receiver.token, since: last, stream }));
  await again.update(missed, "AWAITING_RECEIVER");
  assert.equal(again.all("connected")[0].stream, stream);
  assertNoGaps(again, last);

  last = again.all("transaction_update").at(-1).sequence;
  again.heard.length = 0;
  again.socket.io.engine.close();
  await again.until("the break", () => again.left);
  const [second] = await Promise.all([pay("2.00"), confirm(missed)]);
  await again.until("the client's own reconnection", () => again.connects === 2);
  await again.update(missed, "COMPLETED");
  await again.update(second, "AWAITING_RECEIVER");
  assertNoGaps(again, last);
  assert.equal(again.all("events_missed").length, 0);
  await rest(receiver, `POST /api/transactions/${second}/reject`);
  const failed = await again.until("the refusal", () => again.all("transaction_failed")[0]);
  assert.deepEqual([failed.tx_hash, failed.status, failed.reason], [second, "REJECTED", "REJECTED"]);
  again.socket.close();

  const ahead = new Listener(receiver, { since: "1000000" });
  const gap = await ahead.until("a gap", () => ahead.all("events_missed")[0]);
  assert.deepEqual([gap.stream, gap.from, gap.last], [stream, 1_000_001, failed.sequence]);
  ahead.socket.close();
  const query = new Listener(receiver, {}, { query: { since: "0", since_height: "1" } });
  await query.until("the second height", () => query.all("block_finalized").some((told) => told.height === 2));
  assert.equal((await query.until("the first", () => query.all("transaction_update")[0])).sequence, 1);
  query.socket.close();
}

/** A login that ends takes its connections with it, and the client does not come back by itself. */
async function theEnd() {
  const listener = new Listener(receiver);
  await listener.until("connected", () => listener.all("connected").length > 0);
  await rest(receiver, "POST /api/auth/logout");
  await listener.until("the end", () => listener.left);
  assert.equal(listener.left, "io server disconnect");
  assert.equal(listener.all("login_over")[0].code, "LOGIN_OVER");
  const after = new Listener(receiver);
  await after.until("a refusal", () => after.refusal);
  assert.equal(after.refusal.data.code, "UNAUTHORIZED");
}

try {
  await refusals();
  await breaks(await payment());
  await theEnd();
} catch (failure) {
  console.error(failure);
  process.exitCode = 1;
} finally {
  open.forEach((socket) => socket.close());
}
