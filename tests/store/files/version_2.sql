-- The database of a server of version 2, as SQLite writes it down: rooms that
-- somebody only joined, that keep nothing, and that keep what is special.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('secret', x'7874e9366c61acaa758ebe5bf5754601745f7c044cb19e558af4c215bf5214a1');
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    -- Oldest seq that is still kept; the newest is that of the newest message,
    -- or when none is kept the one before this.
    first INTEGER NOT NULL DEFAULT 1,
    -- When the newest message was stored, once none is kept.
    at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
INSERT INTO rooms VALUES (1, 'joined only', '7637d8bf-e944', 1, 0);
INSERT INTO rooms VALUES (2, 'gone', '817b4fb9-6361', 3, 1700000000000);
INSERT INTO rooms VALUES (3, 'hall', '724283a1-349e', 4, 1700010800000);
INSERT INTO rooms VALUES (4, 'yard', '025870ad-d442', 1, 0);
INSERT INTO rooms VALUES (5, '_audit', 'c0e99de2-463c', 1, 0);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    cid TEXT
  , mark INTEGER) STRICT;
INSERT INTO messages VALUES (12884901889, 1700010800000, 'user:ada', 'Ada', 'one', 'c-1', NULL);
INSERT INTO messages VALUES (12884901890, 1700010800000, 'user:ada', 'Ada', 'two', NULL, NULL);
INSERT INTO messages VALUES (12884901891, 1700010800000, 'user:ada', 'Ada', 'three', NULL, NULL);
INSERT INTO messages VALUES (12884901892, 1700010800000, 'user:ada', 'Ada', '', NULL, 0);
INSERT INTO messages VALUES (12884901893, 1700010800000, 'user:ada', 'Ada', 'zwei
Zeilen 👩‍💻', 'c-5', NULL);
INSERT INTO messages VALUES (12884901894, 1700010800000, 'house', 'Ada', 'A message was removed', 'remove 4', 4);
INSERT INTO messages VALUES (17179869185, 1700010800000, 'user:ada', 'Ada', 'Tea', NULL, -1);
INSERT INTO messages VALUES (21474836481, 1700010800000, 'user:ada', 'Ada', '{}', NULL, NULL);
CREATE TABLE kept (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO kept VALUES ('lock/hall', '{}');
PRAGMA application_id = 1752523362;
PRAGMA user_version = 2;
