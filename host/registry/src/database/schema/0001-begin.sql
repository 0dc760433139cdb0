-- Times are RFC 3339 texts in UTC; digests are `sha256:` and hexadecimal digits.

CREATE TABLE version (
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    -- The component, a blob of the image layout, and its OCI manifest, another.
    component TEXT NOT NULL,
    size INTEGER NOT NULL,
    manifest TEXT NOT NULL,
    -- What the component says of itself, and where it came from: JSON.
    facts TEXT NOT NULL,
    provenance TEXT NOT NULL,
    created TEXT NOT NULL,
    -- Why it is not to be loaded.
    quarantined TEXT,
    -- A number that was used once is never used for anything else.
    deleted TEXT,
    PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX version_created ON version (created);

CREATE TABLE alias (
    model TEXT NOT NULL,
    alias TEXT NOT NULL,
    version TEXT NOT NULL,
    changed TEXT NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, version) REFERENCES version (model, version)
) STRICT, WITHOUT ROWID;

-- Every state of a model's traffic that there was; what was live once stays readable.
CREATE TABLE deployment (
    model TEXT NOT NULL,
    revision INTEGER NOT NULL,
    traffic TEXT NOT NULL,
    -- The revision that a rollback restores.
    previous INTEGER,
    reason TEXT NOT NULL,
    created TEXT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (model, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE live (
    model TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    FOREIGN KEY (model, revision) REFERENCES deployment (model, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE key (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- SHA-256 of the secret, which is random and long enough to need no slower function.
    hash TEXT NOT NULL,
    roles TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT,
    -- Requests a second, and requests at once.
    rate INTEGER,
    concurrency INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    request TEXT NOT NULL,
    result TEXT,
    error TEXT,
    -- What kind of error, as problem documents call it.
    problem TEXT,
    attempts INTEGER NOT NULL,
    created TEXT NOT NULL,
    created_by TEXT NOT NULL,
    finished TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX job_state ON job (state);

CREATE TABLE idempotency (
    created_by TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (created_by, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    request TEXT NOT NULL
) STRICT;

-- How often versions came or went, and after how many of these changes the image layout's index was written.
CREATE TABLE layout (
    changes INTEGER NOT NULL,
    written INTEGER NOT NULL
) STRICT;

INSERT INTO layout (changes, written) VALUES (0, 0);
