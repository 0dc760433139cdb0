-- What is known about versions: reports, which are attached to a version's OCI manifest.
CREATE TABLE evaluation (
    -- The OCI manifest of the attachment.
    manifest TEXT NOT NULL PRIMARY KEY,
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    -- What a list tells of it: JSON.
    summary TEXT NOT NULL,
    created TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX evaluation_version ON evaluation (model, version, created);

-- Labelled data, by name.
CREATE TABLE data (
    name TEXT NOT NULL PRIMARY KEY,
    -- What tells it apart, wherever it lies.
    digest TEXT NOT NULL,
    -- The blob of the image layout that has it: a tar archive.
    content TEXT NOT NULL,
    size INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    created TEXT NOT NULL,
    created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
