import { script } from "./script.js";

/**
 * The permits of one service of an account, counted over all replicas. KEYS, in this order:
 *   state    hash: epoch (changes when Redis has lost everything), bornAt, pausedUntil, lessons (429s told)
 *   log      sorted set: permits that were used, by when
 *   out      sorted set: permits that are out, by the end of their lease
 *   unused   sorted set: those of them that were not used yet
 *   waiting  sorted set: requests of all replicas that wait, by urgency
 *   heard    sorted set: the same requests, by when they are forgotten unless they are told again
 * ARGV[1] is a JSON text. All times are Redis' own, ms.
 */
const common = `local state, log, out, unused, waiting, heard = unpack(KEYS)
local said = cjson.decode(ARGV[1])
local dayMs = 86400000
local function keep() for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, dayMs) end end
`;

/** Told: epoch to begin, used [[id, at]], out [id], leaseMs. Returns the epoch, how long ago it began. */
export const join = script(`${common}
local epoch = redis.call('HGET', state, 'epoch')
if not epoch then
  epoch = said.epoch
  redis.call('HSET', state, 'epoch', epoch, 'bornAt', ms(now))
end
for _, each in ipairs(said.used) do redis.call('ZADD', log, ms(each[2]), each[1]) end
for _, id in ipairs(said.out) do redis.call('ZADD', out, ms(now + said.leaseMs), id) end
keep()
return {epoch, ms(now - (tonumber(redis.call('HGET', state, 'bornAt')) or now))}`);

/**
 * Everything that one replica wants at a time. Told: epoch, leaseMs, heardMs, concurrency, windows [[spanMs, most]], gapMs, since, released [id], unspent [id],
 * held [id], gone [id], waiting [[id, urgency]], mayGrant, channel, message. Returns nothing when the epoch is another; else the ids that are
 * granted, when the pause ends, how many 429s were told, how many permits are out, and what was used since: id and time in turn.
 */
export const sync = script(`${common}
if redis.call('HGET', state, 'epoch') ~= said.epoch then return {} end
local longest = said.windows[1][1]

-- A clock that was set back leaves times in the future.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', log, ms(now + 1000), '+inf')) do redis.call('ZADD', log, ms(now), id) end
for _, set in ipairs({out, unused}) do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', set, ms(now + said.leaseMs + 1000), '+inf')) do
    redis.call('ZADD', set, ms(now + said.leaseMs), id)
  end
end
local pausedUntil = tonumber(redis.call('HGET', state, 'pausedUntil') or '') or 0
if pausedUntil > now + 300000 then
  pausedUntil = now + 300000
  redis.call('HSET', state, 'pausedUntil', ms(pausedUntil))
end

redis.call('ZREMRANGEBYSCORE', log, '-inf', ms(now - longest))
local changed = redis.call('ZREMRANGEBYSCORE', out, '-inf', ms(now)) > 0
redis.call('ZREMRANGEBYSCORE', unused, '-inf', ms(now))
for _, range in ipairs({{'-inf', ms(now)}, {ms(now + said.heardMs + 1000), '+inf'}}) do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', heard, range[1], range[2])) do
    redis.call('ZREM', heard, id)
    redis.call('ZREM', waiting, id)
    changed = true
  end
end
for _, id in ipairs(said.released) do
  if redis.call('ZREM', out, id) > 0 then changed = true end
  redis.call('ZREM', unused, id)
end
for _, id in ipairs(said.unspent) do
  if redis.call('ZREM', log, id) > 0 then changed = true end
end
-- Whoever still uses a permit has it, however long the replica was stopped.
for _, id in ipairs(said.held) do redis.call('ZADD', out, ms(now + said.leaseMs), id) end
for _, id in ipairs(said.gone) do
  if redis.call('ZREM', waiting, id) > 0 then changed = true end
  redis.call('ZREM', heard, id)
end
for _, each in ipairs(said.waiting) do
  redis.call('ZADD', waiting, string.format('%.3f', each[2]), each[1])
  redis.call('ZADD', heard, ms(now + said.heardMs), each[1])
end

local function earliest(ahead)
  local used = redis.call('ZCARD', log)
  local counted = used + redis.call('ZCARD', unused)
  local function begunAt(index)
    if index >= used then return now end
    return tonumber(redis.call('ZRANGE', log, index, index, 'WITHSCORES')[2])
  end
  local at = math.max(now, pausedUntil)
  if counted > 0 then at = math.max(at, begunAt(counted - 1) + said.gapMs * (ahead + 1)) end
  for _, window in ipairs(said.windows) do
    local span, most = window[1], window[2]
    local blocking = counted - most + (ahead % most)
    local first = now
    if blocking >= 0 then first = math.max(now, begunAt(blocking) + span) end
    at = math.max(at, first + math.floor(ahead / most) * span)
  end
  return at
end
local function free() return said.concurrency - redis.call('ZCARD', out) end

local granted = {}
if said.mayGrant then
  for _, each in ipairs(said.waiting) do
    local better = redis.call('ZCOUNT', waiting, '-inf', '(' .. string.format('%.3f', each[2]))
    if free() <= better or earliest(better) > now then break end
    redis.call('ZADD', out, ms(now + said.leaseMs), each[1])
    redis.call('ZADD', unused, ms(now + said.leaseMs), each[1])
    redis.call('ZREM', waiting, each[1])
    redis.call('ZREM', heard, each[1])
    granted[#granted + 1] = each[1]
    changed = true
  end
end
-- The most urgent of those who wait may be with another replica, which does not know yet that it can have a permit.
if changed and redis.call('ZCARD', waiting) > 0 and free() > 0 then redis.call('PUBLISH', said.channel, said.message) end
keep()
local lessons = tonumber(redis.call('HGET', state, 'lessons') or '') or 0
local used = redis.call('ZRANGEBYSCORE', log, '(' .. ms(said.since), '+inf', 'WITHSCORES')
return {granted, ms(pausedUntil), lessons, redis.call('ZCARD', out), used}`);

/** Right before a request leaves. Told: epoch, id, leaseMs. Returns when it was used; nothing when the permit has expired. */
export const use = script(`${common}
if redis.call('HGET', state, 'epoch') ~= said.epoch then return {} end
local lease = tonumber(redis.call('ZSCORE', unused, said.id) or '') or 0
redis.call('ZREM', unused, said.id)
local pausedUntil = tonumber(redis.call('HGET', state, 'pausedUntil') or '') or 0
if lease <= now or pausedUntil > now then
  redis.call('ZREM', out, said.id)
  return {}
end
-- No two are used at the same time: a reader can go on from the last one it knows.
local last = tonumber(redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')[2] or '') or 0
local at = now
if last >= now and last < now + 1000 then at = last + 0.001 end
redis.call('ZADD', log, ms(at), said.id)
redis.call('ZADD', out, ms(now + said.leaseMs), said.id)
keep()
return {ms(at)}`);

/** The platform has said 429. Told: until, channel, message. Returns how many 429s were told. */
export const pause = script(`${common}
local known = tonumber(redis.call('HGET', state, 'pausedUntil') or '') or 0
redis.call('HSET', state, 'pausedUntil', ms(math.max(known, said['until'])))
local lessons = redis.call('HINCRBY', state, 'lessons', 1)
keep()
redis.call('PUBLISH', said.channel, said.message)
return lessons`);
