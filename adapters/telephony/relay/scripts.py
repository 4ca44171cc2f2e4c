"""The scripts: what must be compared and written in one go.

An order is written only while its writer's lease is the one given out last, and a node's news only
into the session that they are meant for.
"""

from __future__ import annotations

from adapters.stores.redis.server import Script

KEPT = b"kept"
FENCED = b"fenced"
GONE = b"gone"
FULL = b"full"
TAKEN = b"taken"

_LUA = "#!lua flags=allow-oom\n"
"""Everything here is done also when the server's memory is full: callers must be served, and what
is put down here is taken away again in a moment."""

_FENCE = (
    _LUA
    + """local fence = redis.call('HMGET', KEYS[1], 'epoch', 'holder')
if fence[1] ~= ARGV[1] or fence[2] ~= ARGV[2] then return {'fenced'} end
"""
)

_NOW = """
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
"""

_SESSION = """
local function session_of(key, fence_key)
    local session = redis.call('HMGET', key, 'token', 'epoch', 'holder')
    local fence = redis.call('HMGET', fence_key, 'epoch', 'holder')
    if session[1] and session[2] == fence[1] and session[3] == fence[2] then return session[1] end
    return ''
end
"""

_CALLS = """
local function note(key, packed)
    local calls = cmsgpack.unpack(packed)
    for index = 1, #calls, 2 do
        if calls[index + 1] == '' then
            redis.call('HDEL', key, calls[index])
        else
            redis.call('HSET', key, calls[index], calls[index + 1])
        end
    end
end
"""

ENTER = Script(
    _LUA
    + _NOW
    + """
-- KEYS: nodes, orders. ARGV: node, run, ms after which another run of this name is over.
local seen = redis.call('HGET', KEYS[1], ARGV[1])
if seen then
    local run, at_ms = string.match(seen, '^(%x+)@(%d+)')
    if run ~= ARGV[2] and now_ms - tonumber(at_ms) < tonumber(ARGV[3]) then return {'taken'} end
end
redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '@' .. string.format('%.0f', now_ms) .. '@up')
return {'kept'}
"""
)

BEAT = Script(
    _LUA
    + _NOW
    + _SESSION
    + """
-- KEYS: nodes, lease, fence, session, inbox.
-- ARGV: node, run, up or down or hung, session that it serves or empty.
-- A node whose line hangs is to the others as silent as one that is cut off.
local seen = redis.call('HGET', KEYS[1], ARGV[1])
if seen and string.match(seen, '^%x+') ~= ARGV[2] then return {'taken'} end
local session = session_of(KEYS[4], KEYS[3])
if redis.call('EXISTS', KEYS[2]) == 0 then session = '' end
if ARGV[3] == 'hung' then return {'kept', session} end
redis.call('HSET', KEYS[1], ARGV[1],
    ARGV[2] .. '@' .. string.format('%.0f', now_ms) .. '@' .. ARGV[3])
if session ~= '' then
    redis.call('XADD', KEYS[5], '*', 'session', session, 'node', ARGV[1], 'beat', ARGV[3],
        'serves', ARGV[4])
end
return {'kept', session}
"""
)

TELL = Script(
    _LUA
    + _SESSION
    + _CALLS
    + """
-- KEYS: fence, session, inbox, calls.
-- ARGV: token, node, most entries, {call, node or empty, ...} as MessagePack, wrapped key,
-- then number and sealed news of each.
if session_of(KEYS[2], KEYS[1]) ~= ARGV[1] then return {'gone'} end
if redis.call('XLEN', KEYS[3]) > tonumber(ARGV[3]) then return {'full'} end
note(KEYS[4], ARGV[4])
for index = 6, #ARGV, 2 do
    redis.call('XADD', KEYS[3], '*', 'session', ARGV[1], 'node', ARGV[2], 'key', ARGV[5],
        'number', ARGV[index], 'sealed', ARGV[index + 1])
end
return {'kept'}
"""
)

TAKE = Script(
    _LUA
    + _SESSION
    + """
-- KEYS: fence, session, orders. ARGV: ids of the entries that were read.
redis.call('XDEL', KEYS[3], unpack(ARGV))
return {'kept', session_of(KEYS[2], KEYS[1])}
"""
)

OPEN = Script(
    _FENCE
    + _NOW
    + """
-- KEYS: fence, session, inbox, nodes, calls. ARGV: epoch, holder, token.
redis.call('HSET', KEYS[2], 'token', ARGV[3], 'epoch', ARGV[1], 'holder', ARGV[2])
redis.call('XTRIM', KEYS[3], 'MAXLEN', 0)
local nodes, all = {}, redis.call('HGETALL', KEYS[4])
for index = 1, #all, 2 do
    local at_ms, state = string.match(all[index + 1], '^%x+@(%d+)@(%a+)')
    nodes[#nodes + 1] = {all[index], string.format('%.0f', now_ms - tonumber(at_ms)), state}
end
return {'kept', nodes, redis.call('HGETALL', KEYS[5])}
"""
)

SEND = Script(
    _FENCE
    + _CALLS
    + """
-- KEYS: fence, session, calls, then the orders stream of each node that is sent something.
-- ARGV: epoch, holder, token, most entries, {call, node or empty, ...} as MessagePack, wrapped key,
-- then index of the stream, number and sealed order of each.
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[3] then return {'gone'} end
for index = 4, #KEYS do
    if redis.call('XLEN', KEYS[index]) > tonumber(ARGV[4]) then return {'full', index - 4} end
end
note(KEYS[3], ARGV[5])
for index = 7, #ARGV, 3 do
    local stream = KEYS[4 + ARGV[index]]
    if ARGV[index + 1] == '1' then redis.call('XTRIM', stream, 'MAXLEN', 0) end
    redis.call('XADD', stream, '*', 'session', ARGV[3], 'key', ARGV[6],
        'number', ARGV[index + 1], 'sealed', ARGV[index + 2])
end
return {'kept'}
"""
)

DROP = Script(
    _FENCE
    + """
-- KEYS: fence, session, inbox. ARGV: epoch, holder, token, ids of the entries that were read.
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[3] then return {'gone'} end
redis.call('XDEL', KEYS[3], unpack(ARGV, 4))
return {'kept'}
"""
)

FORGET_NODE = Script(
    _FENCE
    + """
-- KEYS: fence, nodes, orders. ARGV: epoch, holder, node.
redis.call('HDEL', KEYS[2], ARGV[3])
redis.call('DEL', KEYS[3])
return {'kept'}
"""
)
