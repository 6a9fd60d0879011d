-- Keeps a value unless its tags were bumped while it was computed, and lets go of the lock.
-- KEYS: value, lock, counters, versions …
-- ARGV: token, versions that were read, data, cost in µs, lifetime in ms, grace in ms
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local versions = {}
for i = 4, #KEYS do
    versions[#versions + 1] = redis.call('GET', KEYS[i]) or ''
end
if table.concat(versions, ' ') == ARGV[2] then
    redis.call('HSET', KEYS[1], 'versions', ARGV[2], 'data', ARGV[3], 'cost', ARGV[4],
        'until', string.format('%.0f', now + ARGV[5] * 1000))
    redis.call('PEXPIRE', KEYS[1], ARGV[5] + ARGV[6])
end
redis.call('HINCRBY', KEYS[3], 'computed', 1)
redis.call('HINCRBY', KEYS[3], 'cost', ARGV[4])
redis.call('HSETNX', KEYS[3], 'since', time[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then
    redis.call('DEL', KEYS[2])
end
return 1
