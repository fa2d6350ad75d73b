/**
 * What runs inside Redis: each script is one atomic step, and the only place
 * where a room's keys are changed together. Also names the keys.
 *
 * A room has a hash `log` (epoch, first, head, at, born, cids), a stream
 * `messages` (ids `SEQ-0`), and two hashes `cids` and `cids:old` from author and
 * cid to seq. What is sent goes into the first for ten minutes, from when `log`
 * says on; then that becomes the second, and ten minutes later it goes. Time is
 * Redis' own here: nodes' clocks may be wrong by hours.
 *
 * Entries of a stream cannot be changed, so a message that is removed leaves the
 * stream. What is left of it is in the sorted set `removed`, by seq, as the entry
 * it would be; `range()` puts the two together. The newest message is never one
 * of these, as the one that removes it comes after it.
 */

import { createHash } from "node:crypto";
import { REMOVED } from "./marks.ts";
import { DEDUPE_MS, PAGE_CHARACTERS } from "./store.ts";

/** A script, and the hash Redis knows it by. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** All rooms that had a message: name to `HEAD AT`. */
export const ROOMS_KEY = "hubbub:rooms";
/** The fleet's 32 bytes, as hex. */
export const SECRET_KEY = "hubbub:secret";
/** Written to see whether writing works. */
export const CHECK_KEY = "hubbub:checked";

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

/** `open()` makes a log where there is none. Its first write, like the first of
 * every script that adds, is one that a full memory refuses: after that all are
 * allowed, so that a script is done as a whole or not at all. */
const OPEN = `${STATE}
local function open(log, messages, cids, removed, old, fresh)
  local epoch, first, head, born = state(log, messages)
  if epoch then return epoch, first, head, born end
  redis.call('HSET', log, 'epoch', fresh, 'first', 1, 'head', 0, 'born', 0)
  redis.call('DEL', messages, cids, removed, old)
  return fresh, 1, 0, 0
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
 * KEYS: {@linkcode ROOMS_KEY}, then the keys of each room. ARGV: now, a fresh
 * epoch, messages and milliseconds to keep, the time for cids (`''`: Redis');
 * then for each room its name, its
 * channel, the epoch and head its node knows (`-1`: nothing), how many drafts,
 * and of each draft `from`, `text`, `author`, `cid` and mark (marks.ts;
 * `''`: none).
 *
 * Returns for each room the epoch, `first`, the head, the messages the node has
 * missed before its own, and a seq for each draft, negative for a repeat's; or
 * one word, why nothing of this room could be stored. A script's writes are not
 * undone: what can be wrong with a room is found before its first one.
 * Publishes `EPOCH FIRST HEAD NOW` and the new drafts as JSON.
 */
export const APPEND = script(`${OPEN}${AGE}${TRIM}
local now, fresh = tonumber(ARGV[1]), ARGV[2]
local most, ms = tonumber(ARGV[3]), tonumber(ARGV[4])
local at = ARGV[1]
local time = time_of(ARGV[5])
local next, replies = 5, {}

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
  local epoch, first, head = open(log, messages, cids, removed, old, renewed)
  age(log, cids, old, time)
  local missed = {}
  if epoch == known_epoch and known > head then
    -- Redis came back without its last moments; the node still has them.
    redis.call('HSET', log, 'epoch', renewed, 'born', head)
    epoch = renewed
  elseif epoch == known_epoch and known >= 0 and known < head then
    missed = range(messages, removed, known + 1, head, ${MOST_MISSED})
  end
  local before, seqs, news = head, {}, {}
  for i, draft in ipairs(drafts) do
    local from, text, author, cid, mark = unpack(draft)
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
    redis.call('HSET', KEYS[1], room, string.format('%.0f ', head) .. at)
    -- Now and then, so that a busy room does not wait for the retention to
    -- come by; each time more than has been added since the last.
    if math.floor(head / STEP) > math.floor(before / STEP) then
      first = trim(log, messages, removed, first, head, now, most, ms, 2 * (STEP + head - before))
    end
    redis.call('PUBLISH', channel, string.format('%s %.0f %.0f %s ', epoch, first, head, at) .. cjson.encode(news))
  end
  return {epoch, first, head, missed, seqs}
end

for k = 2, #KEYS, ${ROOM_KEYS} do
  local drafts = {room = argument(), channel = argument(), epoch = argument(), head = tonumber(argument())}
  for i = 1, tonumber(argument()) do
    drafts[i] = {argument(), argument(), argument(), argument(), argument()}
  end
  local reply, why = apart(function() return append(k, drafts) end)
  replies[#replies + 1] = reply or {why}
end
return replies
`);

/**
 * Makes a room's log where there is none. KEYS: of the room. ARGV: a fresh
 * epoch. Returns the epoch, `first`, the head and the newest entry, if any.
 */
export const FOLLOW = script(`${OPEN}
local epoch, first, head = open(KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[1])
return {epoch, first, head, redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)}
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
 * Reads a part of a log. KEYS: of the room. ARGV: `after` or `before`, the seq,
 * how many. Returns the epoch, `first`, the head, the head the epoch began with
 * and the entries, from the given end on, not many more than make a page;
 * nothing when there is no log. Writes nothing.
 */
export const READ = script(`${STATE}
local epoch, first, head, born = state(KEYS[1], KEYS[2])
if not epoch then return false end
local forward, seq, limit = ARGV[1] == 'after', tonumber(ARGV[2]), tonumber(ARGV[3])
local from = forward and math.max(seq + 1, first) or math.min(seq - 1, head)
local entries, bytes = {}, 0
while from >= first and from <= head and #entries < limit and bytes <= ${MOST_BYTES} do
  local count = math.min(limit - #entries, ${READ_STEP})
  local step = range(KEYS[2], KEYS[4], from, forward and head or first, count)
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
 * Applies the retention. KEYS: of some rooms. ARGV: now, messages and
 * milliseconds to keep, the time for cids (`''`: Redis'). Returns for each the epoch, `first` and the head;
 * nothing for one that has no log; one word, what is wrong with its keys.
 */
export const TRIM_ROOMS = script(`${STATE}${AGE}${TRIM}
local now, most, ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = time_of(ARGV[4])
local replies = {}
for k = 1, #KEYS, ${ROOM_KEYS} do
  local reply, why = apart(function()
    local log, messages, cids, removed, old = unpack(KEYS, k, k + ${ROOM_KEYS} - 1)
    local epoch, first, head = state(log, messages)
    if epoch and head > 0 then
      age(log, cids, old, time)
      first = trim(log, messages, removed, first, head, now, most, ms, STEP)
    end
    return epoch and {epoch, first, head}
  end)
  replies[#replies + 1] = reply or why and {why} or false
end
return replies
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
