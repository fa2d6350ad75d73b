/**
 * What runs inside Redis for the fleet: each script is one atomic step, and the
 * only place where these keys are changed. One hash slot has them all.
 *
 * `nodes` has the end of each node's lease, on Redis' own clock, for a while
 * after it too, in which its sessions can be taken up; `sessions` a
 * JSON record by session (node, name, key, user or guest, dialect, version);
 * `names` a session by name's key; `looks` the same by each key of a name's looks
 * (lookalikes.ts), which records have too; a set for each person its sessions, which all
 * have one name. A name is held while a session of the person it leads to has a
 * node that lives: what a dead node left behind does no harm until it is swept
 * away. A room has a hash of documents by node.
 */

import { type Script, script } from "../../store/redis/redis_scripts.ts";
import { KEPT_LEASES } from "../engine.ts";

const PREFIX = "hubbub:{fleet}";

/** The keys that scripts take first. */
export const FLEET_KEYS: readonly string[] = [
  `${PREFIX}:nodes`,
  `${PREFIX}:names`,
  `${PREFIX}:sessions`,
  `${PREFIX}:beat`,
  `${PREFIX}:counts`,
  `${PREFIX}:looks`,
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

/** How news of another name begins; then come the session, when the name was
 * given, and the name. An earlier version takes it for the id of a session,
 * which none has. */
export const NAMED = "named";

/** The same from earlier versions, which do not say when. */
export const RENAMED = "renamed";

/** Documents that no node has written again for so long are forgotten. */
const HERE_SECONDS = 60 * 60;
/** Sessions that are looked at, with each heartbeat, whether they still live. */
const SWEEP = 100;

const STATE = `
local NODES, NAMES, SESSIONS, BEAT, COUNTS, LOOKS = unpack(KEYS, 1, 6)
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

-- Whose a session is. Earlier versions know of no guests.
local function person(id, it)
  if it.user ~= '' then return 'user ' .. it.user end
  return 'guest ' .. (it.guest or id)
end

local function sessions_of(who) return '${PREFIX}:person:' .. who end

-- A session of a person whose node lives, but for one.
local function living(who, but)
  for _, id in ipairs(redis.call('SMEMBERS', sessions_of(who))) do
    local it = id ~= but and session(id)
    if it and alive(it.node) then return id, it end
  end
end

-- A session whose person holds a name, if anybody does.
local function holder(key)
  local id = redis.call('HGET', NAMES, key)
  local it = id and session(id)
  if not it or it.key ~= key then return end
  if alive(it.node) then return id, it end
  local other, that = living(person(id, it))
  if that and that.key == key then return other, that end
end

local function drop(id, it)
  local who = person(id, it)
  redis.call('HDEL', SESSIONS, id)
  redis.call('SREM', sessions_of(who), id)
  local other, that = living(who, id)
  local function pass_on(hash, field)
    if redis.call('HGET', hash, field) ~= id then return end
    if that and that.key == it.key then
      redis.call('HSET', hash, field, other)
    else
      redis.call('HDEL', hash, field)
    end
  end
  pass_on(NAMES, it.key)
  for _, look in ipairs(it.looks or {}) do pass_on(LOOKS, look) end
end

local function hold_looks(id, it)
  for _, look in ipairs(it.looks or {}) do redis.call('HSET', LOOKS, look, id) end
end

-- The looks of a name, of its place in ARGV.
local function looks_at(place)
  local looks = {}
  for look in string.gmatch(ARGV[place + 2], '[^\\n]+') do looks[#looks + 1] = look end
  return looks
end

-- Sessions of others whose names look like a name, one of each person: pairs of
-- an id and a record. Earlier versions give names and leave the looks as they
-- were: these are of the name that looks_of says.
local function lookalikes(looks, key, who)
  local found, seen = {}, {[who] = true}
  for _, look in ipairs(looks) do
    local id = redis.call('HGET', LOOKS, look)
    local it = id and session(id)
    if it and it.key ~= key and it.looks_of == it.key then
      local whose, other, that = person(id, it), id, it
      if not alive(it.node) then other, that = living(whose) end
      if that and that.key == it.key and not seen[whose] then
        seen[whose] = true
        found[#found + 1] = {other, that}
      end
    end
  end
  return found
end

local function put(id, it)
  local old = session(id)
  if old then drop(id, old) end
  redis.call('HSET', NAMES, it.key, id)
  redis.call('HSET', SESSIONS, id, cjson.encode(it))
  redis.call('SADD', sessions_of(person(id, it)), id)
  hold_looks(id, it)
end

-- Gives a record the name of another one of its person.
local function same_name(it, mate)
  it.key, it.name, it.named = mate.key, mate.name, mate.named
  it.looks, it.looks_of = mate.looks, mate.looks_of
end

-- Whether the token of a session that lives, but for one, states a name.
local function signs(who, but)
  for _, id in ipairs(redis.call('SMEMBERS', sessions_of(who))) do
    local it = id ~= but and session(id)
    if it and it.signed and alive(it.node) then return true end
  end
end

-- Gives all sessions of a person the name at a place in ARGV, and tells the nodes
-- that have them, but for one. Returns when: later than all names that the person
-- has had.
local function call(id, it, place, channels, me)
  local key, name, looks = ARGV[place], ARGV[place + 1], looks_at(place)
  local who = person(id, it)
  local all = redis.call('SMEMBERS', sessions_of(who))
  -- What an earlier version has written down is in no set.
  if redis.call('SISMEMBER', sessions_of(who), id) == 0 then all[#all + 1] = id end
  local named, records = now, {}
  for i, mate in ipairs(all) do
    local that = session(mate)
    records[i] = that
    if that and (that.named or 0) >= named then named = that.named + 1 end
  end
  for i, mate in ipairs(all) do
    local that = records[i]
    if that then
      local function free(hash, field)
        local first = redis.call('HGET', hash, field)
        if first == id or (first and redis.call('SISMEMBER', sessions_of(who), first) == 1) then
          redis.call('HDEL', hash, field)
        end
      end
      free(NAMES, that.key)
      for _, look in ipairs(that.looks or {}) do free(LOOKS, look) end
      same_name(that, {key = key, name = name, named = named, looks = looks, looks_of = key})
      redis.call('HSET', SESSIONS, mate, cjson.encode(that))
      if that.node ~= me then
        redis.call('PUBLISH', channels .. that.node, string.format('${NAMED} %s %.0f %s', mate, named, name))
      end
    end
  end
  redis.call('SADD', sessions_of(who), id)
  redis.call('HSET', NAMES, key, id)
  hold_looks(id, {looks = looks})
  return named
end

-- The place of the first name that a person can have, of the key, the name and
-- the looks of each in ARGV, behind: the start of nodes' channels, whether any
-- name will do, whether a token states the first, and a guest that gives way
-- (''). Without 'any' that is only the first; of the others it is told then. A
-- person that has the first and has to give way is given the next that is free: a
-- token wins over all whose tokens do not state the name. Those whose names look
-- like it, and have to give way, are returned last, as sessions and names.
local function choose(from, who)
  local channels, any, signed, yielding = unpack(ARGV, from, from + 3)
  local function yields(by, it)
    local whose = person(by, it)
    return (signed == '1' or whose == 'guest ' .. yielding) and not signs(whose)
  end
  for i = from + 4, #ARGV, 3 do
    local first = i == from + 4
    local by, it = holder(ARGV[i])
    if by and person(by, it) == who then by = nil end
    local open, alike = true, {}
    for _, other in ipairs(lookalikes(looks_at(i), ARGV[i], who)) do
      if not first or not yields(other[1], other[2]) then open = false end
      alike[#alike + 1] = other[1]
      alike[#alike + 1] = other[2].name
    end
    if open and not by then
      if any == '1' or first then return i, nil, alike end
      return nil, ARGV[i + 1]
    end
    if open and first and yields(by, it) then
      for j = i + 3, #ARGV, 3 do
        if not holder(ARGV[j]) and #lookalikes(looks_at(j), ARGV[j], person(by, it)) == 0 then
          call(by, it, j, channels, '')
          return i, nil, alike
        end
      end
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
 * Claims a session. ARGV: the node, the session, a spare id, user (''), guest
 * (''), dialect, and what `choose` reads. Returns the session, its name, its
 * version, whether it was taken up, its guest (''), when it was named, and those
 * who have to give way; or, refused, the first other name that is free. A person who is here keeps its
 * name.
 */
export const CLAIM = fleetScript(`
local me, id, spare, user, guest, dialect = unpack(ARGV, 1, 6)
local channels, signed = ARGV[7], ARGV[9] == '1' or nil
if not alive(me) then return 'unknown' end
local it = session(id)
local first = it and redis.call('HGET', NAMES, it.key)
local that = first and session(first)
local known = that and it.user == user and it.dialect == dialect and person(first, that) == person(id, it)
-- While no node had it, somebody else may have been given a name that looks the same.
if known and (living(person(id, it)) or #lookalikes(it.looks or {}, it.key, person(id, it)) == 0) then
  local from = it.node
  it.node, it.version, it.signed = me, math.max(now, it.version + 1), signed
  -- It may have begun anew under another name while no node had this one.
  local _, mate = living(person(id, it), id)
  if mate then same_name(it, mate) end
  put(id, it)
  if from ~= me then
    redis.call('PUBLISH', channels .. from, string.format('%s %.0f', id, it.version))
  end
  return {id, it.name, it.version, 1, user == '' and (it.guest or id) or '', it.named or 0}
end
if it and alive(it.node) then id = spare end
if user ~= '' then guest = nil elseif guest == '' then guest = id end
local new = {node = me, user = user, guest = guest, dialect = dialect, version = now, signed = signed}
local who = person(id, new)
local _, mate = living(who)
local alike = {}
if mate then
  same_name(new, mate)
else
  local place, other, others = choose(7, who)
  if not place then return {other or false} end
  alike = others
  new.key, new.name, new.named = ARGV[place], ARGV[place + 1], now
  new.looks, new.looks_of = looks_at(place), new.key
end
put(id, new)
return {id, new.name, now, 0, guest or '', new.named or 0, alike}
`);

/** Renames a session's person, and tells the nodes of its other sessions. ARGV:
 * the node, the session, and what `choose` reads. Returns the name, 1, when
 * it was given, and those who have to give way; or the first other that is free; or, where a token states the
 * name there is, that, and 2. */
export const RENAME = fleetScript(`
local me, id, channels = unpack(ARGV, 1, 3)
local it = session(id)
if not it or it.node ~= me or not alive(me) then return 'unknown' end
local who = person(id, it)
if ARGV[5] ~= '1' and ARGV[7] ~= it.key and signs(who, id) then return {it.name, 2} end
local place, other, alike = choose(3, who)
if not place then return {other or false} end
if ARGV[5] == '1' and not it.signed then
  it.signed = true
  redis.call('HSET', SESSIONS, id, cjson.encode(it))
end
return {ARGV[place + 1], 1, call(id, it, place, channels, me), alike}
`);

/** Gives the person of a session another name. ARGV: the session, the key of the
 * name that it has, and what `choose` reads. Returns as {@linkcode RENAME}; 2 too
 * where the session has another name by now. */
export const DISPLACE = fleetScript(`
local id, key, channels = unpack(ARGV, 1, 3)
local it = session(id)
if not it then return 'unknown' end
local who = person(id, it)
if it.key ~= key or signs(who) then return {it.name, 2} end
local place, other = choose(3, who)
if not place then return {other or false} end
return {ARGV[place + 1], 1, call(id, it, place, channels, '')}
`);

/** Finds a free name. ARGV: a user (''), and what `choose` reads. Returns as
 * {@linkcode RENAME}, but false for when. Where any name will do, a user who is here
 * keeps its own. */
export const FIND = fleetScript(`
if ARGV[1] ~= '' and ARGV[3] == '1' then
  local _, mate = living('user ' .. ARGV[1])
  if mate then return {mate.name, 1} end
end
local by, it = holder(ARGV[6])
if by and ARGV[1] ~= '' and it.user == ARGV[1] then return {ARGV[7], 1} end
local place, other, alike = choose(2, ARGV[1] ~= '' and 'user ' .. ARGV[1] or '')
return place and {ARGV[place + 1], 1, false, alike} or {other or false}
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
 * its record. Returns those that others have taken up, those whose names
 * others have, and those whose persons have other names by now, with these and
 * when they were given: what this store has is what holds, also when it has
 * forgotten the last.
 */
export const REASSERT = fleetScript(`
local me, replaced, outnamed, renamed, names, times = ARGV[1], {}, {}, {}, {}, {}
for i = 2, #ARGV, 2 do
  local id, mine = ARGV[i], cjson.decode(ARGV[i + 1])
  local it = session(id)
  if it and it.node ~= me and it.version > mine.version then
    replaced[#replaced + 1] = id
  else
    local who = person(id, mine)
    local _, that = living(who, id)
    if it and it.node == me then that = it end
    if that then mine.named = math.max(mine.named or 0, that.named or 0) end
    if that and that.name ~= mine.name then
      same_name(mine, {key = that.key, name = that.name, named = mine.named, looks = that.looks, looks_of = that.looks_of})
      renamed[#renamed + 1], names[#names + 1], times[#times + 1] = id, mine.name, mine.named
    end
    local by, holds = holder(mine.key)
    local alike = mine.signed and {} or lookalikes(mine.looks or {}, mine.key, who)
    if #alike == 0 and (not by or person(by, holds) == who) then
      put(id, mine)
    else
      outnamed[#outnamed + 1] = id
      if it then drop(id, it) end
    end
  end
end
return {replaced, outnamed, renamed, names, times}
`);

/** Ends a lease. ARGV: the node. */
export const LEAVE = fleetScript(`
redis.call('HDEL', NODES, ARGV[1])
redis.call('HDEL', COUNTS, ARGV[1])
`);

/** Reads about a room. KEYS: its documents' as the last one. Returns those of
 * nodes that live; those of others are deleted. */
export const READ_HERE = fleetScript(`
local docs, all = {}, redis.call('HGETALL', KEYS[7])
for i = 1, #all, 2 do
  if alive(all[i]) then
    docs[#docs + 1] = all[i + 1]
  else
    redis.call('HDEL', KEYS[7], all[i])
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
  redis.call('HDEL', KEYS[7], ARGV[1])
else
  redis.call('HSET', KEYS[7], ARGV[1], ARGV[3])
  redis.call('EXPIRE', KEYS[7], ${HERE_SECONDS})
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
`);
