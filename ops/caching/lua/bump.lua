-- New versions: what was kept under the old ones is never found again.   KEYS: versions …
local time = redis.call('TIME')
for i = 1, #KEYS do
    if redis.call('EXISTS', KEYS[i]) == 1 then
        redis.call('INCR', KEYS[i])
    else
        redis.call('SET', KEYS[i], string.format('%.0f', time[1] * 1000000 + time[2]))
    end
end
return #KEYS
