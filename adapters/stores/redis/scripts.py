"""The scripts: each is done whole or not at all, and only for the node that leads.

Everything that can refuse is read first, so that also a key of a wrong type refuses before the
first write. Every script of the journal begins with the fence: ``KEYS[1]`` is the fence,
``ARGV[1]`` and ``ARGV[2]`` the writer's epoch and holder. The holder is compared too, because a
failover to a replica that had not heard of the last acquisition gives an epoch out twice.
"""

from __future__ import annotations

from adapters.stores.redis.server import Script

FENCED = b"fenced"
GONE = b"gone"
KEPT = b"kept"
KEYS = b"keys"
DUPLICATE = b"duplicate"
LINE_RUNS = 64
"""So many runs of lines are remembered; the one that was heard of longest ago is dropped first."""

_WHEN_FULL = "#!lua flags=allow-oom"
"""What begins so is done also when the server's memory is full: without a lease nobody could serve
the callers who are there, and what is to be forgotten must be."""

_FENCE = """#!lua
local fence = redis.call('HMGET', KEYS[1], 'epoch', 'holder')
if fence[1] ~= ARGV[1] or fence[2] ~= ARGV[2] then return {'fenced'} end
"""

_FENCE_WHEN_FULL = _FENCE.replace("#!lua", _WHEN_FULL)

_LAST = """
local function last_id(stream)
    local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    return newest and newest[1] or '0-0'
end
"""

ACQUIRE = Script(
    _WHEN_FULL
    + """
-- KEYS: lease, fence. ARGV: holder, time-to-live in ms.
local fence = redis.call('HMGET', KEYS[2], 'epoch', 'holder')
local left_ms = redis.call('PTTL', KEYS[1])
if fence[2] == ARGV[1] and left_ms > 0 then -- ours already: the answer to the last try was lost
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return {tonumber(fence[1]), 0}
end
if left_ms ~= -2 then
    -- A lease without an end was not made here; it gets one, so that somebody can lead again.
    if left_ms == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    return {0, left_ms}
end
local epoch = redis.call('HINCRBY', KEYS[2], 'epoch', 1)
redis.call('HSET', KEYS[2], 'holder', ARGV[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {epoch, 0}
"""
)

RENEW = Script(
    _WHEN_FULL
    + """
-- KEYS: lease, fence. ARGV: epoch, holder, time-to-live in ms.
-- One that is gone is not brought back, also while nobody else was let in: the nodes may have seen
-- that nobody leads, and have let go of their lines.
local fence = redis.call('HMGET', KEYS[2], 'epoch', 'holder')
if fence[1] ~= ARGV[1] or fence[2] ~= ARGV[2] then return {0} end
return {redis.call('PEXPIRE', KEYS[1], ARGV[3])}
"""
)

RELEASE = Script(
    _WHEN_FULL
    + """
-- KEYS: lease, fence. ARGV: epoch, holder.
local fence = redis.call('HMGET', KEYS[2], 'epoch', 'holder')
if fence[1] ~= ARGV[1] or fence[2] ~= ARGV[2] then return {0} end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], 'holder', '')
return {1}
"""
)

BEGIN = Script(
    _FENCE_WHEN_FULL
    + _LAST
    + """
-- KEYS: fence, journal, head. ARGV: epoch, holder, format, mark or empty.
local last = last_id(KEYS[2])
local head = redis.call('HMGET', KEYS[3], 'format', 'mark')
if not head[2] and ARGV[4] ~= '' then
    redis.call('HSET', KEYS[3], 'format', ARGV[3], 'mark', ARGV[4])
    head = {ARGV[3], ARGV[4]}
end
return {'kept', last, head[1], head[2]}
"""
)

