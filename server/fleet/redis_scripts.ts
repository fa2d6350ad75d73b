/**
 * What runs inside Redis for the fleet: each script is one atomic step, and the
 * only place where these keys are changed. One hash slot has them all.
 *
 * `nodes` has the end of each node's lease, on Redis' own clock, for a while
 * after it too, in which its sessions can be taken up; `sessions` a
 * JSON record by session (node, name, key, user, dialect, version); `names` a
 * session by name's key. A name is held while the session it leads to has that
 * name, and a node that lives: what a dead node left behind does no harm until
 * it is swept away. A room has a hash of documents by node.
 */

import { type Script, script } from "../store/redis_scripts.ts";
import { KEPT_LEASES } from "./engine.ts";

const PREFIX = "hubbub:{fleet}";

/** The keys that scripts take first. */
export const FLEET_KEYS: readonly string[] = [
  `${PREFIX}:nodes`,
  `${PREFIX}:names`,
  `${PREFIX}:sessions`,
  `${PREFIX}:beat`,
  `${PREFIX}:counts`,
];

/** The key of a room's documents. */
export function hereKey(room: string): string {
  return `${PREFIX}:here:${room}`;
}

/** The channel that tells who is in a room. Channels know no databases. */
export function hereChannel(database: number, room: string): string {
  return `hubbub:${database}:here:${room}`;
}

/** The channel that tells of a node that was not known. */
export function nodesChannel(database: number): string {
  return `hubbub:${database}:nodes`;
}

/** The start of the channels that tell a node of its sessions. */
export function nodeChannels(database: number): string {
  return `hubbub:${database}:node:`;
}

/** Documents that no node has written again for so long are forgotten. */
const HERE_SECONDS = 60 * 60;
/** Sessions that are looked at, with each heartbeat, whether they still live. */
const SWEEP = 100;

const STATE = `
local NODES, NAMES, SESSIONS, BEAT, COUNTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function alive(node)
  local till = redis.call('HGET', NODES, node)
  return till and tonumber(till) >= now
end

local function session(id)
  local record = redis.call('HGET', SESSIONS, id)
  return record and cjson.decode(record)
end

-- The session that holds a name, if one does.
local function holder(key)
  local id = redis.call('HGET', NAMES, key)
  local it = id and session(id)
  if it and it.key == key and alive(it.node) then return id, it end
end

local function drop_name(key, id)
  if redis.call('HGET', NAMES, key) == id then redis.call('HDEL', NAMES, key) end
end

local function put(id, it)
  local old = session(id)
  if old and old.key ~= it.key then drop_name(old.key, id) end
  redis.call('HSET', NAMES, it.key, id)
  redis.call('HSET', SESSIONS, id, cjson.encode(it))
end

local function drop(id, it)
  redis.call('HDEL', SESSIONS, id)
  drop_name(it.key, id)
end

-- The place of the first name that can be had, of pairs of key and name in
-- ARGV. Without 'any' that is only the first; of the others it is told then.
local function choose(from, id, any)
  for i = from, #ARGV, 2 do
    local by = holder(ARGV[i])
    if not by or by == id then
      if any == '1' or i == from then return i end
      return nil, ARGV[i + 1]
    end
  end
end
`;

function fleetScript(lua: string): Script {
  return script(STATE + lua);
}

/**
 * Renews a lease, and sweeps. ARGV: the node, milliseconds, where the sweep
 * goes on, the channel that tells of a node that was not known, and what this
 * one has counted. Returns whether the lease was held, the other nodes that live
 * and what these have counted, some sessions of this one, and where the next
 * sweep goes on. When nobody's heart has beaten for a while,
 * Redis was away: that time is not counted.
 */
export const BEAT = fleetScript(`
local me, lease = ARGV[1], tonumber(ARGV[2])
local gap = now - tonumber(redis.call('GET', BEAT) or now)
local held, living, counts, all = 0, {}, {}, redis.call('HGETALL', NODES)
for i = 1, #all, 2 do
  local node, till = all[i], tonumber(all[i + 1])
  if gap > lease / 2 then
    till = till + gap
    redis.call('HSET', NODES, node, string.format('%.0f', till))
  end
  if till < now then
    if till + ${KEPT_LEASES} * lease < now then redis.call('HDEL', NODES, node) end
    redis.call('HDEL', COUNTS, node)
  elseif node == me then
    held = 1
  else
    living[#living + 1] = node
    counts[#counts + 1] = redis.call('HGET', COUNTS, node) or '{}'
  end
end
redis.call('HSET', NODES, me, string.format('%.0f', now + lease))
redis.call('HSET', COUNTS, me, ARGV[5])
redis.call('SET', BEAT, string.format('%.0f', now))
if held == 0 then redis.call('PUBLISH', ARGV[4], me) end
local own, swept = {}, redis.call('HSCAN', SESSIONS, ARGV[3], 'COUNT', ${SWEEP})
for i = 1, #swept[2], 2 do
  local id, it = swept[2][i], cjson.decode(swept[2][i + 1])
  if it.node == me then
    own[#own + 1] = id
  elseif redis.call('HEXISTS', NODES, it.node) == 0 then
    drop(id, it)
  end
end
return {held, living, counts, own, swept[1]}
`);

