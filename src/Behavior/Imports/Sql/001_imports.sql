-- Each import and what it did.
create table imports (
    id text primary key,
    preset text not null,
    files text not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    status text not null,        -- running, done, failed, cancelled, undone
    report json
);

-- What was imported before, to say what a file changes: the content of each order, customer or row as a hash.
create table import_entities (
    key text primary key,
    kind text not null,
    hash bigint not null,
    import_id text not null
);