APPEND = Script(
    _FENCE
    + _LAST
    + """
-- KEYS: fence, journal, head, call keys, lines.
-- ARGV: epoch, holder, token, last position, most runs of lines,
-- for each append its {{run, number}, ...} as MessagePack, number of calls,
-- then call and wrapped key of each, then entry and checksum of each.
if redis.call('HGET', KEYS[3], 'batch') == ARGV[3] then return {'kept'} end
local last = last_id(KEYS[2])
if last ~= ARGV[4] .. '-0' then return {'gone', last} end
local appends = cmsgpack.unpack(ARGV[6])
local calls, entries = {}, {}
for index = 8, #ARGV, 2 do
    local into = #calls < tonumber(ARGV[7]) and calls or entries
    into[#into + 1] = {ARGV[index], ARGV[index + 1]}
end

local altered, fresh = {'keys'}, {}
for _, call in ipairs(calls) do
    local kept = redis.call('HGET', KEYS[4], call[1])
    if not kept then
        fresh[#fresh + 1] = call
    elseif kept ~= call[2] then
        altered[#altered + 1] = call[1]
        altered[#altered + 1] = kept
    end
end
if #altered > 1 then return altered end

local known, changed, refused = {}, {}, {'duplicate'}
for number, events in ipairs(appends) do
    local mine, is_duplicate = {}, false
    for _, event in ipairs(events) do
        local run = event[1]
        if known[run] == nil then
            known[run] = string.sub(redis.call('HGET', KEYS[5], run) or '', 1, 19)
        end
        if (mine[run] or known[run]) >= event[2] then is_duplicate = true end
        mine[run] = event[2]
    end
    if is_duplicate then
        refused[#refused + 1] = number - 1
    else
        for run, seq in pairs(mine) do known[run] = seq; changed[run] = seq end
    end
end
if #refused > 1 then return refused end
if #entries == 0 then return {'kept'} end

local first = tonumber(ARGV[4])
local newest = string.format('%019d', first + #entries)
for _, call in ipairs(fresh) do redis.call('HSET', KEYS[4], call[1], call[2]) end
for number, entry in ipairs(entries) do
    redis.call('XADD', KEYS[2], string.format('%d-0', first + number),
        'entry', entry[1], 'check', entry[2])
end
redis.call('HSET', KEYS[3], 'batch', ARGV[3])
if next(changed) then
    for run, seq in pairs(changed) do redis.call('HSET', KEYS[5], run, seq .. '@' .. newest) end
    if redis.call('HLEN', KEYS[5]) > tonumber(ARGV[5]) then
        local all, order = redis.call('HGETALL', KEYS[5]), {}
        for index = 1, #all, 2 do
            order[#order + 1] = {string.sub(all[index + 1], 21), all[index]}
        end
        table.sort(order, function(one, other)
            if one[1] == other[1] then return one[2] < other[2] end
            return one[1] < other[1]
        end)
        for index = 1, #order - tonumber(ARGV[5]) do
            redis.call('HDEL', KEYS[5], order[index][2])
        end
    end
end
return {'kept'}
"""
)

KEEP_SNAPSHOT = Script(
    _FENCE
    + _LAST
    + """
-- KEYS: fence, journal, snapshot. ARGV: epoch, holder, position, state, checksum.
local last = tonumber(string.match(last_id(KEYS[2]), '^%d+'))
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local position = tonumber(ARGV[3])
if not oldest or position > last or position < tonumber(string.match(oldest[1], '^%d+')) then
    return {'gone'}
end
redis.call('HLEN', KEYS[3])
redis.call('HSET', KEYS[3], 'position', ARGV[3], 'state', ARGV[4], 'check', ARGV[5])
return {'kept'}
"""
)

FORGET = Script(
    _FENCE_WHEN_FULL
    + """
-- KEYS: fence, call keys, unpurged. ARGV: epoch, holder, call, forgotten.
local kept = redis.call('HGET', KEYS[2], ARGV[3])
local is_unpurged = redis.call('SISMEMBER', KEYS[3], ARGV[3])
if kept and kept ~= ARGV[4] then
    redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
    redis.call('SADD', KEYS[3], ARGV[3])
    is_unpurged = 1
end
return {'kept', is_unpurged}
"""
)

PURGED = Script(
    _FENCE_WHEN_FULL
    + """
-- KEYS: fence, unpurged. ARGV: epoch, holder, call.
redis.call('SREM', KEYS[2], ARGV[3])
return {'kept'}
"""
)