/**
 * Claims a session. ARGV: the node, the session, a spare id, user (''), dialect,
 * the start of nodes' channels, whether any name will do, and pairs of key and
 * name. Returns the session, its name, its version and whether it was taken up;
 * or, refused, the first other name that is free.
 */
export const CLAIM = fleetScript(`
local me, id, spare, user, dialect, channels, any = unpack(ARGV, 1, 7)
if not alive(me) then return 'unknown' end
local it = session(id)
if it and it.user == user and it.dialect == dialect and redis.call('HGET', NAMES, it.key) == id then
  local from = it.node
  it.node, it.version = me, math.max(now, it.version + 1)
  put(id, it)
  if from ~= me then
    redis.call('PUBLISH', channels .. from, string.format('%s %.0f', id, it.version))
  end
  return {id, it.name, it.version, 1}
end
if it and alive(it.node) then id = spare end
local place, other = choose(8, id, any)
if not place then return {other or false} end
put(id, {node = me, key = ARGV[place], name = ARGV[place + 1], user = user, dialect = dialect, version = now})
return {id, ARGV[place + 1], now, 0}
`);

/** Renames. ARGV: the node, the session, whether any name will do, and pairs of
 * key and name. Returns the name, and 1; or the first other that is free. */
export const RENAME = fleetScript(`
local it = session(ARGV[2])
if not it or it.node ~= ARGV[1] or not alive(ARGV[1]) then return 'unknown' end
local place, other = choose(4, ARGV[2], ARGV[3])
if not place then return {other or false} end
it.key, it.name = ARGV[place], ARGV[place + 1]
put(ARGV[2], it)
return {it.name, 1}
`);

/** Finds a free name. ARGV: a user (''), whether any name will do, and pairs of
 * key and name. Returns as {@linkcode RENAME}. */
export const FIND = fleetScript(`
local by, it = holder(ARGV[3])
if by and ARGV[1] ~= '' and it.user == ARGV[1] then return {ARGV[4], 1} end
local place, other = choose(3, false, ARGV[2])
return place and {ARGV[place + 1], 1} or {other or false}
`);

/** Ends sessions. ARGV: the node, and the sessions; those of others stay. */
export const RELEASE = fleetScript(`
for i = 2, #ARGV do
  local it = session(ARGV[i])
  if it and it.node == ARGV[1] then drop(ARGV[i], it) end
end
`);

/**
 * Writes sessions down again. ARGV: the node, and of each session its id and
 * its record. Returns those that others have taken up, and those whose names
 * others have.
 */
export const REASSERT = fleetScript(`
local me, replaced, outnamed = ARGV[1], {}, {}
for i = 2, #ARGV, 2 do
  local id, mine = ARGV[i], cjson.decode(ARGV[i + 1])
  local it = session(id)
  if it and it.node ~= me and it.version > mine.version then
    replaced[#replaced + 1] = id
  else
    local by = holder(mine.key)
    if not by or by == id then
      put(id, mine)
    else
      outnamed[#outnamed + 1] = id
      if it then drop(id, it) end
    end
  end
end
return {replaced, outnamed}
`);

/** Ends a lease. ARGV: the node. */
export const LEAVE = fleetScript(`
redis.call('HDEL', NODES, ARGV[1])
redis.call('HDEL', COUNTS, ARGV[1])
`);

/** Reads about a room. KEYS: its documents' as the last one. Returns those of
 * nodes that live; those of others are deleted. */
export const READ_HERE = fleetScript(`
local docs, all = {}, redis.call('HGETALL', KEYS[6])
for i = 1, #all, 2 do
  if alive(all[i]) then
    docs[#docs + 1] = all[i + 1]
  else
    redis.call('HDEL', KEYS[6], all[i])
  end
end
return docs
`);

/** Writes about a room, and tells it. KEYS: its documents' as the last one.
 * ARGV: the node, the channel, the document, and 1 if it says that nobody is
 * there. Returns 1, or 0 without a lease. */
export const WRITE_HERE = fleetScript(`
if not alive(ARGV[1]) then return 0 end
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[6], ARGV[1])
else
  redis.call('HSET', KEYS[6], ARGV[1], ARGV[3])
  redis.call('EXPIRE', KEYS[6], ${HERE_SECONDS})
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
`);
