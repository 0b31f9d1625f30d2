create sequence model_reigns_id;

alter table model_versions add column card text;    -- JSON: see ModelCard; null for kinds that keep none

-- When which version was in use, and why it came to be.
create table model_reigns (
    id integer primary key,
    kind text not null,
    version_id integer not null,
    since timestamptz not null,
    until timestamptz,               -- null: still
    how text not null,               -- trained, promoted, forced, rolled back
    reason text
);

-- What became of a published version: measured from time to time against what then happened.
create table model_checks (
    kind text not null,
    checked_at timestamptz not null,
    version_id integer not null,
    measure text not null,           -- input drift, score drift, calibration error, AUC ...
    value double precision not null,
    low double precision,
    high double precision,
    detail text,                     -- of drift: the feature that moved most
    primary key (kind, checked_at, measure)
);

-- Kinds that are trained again by themselves when they drift; others only propose it.
create table training_policies (
    kind text primary key,
    on_drift boolean not null
);
