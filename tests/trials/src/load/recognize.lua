-- For wrk: posts a picture, and counts what is answered. Arguments: the picture's file, then the versions that there are.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method, wrk.body = "POST", file:read("*a")
  file:close()
  versions = {}
  for index = 2, #arguments do
    table.insert(versions, '"version":"' .. arguments[index] .. '"')
  end
  failed, others = 0, 0
end

function response(status, headers, body)
  if status ~= 200 then
    failed = failed + 1
    return
  end
  for _, version in ipairs(versions) do
    if body:find(version, 1, true) then
      return
    end
  end
  others = others + 1
end

function done(summary, latency, requests)
  local failed, others = 0, 0
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("failed")
    others = others + thread:get("others")
  end
  local errors = summary.errors
  print("answers " .. summary.requests)
  print("failed " .. failed + errors.connect + errors.read + errors.write + errors.timeout)
  print("other versions " .. others)
end
