// Makes customers of one bank for a load test and writes what the load needs: tokens, accounts, IDX.
//
//   node people.mjs URL ADMIN_SOCKET COUNT FILE
//
// Each has one account with 10,000,000.00 rupees. FILE gets a line a customer: token, account, IDX.

import { writeFileSync } from "node:fs";
import { request } from "node:http";

const [url, socket, count, file] = process.argv.slice(2);
const PASSWORD = "a load test's password";
const AT_ONCE = 8;

/** Sends JSON and gives the answer; over TCP or over a Unix socket. */
function ask(where, verb, path, token, body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const options = { ...where, method: verb, path, headers };
    const sent = request(options, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => {
        if (answer.statusCode >= 300) reject(new Error(`${verb} ${path}: ${answer.statusCode} ${text}`));
        else resolve(JSON.parse(text));
      });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? "" : JSON.stringify(body));
  });
}

const node = { hostname: new URL(url).hostname, port: new URL(url).port };

async function admin(method, params) {
  const call = { jsonrpc: "2.0", id: 1, method, params };
  const answer = await ask({ socketPath: socket }, "POST", "/rpc", undefined, call);
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

/** A PAN of a number: five letters, four digits, a letter. */
function pan(number) {
  const letter = (power) => String.fromCharCode(65 + (Math.floor(number / power) % 26));
  return `AAA${letter(26)}${letter(1)}${String(number % 10000).padStart(4, "0")}K`;
}

async function person(number, bank, clerk) {
  const papers = { pan_card: pan(number), rbi_number: String(300000 + number), bank_name: bank, password: PASSWORD };
  await ask(node, "POST", "/api/auth/register", undefined, { ...papers, full_name: `Load ${number}` });
  const { token, user } = await ask(node, "POST", "/api/auth/login", undefined, papers);
  const { account } = await ask(node, "POST", "/api/bank-accounts/create", token, {});
  const { account_number: id } = account;
  await until(async () => {
    const { account: now } = await ask(node, "GET", `/api/bank-accounts/${id}`, token);
    return now.state === "open";
  });
  await ask(node, "POST", `/api/bank-accounts/${id}/deposit`, clerk, { amount: "10000000.00" });
  await until(async () => (await ask(node, "GET", `/api/bank-accounts/${id}`, token)).account.balance !== "0.00");
  return [token, id, user.idx].join(" ");
}

async function until(holds) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the network does not settle what was asked");
}

const { bank } = (await ask(node, "POST", "/rpc", undefined, { jsonrpc: "2.0", id: 1, method: "idx_nodeInfo" })).result;
const { token: clerk } = await admin("admin_issueToken", { name: "Load" });
const lines = new Array(Number(count));
let next = 0;
const workers = Array.from({ length: AT_ONCE }, async () => {
  while (next < lines.length) {
    const number = next;
    next += 1;
    lines[number] = await person(number, bank.code, clerk);
  }
});
await Promise.all(workers);
writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
