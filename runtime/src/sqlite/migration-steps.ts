/**
 * The n-th step brings a file from version n to n + 1. Steps are only ever
 * added; each keeps the rows that are there.
 *
 * Events and entities have rowids of their own rather than being clustered by
 * session: many sessions then append to the same pages at the table's end.
 */
export const steps: readonly string[] = [
  `
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    metadata TEXT NOT NULL,
    revision INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    cursor INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (id),
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    payload BLOB NOT NULL,
    time INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_ordinal ON events (session, ordinal);

  -- A tombstone has no payload.
  CREATE TABLE entities (
    session INTEGER NOT NULL REFERENCES sessions (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created_ordinal INTEGER NOT NULL,
    last_event_ordinal INTEGER NOT NULL,
    type TEXT NOT NULL,
    payload BLOB
  ) STRICT;
  CREATE UNIQUE INDEX entities_by_id ON entities (session, kind, id);

  CREATE TABLE errors (
    session INTEGER NOT NULL REFERENCES sessions (id),
    step TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    time INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX errors_by_session ON errors (session);
  `,
  `
  ALTER TABLE events ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

  ALTER TABLE sessions ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
  -- Random, so that no two histories have the same.
  UPDATE sessions SET epoch = lower(hex(randomblob(16)));

  CREATE TABLE commands (
    session INTEGER NOT NULL REFERENCES sessions (id),
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_ordinal INTEGER NOT NULL,
    last_ordinal INTEGER NOT NULL,
    PRIMARY KEY (session, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE sessions ADD COLUMN failed_at INTEGER;
  -- Until now a timeline stood below its log only after a failure.
  UPDATE sessions
  SET failed_at = (SELECT min(ordinal) FROM events WHERE session = sessions.id AND ordinal > sessions.cursor)
  WHERE cursor < ordinal;

  ALTER TABLE events ADD COLUMN previous INTEGER;
  ALTER TABLE events ADD COLUMN meta TEXT;
  ALTER TABLE entities ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

  -- Of the last event of each batch, and of the first and the last event of a batch under each
  -- claimed key. A commit of a single event would otherwise write more pages.
  ALTER TABLE events ADD COLUMN batch TEXT;
  ALTER TABLE events ADD COLUMN claim TEXT;

  -- One row for each commit without events.
  CREATE TABLE move (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    batch TEXT NOT NULL
  ) STRICT;

  CREATE TABLE process (
    id TEXT NOT NULL PRIMARY KEY,
    beat INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- A key can be claimed before its session begins. Without a process, the work is done. Until
  -- then its ordinals are those of the events with its token, all above since.
  CREATE TABLE key (
    session_id TEXT NOT NULL,
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    process TEXT,
    token TEXT,
    since INTEGER,
    first_ordinal INTEGER,
    last_ordinal INTEGER,
    rejection TEXT,
    PRIMARY KEY (session_id, space, key)
  ) STRICT, WITHOUT ROWID;
  -- Keys of earlier releases belong to everyone.
  INSERT INTO key (session_id, space, key, fingerprint, first_ordinal, last_ordinal)
  SELECT sessions.session_id, '', key, fingerprint, first_ordinal, last_ordinal
  FROM commands JOIN sessions ON sessions.id = commands.session;
  DROP TABLE commands;

  CREATE TABLE descriptor (
    mark TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash TEXT NOT NULL,
    type TEXT NOT NULL,
    descriptor BLOB NOT NULL,
    PRIMARY KEY (mark, name, version, hash)
  ) STRICT;
  INSERT OR IGNORE INTO descriptor SELECT DISTINCT 'event', name, version, '', type, x'' FROM events;

  -- A program of an earlier release that has the file open must not write on.
  ALTER TABLE sessions RENAME TO session;
  ALTER TABLE events RENAME TO event;
  ALTER TABLE entities RENAME TO entity;
  ALTER TABLE errors RENAME TO error;
  `,
  `
  -- In the order in which they were started. Each has a session: its start is a commit.
  CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES session (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    input BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    at INTEGER,
    parent TEXT,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    owner TEXT,
    waits_for TEXT,
    outcome TEXT,
    ended_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX run_by_id ON run (session, id);
  CREATE INDEX open_run_by_session ON run (session) WHERE ended_at IS NULL;
  -- All processes look for free runs several times a second: neither those that others work on
  -- nor those that begin later cost them anything.
  CREATE INDEX open_run_by_owner ON run (owner, name, ifnull(at, 0)) WHERE ended_at IS NULL;
  CREATE INDEX ended_run_by_time ON run (ended_at) WHERE ended_at IS NOT NULL;

  -- Of the last event of each batch: the revision that the session came to with it. A commit of
  -- events need not write the row of the session as well, a page of its own.
  ALTER TABLE event ADD COLUMN revision INTEGER;
  -- How far each session has come, by its row or by its last event.
  CREATE VIEW session_head AS
  SELECT session.id, session_id, metadata, cursor, failed_at, epoch,
    max(session.revision, ifnull(event.revision, 0)) AS revision,
    max(session.ordinal, ifnull(event.ordinal, 0)) AS ordinal
  FROM session LEFT JOIN event ON event.session = session.id
    AND event.ordinal = (SELECT max(ordinal) FROM event WHERE event.session = session.id);
  `,
  `
  -- What changed since then is in the memory, but for what was deleted. Only deletions write to it.
  CREATE INDEX tombstone ON entity (session, last_event_ordinal) WHERE payload IS NULL;

  -- Sessions that nobody finds: those that were deleted, whose rows are still to be removed, and those
  -- that are being written whole. Of a deletion, others are told by a row of move, the sign, which has
  -- the id until they had time to read it. A session that is written was touched lately, in milliseconds
  -- since the Unix epoch: otherwise whoever wrote it is dead, and it is to be removed.
  CREATE TABLE hidden (
    session INTEGER PRIMARY KEY REFERENCES session (id),
    sign INTEGER,
    touched INTEGER
  ) STRICT;

  -- When the work under a key began, in milliseconds since the Unix epoch. Of keys of earlier releases, it is not known.
  ALTER TABLE key ADD COLUMN time INTEGER NOT NULL DEFAULT 0;
  UPDATE key SET time = CAST(1000 * (julianday('now') - 2440587.5) * 86400 AS INTEGER);
  `,
  `
  -- At most one failure of an event and a step, the last one.
  DELETE FROM error WHERE rowid NOT IN (SELECT max(rowid) FROM error GROUP BY session, ordinal, step);
  DROP INDEX errors_by_session;
  CREATE UNIQUE INDEX error_by_event ON error (session, ordinal, step);

  -- Tombstones of events up to this ordinal may be gone.
  ALTER TABLE session ADD COLUMN tombstone_floor INTEGER NOT NULL DEFAULT 0;

  -- What timelines were at some ordinals. One that is being written was touched lately, in milliseconds since the Unix
  -- epoch. Of one that is of no use any more, that is 0, and of one that counts, null.
  CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES session (id),
    ordinal INTEGER NOT NULL,
    base INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    base_bytes INTEGER NOT NULL,
    added_bytes INTEGER NOT NULL,
    touched INTEGER
  ) STRICT;
  CREATE INDEX checkpoint_by_ordinal ON checkpoint (session, ordinal);
  CREATE INDEX unfinished_checkpoint ON checkpoint (touched) WHERE touched IS NOT NULL;

  -- All entities of the timeline, or those that changed since the checkpoint below. A tombstone has no payload.
  CREATE TABLE checkpoint_entity (
    checkpoint INTEGER NOT NULL REFERENCES checkpoint (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created_ordinal INTEGER NOT NULL,
    position INTEGER NOT NULL,
    last_event_ordinal INTEGER NOT NULL,
    type TEXT NOT NULL,
    payload BLOB
  ) STRICT;
  CREATE INDEX checkpoint_entity_by_checkpoint ON checkpoint_entity (checkpoint);

  -- What the entities of a session were folded under, as JSON. Of those that earlier releases folded, it is not known.
  ALTER TABLE session ADD COLUMN folded_under TEXT;
  DROP VIEW session_head;
  CREATE VIEW session_head AS
  SELECT session.id, session_id, metadata, cursor, failed_at, epoch, folded_under,
    max(session.revision, ifnull(event.revision, 0)) AS revision,
    max(session.ordinal, ifnull(event.ordinal, 0)) AS ordinal
  FROM session LEFT JOIN event ON event.session = session.id
    AND event.ordinal = (SELECT max(ordinal) FROM event WHERE event.session = session.id);
  `,
];
