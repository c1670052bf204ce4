-- Requests of many customers in turn, for wrk. Environment: PEOPLE (a file of people.mjs), WHAT (balance, accounts,
-- history, send), PAUSE_MS (between two requests of a connection; 0 sends as fast as answers come).

local people = {}
for line in io.lines(os.getenv("PEOPLE")) do
  local token, account, idx = line:match("(%S+) (%S+) (%S+)")
  people[#people + 1] = { token = token, account = account, idx = idx }
end
local what = os.getenv("WHAT")
local pause = tonumber(os.getenv("PAUSE_MS") or "0")
local at = math.random(#people)

local reads = { balance = "/api/accounts/balance", accounts = "/api/bank-accounts", history = "/api/transactions?limit=10" }

function request()
  at = at % #people + 1
  local one = people[at]
  local headers = { ["Authorization"] = "Bearer " .. one.token, ["Content-Type"] = "application/json" }
  if reads[what] then
    return wrk.format("GET", reads[what], headers)
  end
  local other = people[at % #people + 1]
  local body = string.format('{"recipient_idx":"%s","amount":"1.00","sender_account_id":"%s"}', other.idx, one.account)
  return wrk.format("POST", "/api/transactions/send", headers, body)
end

if pause > 0 then
  function delay()
    return pause
  end
end

-- Each thread of wrk has its own environment; what done() shall say must be kept where it can see it.
local threads = {}
function setup(thread)
  threads[#threads + 1] = thread
end

refused = 0
function response(status)
  if status >= 300 then
    refused = refused + 1
  end
end

function done(summary, latency)
  local no = 0
  for _, thread in ipairs(threads) do
    no = no + thread:get("refused")
  end
  local seconds = summary.duration / 1e6
  io.write(string.format(
    "%s: %.0f answers a second, p50 %.2f ms, p99 %.2f ms, %d refused, %d broken\n", what,
    (summary.requests - no) / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000, no,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
