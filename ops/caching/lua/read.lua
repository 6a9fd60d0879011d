-- One look at a value: found, or what its reader has to do. Counts how it went.
-- KEYS: value, lock, counters, listener, versions …   ARGV: token, lock in ms, whether it is tagged
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

if ARGV[3] == '1' and redis.call('EXISTS', KEYS[4]) == 0 then
    redis.call('HINCRBY', KEYS[3], 'unattended', 1)
    return {'unattended', '', ''}
end

local versions = {}
for i = 5, #KEYS do
    local version = redis.call('GET', KEYS[i])
    if not version then
        -- Never one that was there before: values may have outlived it.
        version = string.format('%.0f', now)
        redis.call('SET', KEYS[i], version)
    end
    versions[#versions + 1] = version
end
local wanted = table.concat(versions, ' ')

local kept = redis.call('HMGET', KEYS[1], 'versions', 'until', 'cost', 'data')
local is_current = kept[1] == wanted
if is_current and tonumber(kept[2]) > now then
    redis.call('HINCRBY', KEYS[3], 'hits', 1)
    redis.call('HINCRBY', KEYS[3], 'saved', kept[3])
    return {'found', kept[4], wanted}
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])
    or redis.call('GET', KEYS[2]) == ARGV[1] then
    redis.call('HINCRBY', KEYS[3], 'misses', 1)
    return {'compute', '', wanted}
end
if is_current then
    redis.call('HINCRBY', KEYS[3], 'hits', 1)
    redis.call('HINCRBY', KEYS[3], 'stale', 1)
    redis.call('HINCRBY', KEYS[3], 'saved', kept[3])
    return {'found', kept[4], wanted}
end
return {'wait', '', wanted}
