create sequence feedback_rules_id;

create table feedback_rules (
    id integer primary key,
    name text not null,
    status text not null,            -- draft; shadow: fires on paper; live; archived
    version integer not null,
    definition text not null,        -- JSON
    created_at timestamptz not null,
    updated_at timestamptz not null,
    reason text                      -- why the product itself put it back into shadow
);

create table feedback_rule_versions (
    rule_id integer not null,
    version integer not null,
    definition text not null,
    saved_at timestamptz not null,
    primary key (rule_id, version)
);

-- How each rule stands towards each object, changed in the transaction that fires.
create table feedback_rule_standings (
    rule_id integer not null,
    object_id text not null,         -- '' for figures of the whole shop
    version integer not null,
    armed boolean not null,
    holds_since timestamptz,
    last_fired timestamptz,
    fired_day date,
    fired_today integer not null,
    held text,
    reading double precision,
    read_at timestamptz,
    seq bigint not null,
    primary key (rule_id, object_id)
);

create table feedback_firings (
    id text primary key,             -- follows from rule, version, object and instant: the same firing is stored once
    rule_id integer not null,
    version integer not null,
    rule_name text not null,
    object_id text not null,
    fired_at timestamptz not null,
    reading double precision not null,
    baseline double precision,
    mode text not null,              -- shadow, live
    status text not null,            -- shadow, waiting, approved, declined, undone
    decided_by text,
    decided_at timestamptz,
    predicted double precision,
    predicted_low double precision,
    predicted_high double precision,
    effect double precision,
    effect_low double precision,
    effect_high double precision,
    measured_at timestamptz
);

-- Crossings that something held back.
create table feedback_holds (
    rule_id integer not null,
    object_id text not null,
    held_at timestamptz not null,
    why text not null
);

-- Everything that was done, or is to be done, by rules and by hand.
create table ledger_actions (
    id text primary key,
    firing_id text,                  -- null for what a person did by hand
    step integer not null,
    cause text not null,             -- rule:7@3, user:12
    target text not null,
    action text not null,
    object_id text,
    parameters text not null,        -- JSON
    status text not null,            -- shadow, waiting, queued, running, done, failed, refused, undone, declined
    attempts integer not null,
    before_state text not null,      -- JSON
    after_state text not null,       -- JSON
    refusal text,
    requested_at timestamptz not null,
    done_at timestamptz,
    undone_at timestamptz,
    undone_by text,
    seen_at timestamptz,             -- acknowledged
    seen_by text
);

create table ledger_comments (
    id text primary key,
    action_id text not null,
    written_at timestamptz not null,
    written_by text not null,
    body text not null
);

-- Objects whose entries somebody wants to be told of.
create table ledger_follows (
    who text not null,
    target text not null,
    object_id text not null,         -- '' for every object
    primary key (who, target, object_id)
);

create table feedback_notices (
    id text primary key,
    firing_id text not null,
    told_at timestamptz not null,
    subject text not null,
    body text not null
);

-- Of many processes one watches.
create table feedback_lease (
    name text primary key,
    holder text not null,
    until_at timestamptz not null
);
insert into feedback_lease (name, holder, until_at) values ('rules', '', timestamptz '2000-01-01 00:00:00+00');
