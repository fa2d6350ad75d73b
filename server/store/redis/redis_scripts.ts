/**
 * The Redis scripts and key names. Each script is one atomic step; a room's
 * keys change only here.
 *
 * A room has a hash `log` (epoch, first, head, at, born, cids), a stream
 * `messages` (ids `SEQ-0`), and two hashes `cids` and `cids:old` from author
 * and cid to seq. New cids go into the first for ten minutes, starting at the
 * time in `log`; then it becomes the second, and is deleted ten minutes later.
 * All times are Redis' own: nodes' clocks may be wrong by hours.
 *
 * Stream entries are immutable, so a removed message leaves the stream. Its
 * remaining fields are in the sorted set `removed`, by seq, in the format of an
 * entry; `range()` merges the two. The newest message is never removed, since
 * the removal itself comes after it.
 */

import { createHash } from "node:crypto";
import { REMOVED } from "../marks.ts";
import { DEDUPE_MS, PAGE_CHARACTERS, UNUSED_MS } from "../store.ts";

/** A script, and the hash Redis knows it by. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** All rooms that had a message: name to `HEAD AT`. */
export const ROOMS_KEY = "hubbub:rooms";
/** Their names in order, a sorted set. Servers before it did not keep it. */
export const NAMES_KEY = "hubbub:rooms:names";
/** What the epochs of rooms that nobody has written to are computed from. */
export const EPOCH_BASE_KEY = "hubbub:epochs";

/** The keys that scripts about rooms take first. */
export const ROOM_LIST_KEYS: readonly string[] = [
  ROOMS_KEY,
  NAMES_KEY,
  EPOCH_BASE_KEY,
];
/** The fleet's 32 bytes, as hex. */
export const SECRET_KEY = "hubbub:secret";
/** Written to see whether writing works. */
export const CHECK_KEY = "hubbub:checked";
/** The version of the data (schema_version.ts). */
export const SCHEMA_KEY = "hubbub:schema";

/** The small documents that all nodes know, a hash. */
export const KEPT_KEY = "hubbub:kept";

/** The channel that tells that one of these has changed. */
export function keptChannel(database: number): string {
  return `hubbub:${database}:kept`;
}

/** How many {@linkcode roomKeys} there are. */
const ROOM_KEYS = 5;

/** The keys of a room, in the order in which scripts take them. One hash slot
 * has them all (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags). */
export function roomKeys(room: string): string[] {
  const key = `hubbub:room:{${room}}`;
  const parts = ["log", "messages", "cids", "removed", "cids:old"];
  return parts.map((part) => `${key}:${part}`);
}

/** The channel that tells of a room's news. Channels know no databases. */
export function roomChannel(database: number, room: string): string {
  return `hubbub:${database}:news:${room}`;
}

