-- `_try` and `entering` of governor.py as one step in Redis; a test compares them.
-- KEYS: the hash of an account's tickets. ARGV: the ticket's key, the ticket as it waits and as it holds, now,
-- until when a waiting ticket needs no renewal, the number of places.
-- A ticket is [who, background, arrived, expires, holds].
local line, key, now, size = KEYS[1], ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[6])
local share = math.max(1, math.floor(size / 2))
local waiting, holding, held, background, renewed = {}, {}, 0, 0, false

local function take(ticket)
  holding[ticket[1]] = (holding[ticket[1]] or 0) + 1
  held = held + 1
  if ticket[2] then background = background + 1 end
end

local all = redis.call('HGETALL', line)
for at = 1, #all, 2 do
  local ticket = cjson.decode(all[at + 1])
  if ticket[4] < now then
    redis.call('HDEL', line, all[at])
  elseif ticket[5] then
    take(ticket)
  else
    waiting[all[at]] = ticket
    if all[at] == key and ticket[4] >= tonumber(ARGV[5]) then renewed = true end
  end
end
if not renewed then
  redis.call('HSET', line, key, ARGV[2])
  redis.call('EXPIRE', line, 600)
  waiting[key] = cjson.decode(ARGV[2])
end

local function before(one, other)
  if one[2] ~= other[2] then return other[2] end
  local full, full_other = (holding[one[1]] or 0) >= share, (holding[other[1]] or 0) >= share
  if full ~= full_other then return full_other end
  return one[3] < other[3]
end

while held < size do
  local first
  for name, ticket in pairs(waiting) do
    if (not ticket[2] or background < share) and (not first or before(ticket, waiting[first])) then
      first = name
    end
  end
  if not first then return 0 end
  if first == key then
    redis.call('HSET', line, key, ARGV[3])
    return 1
  end
  take(waiting[first])
  waiting[first] = nil
end
return 0
