ALTER TABLE document ADD COLUMN contract_id TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_by_portal_id ON document (portal_id);
CREATE INDEX document_by_counterparty ON document (counterparty_id);
CREATE TABLE object (
    entity TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entity, id)
) STRICT;
CREATE TABLE version (entity TEXT NOT NULL, object_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (entity, object_id)) STRICT;
CREATE TABLE pack (id TEXT PRIMARY KEY, good_id TEXT NOT NULL, name TEXT NOT NULL, factor TEXT NOT NULL) STRICT;
CREATE INDEX pack_by_good ON pack (good_id);
CREATE TABLE paper (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, number TEXT NOT NULL, at TEXT NOT NULL, order_id TEXT NOT NULL, base_id TEXT NOT NULL,
    counterparty_id TEXT NOT NULL, contract_id TEXT NOT NULL, currency TEXT NOT NULL, total TEXT NOT NULL, vat TEXT NOT NULL,
    due_on TEXT NOT NULL, status TEXT NOT NULL, posted INTEGER NOT NULL, deleted INTEGER NOT NULL
) STRICT;
CREATE INDEX paper_by_order ON paper (order_id);
CREATE INDEX paper_by_kind ON paper (kind, at DESC);
CREATE INDEX paper_by_counterparty ON paper (counterparty_id);
CREATE TABLE node (
    plan TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, sent_no INTEGER NOT NULL, received_no INTEGER NOT NULL,
    PRIMARY KEY (plan, id)
) STRICT;
CREATE TABLE registration (
    node_id TEXT NOT NULL, entity TEXT NOT NULL, object_id TEXT NOT NULL, message_no INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL,
    PRIMARY KEY (node_id, entity, object_id)
) STRICT;
CREATE TABLE fault (
    id INTEGER PRIMARY KEY, protocol TEXT NOT NULL, name TEXT NOT NULL, method TEXT NOT NULL, requests INTEGER NOT NULL, seconds TEXT NOT NULL
) STRICT;
CREATE TABLE message (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, protocol TEXT NOT NULL, method TEXT NOT NULL, address TEXT NOT NULL, sent TEXT NOT NULL,
    status INTEGER NOT NULL, answer TEXT NOT NULL, milliseconds INTEGER NOT NULL, fault TEXT NOT NULL
) STRICT;
