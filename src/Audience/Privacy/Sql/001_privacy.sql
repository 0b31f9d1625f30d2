-- What erasures removed: counts, and a reference that names nobody.
create table erasure_reports (
    id text primary key,
    person text not null,            -- hash of the key
    erased_at timestamptz not null,
    keep_totals boolean not null,
    records text not null,           -- JSON: list of kind, count, kept
    models text not null             -- JSON: list of model versions trained before
);

-- When old data was removed, and how much.
create table retention_runs (
    kind text not null,
    ran_at timestamptz not null,
    removed bigint not null
);
