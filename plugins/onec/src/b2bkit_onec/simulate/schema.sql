CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS good (
    id TEXT PRIMARY KEY, article TEXT NOT NULL, name TEXT NOT NULL, search TEXT NOT NULL,
    unit_code TEXT NOT NULL, unit_name TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS price_type (id TEXT PRIMARY KEY, name TEXT NOT NULL, currency TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS price (
    good_id TEXT NOT NULL, type_id TEXT NOT NULL, min_quantity TEXT NOT NULL, value TEXT NOT NULL,
    currency TEXT NOT NULL, unit TEXT NOT NULL, factor TEXT NOT NULL,
    PRIMARY KEY (good_id, type_id, min_quantity)
) STRICT;
CREATE TABLE IF NOT EXISTS warehouse (id TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stock (
    good_id TEXT NOT NULL, warehouse_id TEXT NOT NULL, quantity TEXT NOT NULL, PRIMARY KEY (good_id, warehouse_id)
) STRICT;
CREATE TABLE IF NOT EXISTS counterparty (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, official_name TEXT NOT NULL, tax_number TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS document (
    id TEXT PRIMARY KEY, number_1c TEXT NOT NULL UNIQUE, date_1c TEXT NOT NULL,
    portal_id TEXT NOT NULL, portal_number TEXT NOT NULL, portal_date TEXT NOT NULL, portal_time TEXT NOT NULL, from_portal INTEGER NOT NULL,
    counterparty_id TEXT NOT NULL, counterparty_name TEXT NOT NULL, tax_number TEXT NOT NULL,
    currency TEXT NOT NULL, total TEXT NOT NULL, comment TEXT NOT NULL, warehouse_id TEXT NOT NULL,
    status TEXT NOT NULL, posted INTEGER NOT NULL, cancelled INTEGER NOT NULL,
    payment_number TEXT NOT NULL, paid_at TEXT NOT NULL, shipment_number TEXT NOT NULL, shipped_at TEXT NOT NULL,
    contract TEXT NOT NULL, changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS document_by_portal ON document (portal_number, portal_date);
CREATE INDEX IF NOT EXISTS document_by_date ON document (date_1c DESC, number_1c DESC);
CREATE TABLE IF NOT EXISTS document_line (
    document_id TEXT NOT NULL REFERENCES document (id), position INTEGER NOT NULL, good_id TEXT NOT NULL, article TEXT NOT NULL,
    name TEXT NOT NULL, unit TEXT NOT NULL, factor TEXT NOT NULL, quantity TEXT NOT NULL, price TEXT NOT NULL, total TEXT NOT NULL,
    PRIMARY KEY (document_id, position)
) STRICT;
CREATE TABLE IF NOT EXISTS change (kind TEXT NOT NULL, object_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (kind, object_id)) STRICT;
CREATE TABLE IF NOT EXISTS portion (
    id INTEGER PRIMARY KEY, exchange TEXT NOT NULL, files TEXT NOT NULL, sent_at TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY, session TEXT NOT NULL, at TEXT NOT NULL, exchange TEXT NOT NULL, request TEXT NOT NULL,
    answer TEXT NOT NULL, http_status INTEGER NOT NULL, milliseconds INTEGER NOT NULL, good INTEGER NOT NULL,
    idle INTEGER NOT NULL DEFAULT 0
) STRICT;
