CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    metadata TEXT NOT NULL,
    revision INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    cursor INTEGER NOT NULL
  , epoch TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "sessions" VALUES (1, 'notes', '{"owner":"of notes"}', 8, 8, 8, 'a6e325a0-fb8b-43fb-9fb4-34194b6ba2e3');
INSERT INTO "sessions" VALUES (2, 'stalled', '{"owner":"of stalled"}', 3, 3, 1, 'f12d4742-285b-4d78-b4cd-8e82fff191c5');
INSERT INTO "sessions" VALUES (3, 'keys', '{"owner":"of keys"}', 4, 3, 3, 'd051472a-9dea-437d-99fb-b17c382e6902');
INSERT INTO "sessions" VALUES (4, 'repaired', '{"owner":"of repaired"}', 3, 2, 2, '99bcba19-1372-498c-9fb1-b0c2cf06f1f7');
INSERT INTO "sessions" VALUES (5, 's', '{}', 4, 3, 3, '82aba4bc-42fd-41d5-8113-bf33be388928');
CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (id),
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    payload BLOB NOT NULL,
    time INTEGER NOT NULL
  , version INTEGER NOT NULL DEFAULT 1) STRICT;
INSERT INTO "events" VALUES (1, 1, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080112066e6f74652031', 1795551818166, 1);
INSERT INTO "events" VALUES (1, 2, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080212066e6f74652032', 1795551818179, 1);
INSERT INTO "events" VALUES (1, 3, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080312066e6f74652033', 1795551818183, 1);
INSERT INTO "events" VALUES (1, 4, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080412066e6f74652034', 1795551818187, 1);
INSERT INTO "events" VALUES (1, 5, 'LabNoteDeleted', 'lab.v1.NoteDeletedEvent', x'0802', 1795551818191, 1);
INSERT INTO "events" VALUES (1, 6, 'LabNoteDeleted', 'lab.v1.NoteDeletedEvent', x'08031001', 1795551818193, 1);
INSERT INTO "events" VALUES (1, 7, 'LabNotesMarked', 'lab.v1.NotesMarkedEvent', x'0a020103120121', 1795551818195, 1);
INSERT INTO "events" VALUES (1, 8, 'LabCounterAdded', 'lab.v1.CounterAddedEvent', x'0a066170706c657310808080808080808010', 1795551818198, 1);
INSERT INTO "events" VALUES (2, 1, 'LabCounterAdded', 'lab.v1.CounterAddedEvent', x'0a0570656172731001', 1795551818211, 1);
INSERT INTO "events" VALUES (2, 2, 'LabCounterAdded', 'lab.v1.CounterAddedEvent', x'0a05706561727310011801', 1795551818215, 1);
INSERT INTO "events" VALUES (2, 3, 'LabCounterAdded', 'lab.v1.CounterAddedEvent', x'0a0570656172731003', 1795551818219, 1);
INSERT INTO "events" VALUES (3, 1, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080712057477696365', 1795551818233, 1);
INSERT INTO "events" VALUES (3, 2, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080712057477696365', 1795551818239, 1);
INSERT INTO "events" VALUES (3, 3, 'LabTrace', 'lab.v1.TraceEvent', x'0a046f6e6365', 1795551818259, 1);
INSERT INTO "events" VALUES (4, 1, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'080112066265666f7265', 1795551818267, 1);
INSERT INTO "events" VALUES (4, 2, 'LabNoteAppended', 'lab.v1.NoteAppendedEvent', x'0801120a20616e64206166746572', 1795551818283, 1);
INSERT INTO "events" VALUES (5, 1, 'LedgerBooked', 'ledger.v1.BookedEvent', x'0a01611003', 1795551818288, 1);
INSERT INTO "events" VALUES (5, 2, 'LedgerPaidIn', 'ledger.v1.PaidInEvent', x'0a01611005', 1795551818299, 1);
INSERT INTO "events" VALUES (5, 3, 'LedgerCredited', 'ledger.v1.CreditedEvent', x'0a01611007', 1795551818307, 1);
CREATE UNIQUE INDEX events_by_ordinal ON events (session, ordinal);
CREATE TABLE entities (
    session INTEGER NOT NULL REFERENCES sessions (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created_ordinal INTEGER NOT NULL,
    last_event_ordinal INTEGER NOT NULL,
    type TEXT NOT NULL,
    payload BLOB
  ) STRICT;
INSERT INTO "entities" VALUES (1, 'LabNote', '1', 1, 7, 'lab.v1.NoteEntity', x'080112076e6f7465203121');
INSERT INTO "entities" VALUES (1, 'LabNote', '2', 2, 5, 'lab.v1.NoteEntity', NULL);
INSERT INTO "entities" VALUES (1, 'LabNote', '3', 6, 7, 'lab.v1.NoteEntity', x'0803120121');
INSERT INTO "entities" VALUES (1, 'LabNote', '4', 4, 4, 'lab.v1.NoteEntity', x'080412066e6f74652034');
INSERT INTO "entities" VALUES (1, 'LabCounter', 'marked', 7, 7, 'lab.v1.CounterEntity', x'0a066d61726b65641002');
INSERT INTO "entities" VALUES (1, 'LabCounter', 'apples', 8, 8, 'lab.v1.CounterEntity', x'0a066170706c6573108080808080808080101801');
INSERT INTO "entities" VALUES (2, 'LabCounter', 'pears', 1, 1, 'lab.v1.CounterEntity', x'0a05706561727310011801');
INSERT INTO "entities" VALUES (3, 'LabNote', '7', 1, 2, 'lab.v1.NoteEntity', x'0807120a74776963657477696365');
INSERT INTO "entities" VALUES (4, 'LabNote', '1', 1, 2, 'lab.v1.NoteEntity', x'080112106265666f726520616e64206166746572');
INSERT INTO "entities" VALUES (5, 'LedgerAccount', 'a', 1, 3, 'ledger.v1.AccountEntity', x'0a016110dc0b');
CREATE UNIQUE INDEX entities_by_id ON entities (session, kind, id);
CREATE TABLE errors (
    session INTEGER NOT NULL REFERENCES sessions (id),
    step TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    time INTEGER NOT NULL
  ) STRICT;
INSERT INTO "errors" VALUES (2, 'timeline-projection', 2, 'LabCounterAdded', 'timeline projection of event "LabCounterAdded" at ordinal 2 failed: does not fit', 1795551818216);
CREATE INDEX errors_by_session ON errors (session);
CREATE TABLE commands (
    session INTEGER NOT NULL REFERENCES sessions (id),
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_ordinal INTEGER NOT NULL,
    last_ordinal INTEGER NOT NULL,
    PRIMARY KEY (session, key)
  ) STRICT, WITHOUT ROWID;
INSERT INTO "commands" VALUES (3, 'event', 'event LabTrace 0d1092d26b6939696953592c1244c9f320073f454d0f7c4e5f469ec7a5d030be', 3, 3);
INSERT INTO "commands" VALUES (3, 'none', 'command LabRest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 2, 2);
INSERT INTO "commands" VALUES (3, 'two', 'command LabWork c6637af7110a3684c455537261303c48f3098f346242fa6f5480191ca1d1af5c', 1, 2);
PRAGMA user_version = 2;
