import { script } from "./script.js";

/**
 * KEYS: calls of the scope by the end of their lease, what each asks, versions of the scope's answers. ARGV[1] is a JSON text: id, asks, leaseMs,
 * known [id], answers [[slot, version]], isFixed. Returns 1 when the call may be made; else 0, 1 if there is an answer that is not known, and id
 * and text of the calls that are not known.
 */
export const claim = script(`local calls, asks, versions = unpack(KEYS)
local said = cjson.decode(ARGV[1])
local function drop(ids)
  for _, id in ipairs(ids) do
    redis.call('ZREM', calls, id)
    redis.call('HDEL', asks, id)
  end
end
drop(redis.call('ZRANGEBYSCORE', calls, '-inf', ms(now)))
drop(redis.call('ZRANGEBYSCORE', calls, ms(now + said.leaseMs + 1000), '+inf'))
if not said.isFixed then
  local known = {}
  for _, id in ipairs(said.known) do known[id] = true end
  local new = {}
  for _, id in ipairs(redis.call('ZRANGE', calls, 0, -1)) do
    if not known[id] then
      new[#new + 1] = id
      new[#new + 1] = redis.call('HGET', asks, id) or ''
    end
  end
  local seen = {}
  for _, each in ipairs(said.answers) do seen[each[1]] = each[2] end
  local all = redis.call('HGETALL', versions)
  local hasNewAnswer = 0
  for i = 1, #all, 2 do
    local keep = tonumber(string.match(all[i + 1], ' (%S+)$') or '')
    if keep and keep > now and seen[all[i]] ~= all[i + 1] then hasNewAnswer = 1 end
  end
  if #new > 0 or hasNewAnswer == 1 then return {0, hasNewAnswer, new} end
end
redis.call('ZADD', calls, ms(now + said.leaseMs), said.id)
redis.call('HSET', asks, said.id, said.asks)
redis.call('PEXPIRE', calls, 60000)
redis.call('PEXPIRE', asks, 60000)
return {1}`);

/** KEYS: calls, what they ask. ARGV: id, lease. Says that the call is still made. */
export const hold = script(`redis.call('ZADD', KEYS[1], 'XX', ms(now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 60000)
return redis.call('PEXPIRE', KEYS[2], 60000)`);

/** KEYS: calls. ARGV: id. How long its lease still lasts, ms; 0 when the call is over. */
export const look = script(`local lease = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '') or 0
return ms(math.max(0, lease - now))`);

/** KEYS: calls, what they ask. ARGV: id, what it asks, or nothing when it is over, channel, message. */
export const tell = script(`if ARGV[2] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
elseif redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
return redis.call('PUBLISH', ARGV[3], ARGV[4])`);
