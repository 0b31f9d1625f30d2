create sequence model_versions_id;
create sequence training_jobs_id;

-- Every model the product has learned.
create table model_versions (
    id integer primary key,
    kind text not null,
    version integer not null,        -- counts up within a kind
    status text not null,            -- candidate, champion (in use; one a kind), retired
    verdict text not null,           -- what the trainer says of it: stable, unstable ...
    created_at timestamptz not null,
    data_from timestamptz,
    data_to timestamptz,
    row_count bigint not null,
    seed integer not null,
    took_seconds double precision not null,
    features text not null,          -- JSON list
    quality text not null            -- JSON object: measure and value
);

create table model_artefacts (
    version_id integer primary key,
    content bytea not null
);

create table training_jobs (
    id integer primary key,
    kind text not null,
    settings text not null,          -- JSON, the trainer's own
    status text not null,            -- queued, running, done, refused, failed, cancelled
    attempts integer not null,
    requested_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    reason text,                     -- why refused or failed
    version_id integer
);

create table training_schedules (
    kind text primary key,
    every_days integer not null,
    next_at timestamptz not null
);