export function script(lua: string): Script {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

/** Most messages that one append tells a node it has missed. */
const MOST_MISSED = 1_000;

/** UTF-8 of a page's text at most, and entries to read before it is looked how
 * much that was. */
const MOST_BYTES = 3 * PAGE_CHARACTERS;
const READ_STEP = 64;

/** `apart()` does something for one room, whose fault must not cost the others
 * anything: gives what that returns, or false and why. `state()` reads a log; one
 * whose messages are gone (evicted, or deleted by hand) is none. */
const STATE = `
local function apart(act)
  local done, reply = pcall(act)
  if done then return reply end
  return false, type(reply) == 'table' and reply.err or tostring(reply)
end

local function state(log, messages)
  local it = redis.call('HMGET', log, 'epoch', 'first', 'head', 'born')
  local head = tonumber(it[3])
  if head and (head == 0 or redis.call('EXISTS', messages) == 1) then
    return it[1], tonumber(it[2]), head, tonumber(it[4])
  end
end

local ROOMS, NAMES, BASE = KEYS[1], KEYS[2], KEYS[3]

-- The epoch that a room will have when it is written to: none that it has had,
-- also where its keys were deleted by hand. Nothing where all was lost.
local function unwritten(room)
  local base = redis.call('GET', BASE)
  if not base then return '' end
  local last = redis.call('HGET', ROOMS, room) or ''
  local digits = redis.sha1hex(base .. ' ' .. room .. ' ' .. last)
  return string.sub(digits, 1, 8) .. '-' .. string.sub(digits, 9, 12)
end

local function id(seq) return string.format('%.0f-0', seq) end

local function seq_of(entry) return tonumber(string.match(entry[1], '%d+')) end

local function field(entry, name)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == name then return entry[2][i + 1] end
  end
end

-- The entries next to seq \`from\`, it too, up to seq \`to\`, in that direction.
local function range(messages, removed, from, to, count)
  local forward = from <= to
  local entries = forward
    and redis.call('XRANGE', messages, id(from), id(to), 'COUNT', count)
    or redis.call('XREVRANGE', messages, id(from), id(to), 'COUNT', count)
  local last = #entries == count and seq_of(entries[#entries]) or to
  local gone = redis.call('ZRANGEBYSCORE', removed, math.min(from, last), math.max(from, last))
  if #gone == 0 then return entries end
  for _, entry in ipairs(gone) do entries[#entries + 1] = cjson.decode(entry) end
  table.sort(entries, function(a, b)
    if forward then return seq_of(a) < seq_of(b) end
    return seq_of(a) > seq_of(b)
  end)
  for i = #entries, count + 1, -1 do entries[i] = nil end
  return entries
end
`;

/** `age()` lets go of cids that are old enough. The time is that of Redis, or
 * the one passed in, for tests. */
const AGE = `
local DEDUPE_MS = ${DEDUPE_MS}

local function time_of(passed)
  if passed ~= '' then return tonumber(passed) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function age(log, cids, old, time)
  local since = tonumber(redis.call('HGET', log, 'cids') or nil)
  local ms = since and time - since
  if ms and ms >= 0 and ms <= DEDUPE_MS then return end
  -- A clock that was set back tells nothing of how old they are.
  local next = time
  if ms and ms > 2 * DEDUPE_MS then
    redis.call('DEL', cids, old)
  elseif ms and ms > DEDUPE_MS then
    if redis.call('EXISTS', cids) == 1 then
      redis.call('RENAME', cids, old)
    else
      redis.call('DEL', old)
    end
    next = since + DEDUPE_MS
  end
  redis.call('HSET', log, 'cids', string.format('%.0f', next))
end
`;

/** `trim()` moves a log's start and deletes what is before it, at most `step`
 * entries. It deletes first: a full memory allows that, and then the rest. */
const TRIM = `
local STEP = 100

local function trim(log, messages, removed, was_first, head, now, most, ms, step)
  local first = math.max(was_first, head - most + 1)
  if ms > 0 and first <= head then
    for _, entry in ipairs(redis.call('XRANGE', messages, id(first), '+', 'COUNT', step)) do
      if tonumber(field(entry, 'at')) >= now - ms then break end
      first = seq_of(entry) + 1
    end
  end
  local entries = redis.call('XRANGE', messages, '-', id(first - 1), 'COUNT', step)
  if #entries > 0 then
    local kept = #entries == step and seq_of(entries[#entries]) + 1 or first
    redis.call('XTRIM', messages, 'MINID', id(kept))
    redis.call('ZREMRANGEBYSCORE', removed, '-inf', kept - 1)
  end
  if first == was_first then return first end
  -- Refused when nothing was deleted and the memory is full. That must not keep
  -- the next room from giving memory back.
  local done = redis.pcall('HSET', log, 'first', first)
  return type(done) == 'table' and was_first or first
end
`;

/**
 * Stores one tick.
 *
 * KEYS: {@linkcode ROOM_LIST_KEYS}, then the keys of each room. ARGV: now, a
 * fresh epoch, messages and milliseconds to keep, the time for cids (`''`: that
 * of Redis, which is `now` then too), the maximum number of rooms; then for each
 * room its name, its channel, the epoch and head its node knows (`-1`: nothing),
 * how many drafts, and of each draft `from`, `text`, `author`, `cid`, mark
 * (marks.ts; `''`: none) and whether it makes its room (`''`, `never` or `always`).
 *
 * Returns for each room the epoch, `first`, the head, the messages the node has
 * missed before its own, a seq for each draft, negative for a repeat's, 0 for one
 * that may not make the room, and the time of these messages; or one word, why
 * nothing of this room could be stored. A script's writes are not undone: what
 * can be wrong with a room is found before its first one.
 * Publishes `EPOCH FIRST HEAD NOW` and the new drafts as JSON.
 */
export const APPEND = script(`${STATE}${AGE}${TRIM}
local fresh = ARGV[2]
local most, ms = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = time_of(ARGV[5])
-- A node's clock may be days ahead: that must not delete what others keep.
local now = ARGV[5] == '' and time or tonumber(ARGV[1])
local at = string.format('%.0f', now)
local most_rooms = tonumber(ARGV[6])
local next, replies = 6, {}

local function argument()
  next = next + 1
  return ARGV[next]
end

-- Takes a message's text away.
local function blank(messages, removed, seq)
  local entry = seq > 0 and redis.call('XRANGE', messages, id(seq), id(seq))[1]
  if not entry then return end
  local left = {'from', field(entry, 'from'), 'text', '', 'author', field(entry, 'author'), 'at', field(entry, 'at'), 'mark', '${REMOVED}'}
  local cid = field(entry, 'cid')
  if cid then left[11], left[12] = 'cid', cid end
  redis.call('ZADD', removed, seq, cjson.encode({entry[1], left}))
  redis.call('XDEL', messages, entry[1])
end

local function append(k, drafts)
  local log, messages, cids, removed, old = unpack(KEYS, k, k + ${ROOM_KEYS} - 1)
  local room, channel, known_epoch, known = drafts.room, drafts.channel, drafts.epoch, drafts.head
  -- Keys that are no longer what they were say so here.
  redis.call('XLEN', messages)
  redis.call('HLEN', cids)
  redis.call('HLEN', old)
  redis.call('ZCARD', removed)
  local renewed = fresh .. '.' .. k
  local epoch, first, head = state(log, messages)
  local seqs, from_draft = {}, 1
  if not epoch then
    -- The first draft that may, makes the room. Its first write is one that a
    -- full memory refuses, like the first of every script that adds: after that
    -- all are allowed, so that a script is done as a whole or not at all.
    local full = redis.call('HLEN', ROOMS) >= most_rooms and redis.call('HEXISTS', ROOMS, room) == 0
    while drafts[from_draft] and (drafts[from_draft][6] == 'never' or full and drafts[from_draft][6] ~= 'always') do
      seqs[from_draft] = 0
      from_draft = from_draft + 1
    end
    if not drafts[from_draft] then return {'', 1, 0, {}, seqs, now} end
    redis.call('SET', BASE, fresh, 'NX')
    first, head = 1, 0
    epoch = known == 0 and known_epoch or unwritten(room)
    if epoch == known_epoch and known > 0 then epoch = renewed end
    redis.call('HSET', log, 'epoch', epoch, 'first', 1, 'head', 0, 'born', 0)
    redis.call('DEL', messages, cids, removed, old)
    redis.call('ZADD', NAMES, 0, room)
  end
  age(log, cids, old, time)
  local missed = {}
  if epoch == known_epoch and known > head then
    -- Redis came back without its last moments; the node still has them.
    redis.call('HSET', log, 'epoch', renewed, 'born', head)
    epoch = renewed
  elseif epoch == known_epoch and known >= 0 and known < head then
    missed = range(messages, removed, known + 1, head, ${MOST_MISSED})
  end
  local before, news = head, {}
  for i = from_draft, #drafts do
    local from, text, author, cid, mark = unpack(drafts[i])
    local key = cid ~= '' and author .. '\\n' .. cid
    local first_seq = key and (redis.call('HGET', cids, key) or redis.call('HGET', old, key))
    if first_seq then
      seqs[i] = -tonumber(first_seq)
    else
      head = head + 1
      seqs[i] = head
      if mark ~= '' then
        redis.call('XADD', messages, id(head), 'from', from, 'text', text, 'author', author, 'at', at, 'mark', mark, 'cid', cid)
        if key then redis.call('HSET', cids, key, head) end
        news[#news + 1] = {from, text, author, cid, tonumber(mark)}
        blank(messages, removed, tonumber(mark))
      elseif key then
        redis.call('XADD', messages, id(head), 'from', from, 'text', text, 'author', author, 'at', at, 'cid', cid)
        redis.call('HSET', cids, key, head)
        news[#news + 1] = {from, text, author, cid}
      else
        redis.call('XADD', messages, id(head), 'from', from, 'text', text, 'author', author, 'at', at)
        news[#news + 1] = {from, text, author}
      end
    end
  end
  if head > before then
    redis.call('HSET', log, 'head', head, 'at', at)
    redis.call('HSET', ROOMS, room, string.format('%.0f ', head) .. at)
    -- Now and then, so that a busy room does not wait for the retention to
    -- come by; each time more than has been added since the last.
    if math.floor(head / STEP) > math.floor(before / STEP) then
      first = trim(log, messages, removed, first, head, now, most, ms, 2 * (STEP + head - before))
    end
    redis.call('PUBLISH', channel, string.format('%s %.0f %.0f %s ', epoch, first, head, at) .. cjson.encode(news))
  end
  return {epoch, first, head, missed, seqs, now}
end

for k = ${ROOM_LIST_KEYS.length + 1}, #KEYS, ${ROOM_KEYS} do
  local drafts = {room = argument(), channel = argument(), epoch = argument(), head = tonumber(argument())}
  for i = 1, tonumber(argument()) do
    drafts[i] = {argument(), argument(), argument(), argument(), argument(), argument()}
  end
  local reply, why = apart(function() return append(k, drafts) end)
  replies[#replies + 1] = reply or {why}
end
return replies
`);

/**
 * Tells the state of a room that is to be followed. KEYS:
 * {@linkcode ROOM_LIST_KEYS}, and of the room. ARGV: its name, something fresh to
 * compute epochs from where there is nothing yet. Returns the epoch, `first`, the
 * head and the newest entry, if any. Makes no room.
 */
export const FOLLOW = script(`${STATE}
local epoch, first, head = state(KEYS[4], KEYS[5])
if not epoch then
  if redis.call('EXISTS', BASE) == 0 then redis.call('SET', BASE, ARGV[2]) end
  return {unwritten(ARGV[1]), 1, 0, {}}
end
return {epoch, first, head, redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', 1)}
`);

/**
 * Gives a log another epoch. KEYS: of the room. ARGV: the epoch it has, a fresh
 * one. Does nothing when it has another one by now.
 */
export const RENEW = script(`
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'born', redis.call('HGET', KEYS[1], 'head'))
end
`);

/**
 * Reads a part of a log. KEYS: {@linkcode ROOM_LIST_KEYS}, and of the room. ARGV:
 * `after` or `before`, the seq, how many, the room's name. Returns the epoch,
 * `first`, the head, the head the epoch began with and the entries, from the
 * given end on, not many more than make a page. Writes nothing.
 */
export const READ = script(`${STATE}
local epoch, first, head, born = state(KEYS[4], KEYS[5])
if not epoch then return {unwritten(ARGV[4]), 1, 0, 0, {}} end
local forward, seq, limit = ARGV[1] == 'after', tonumber(ARGV[2]), tonumber(ARGV[3])
local from = forward and math.max(seq + 1, first) or math.min(seq - 1, head)
local entries, bytes = {}, 0
while from >= first and from <= head and #entries < limit and bytes <= ${MOST_BYTES} do
  local count = math.min(limit - #entries, ${READ_STEP})
  local step = range(KEYS[5], KEYS[7], from, forward and head or first, count)
  if #step == 0 then break end
  for _, entry in ipairs(step) do
    entries[#entries + 1] = entry
    bytes = bytes + #field(entry, 'text')
  end
  from = seq_of(step[#step]) + (forward and 1 or -1)
end
return {epoch, first, head, born, entries}
`);

/**
 * Applies the retention. KEYS: {@linkcode ROOM_LIST_KEYS}, then of some rooms.
 * ARGV: now, messages and milliseconds to keep, the time for cids (`''`: Redis'),
 * something fresh to compute epochs from; then the name and the channel of each
 * room. A room that nobody uses goes as a whole. Returns for each the epoch, `first` and the head;
 * nothing for one that has no log; one word, what is wrong with its keys.
 */
export const TRIM_ROOMS = script(`${STATE}${AGE}${TRIM}
local most, ms = tonumber(ARGV[2]), tonumber(ARGV[3])
local time = time_of(ARGV[4])
local now = ARGV[4] == '' and time or tonumber(ARGV[1])
local replies = {}

-- Lets a room go of which nothing is kept, that nobody has written to for long,
-- and whose news nobody listens to.
local function drop_unused(k, room, channel)
  local log, messages = KEYS[k], KEYS[k + 1]
  if redis.call('XLEN', messages) > 0 then return end
  local at = tonumber(redis.call('HGET', log, 'at') or now)
  if at >= now - ${UNUSED_MS} then return end
  if redis.call('PUBSUB', 'NUMSUB', channel)[2] > 0 then return end
  redis.call('DEL', unpack(KEYS, k, k + ${ROOM_KEYS} - 1))
  redis.call('HDEL', ROOMS, room)
  redis.call('ZREM', NAMES, room)
  redis.call('SET', BASE, ARGV[5])
  return true
end

local next = 5
for k = ${ROOM_LIST_KEYS.length + 1}, #KEYS, ${ROOM_KEYS} do
  local room, channel = ARGV[next + 1], ARGV[next + 2]
  next = next + 2
  local reply, why = apart(function()
    local log, messages, cids, removed, old = unpack(KEYS, k, k + ${ROOM_KEYS} - 1)
    local epoch, first, head = state(log, messages)
    if epoch and head > 0 then
      age(log, cids, old, time)
      first = trim(log, messages, removed, first, head, now, most, ms, STEP)
      if first > head and drop_unused(k, room, channel) then return false end
    end
    return epoch and {epoch, first, head}
  end)
  replies[#replies + 1] = reply or why and {why} or false
end
return replies
`);

/**
 * Claims the database for a version of the data. KEYS: {@linkcode SCHEMA_KEY},
 * and keys that data without a version has. ARGV: the version, and that of data
 * without one. Returns the version of the data, which is written where it can
 * be: a full memory takes nothing.
 */
export const CLAIM_SCHEMA = script(`
local known = redis.call('GET', KEYS[1])
if not known then
  known = ARGV[1]
  for i = 2, #KEYS do
    if redis.call('EXISTS', KEYS[i]) == 1 then known = ARGV[2] end
  end
  redis.pcall('SET', KEYS[1], known)
end
return known
`);

/**
 * Keeps small documents. KEYS: {@linkcode KEPT_KEY}. ARGV: the channel; then for
 * each `set` or `del`, its key, and the document. Says so on the channel when
 * anything changed.
 */
export const KEEP = script(`
local changed = false
for i = 2, #ARGV, 3 do
  if ARGV[i] == 'set' then
    redis.call('HSET', KEYS[1], ARGV[i + 1], ARGV[i + 2])
    changed = true
  elseif redis.call('HDEL', KEYS[1], ARGV[i + 1]) > 0 then
    changed = true
  end
end
if changed then redis.call('PUBLISH', ARGV[1], '') end
`);

/**
 * Adds names of rooms to their list, which servers before it did not keep. KEYS:
 * {@linkcode NAMES_KEY}. ARGV: the names.
 */
export const ADD_NAMES = script(`
for _, name in ipairs(ARGV) do redis.call('ZADD', KEYS[1], 0, name) end
`);

/**
 * Lists rooms in order of their names. KEYS: {@linkcode ROOM_LIST_KEYS}. ARGV:
 * the name before the first, `''` for none, and how many. Returns the names, and
 * `HEAD AT` of each.
 */
export const LIST_ROOMS = script(`
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
local names = redis.call('ZRANGEBYLEX', KEYS[2], from, '+', 'LIMIT', 0, ARGV[2])
if #names == 0 then return {{}, {}} end
local known = {}
for i = 1, #names, 1000 do
  local some = redis.call('HMGET', KEYS[1], unpack(names, i, math.min(i + 999, #names)))
  for j = 1, #some do known[i + j - 1] = some[j] end
end
return {names, known}
`);
