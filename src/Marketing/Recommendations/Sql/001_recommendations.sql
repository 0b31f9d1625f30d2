create sequence recommendation_ids;

-- How lists are ranked; one strategy is the one in use where no test decides.
create table recommendation_strategies (
    id integer primary key,
    name text not null,
    policy text not null,            -- JSON
    version integer not null,
    is_default boolean not null,
    updated_at timestamptz not null
);

-- What people (or rules) decided about single products or categories, for a time.
create table recommendation_overrides (
    id integer primary key,
    kind text not null,              -- pin, exclude, demote
    product_id text,                 -- either a product
    category text,                   -- or a category
    placement text,                  -- null: everywhere
    factor double precision not null,    -- what demote multiplies the score by
    reason text not null,
    cause text not null,             -- user:… or rule:…
    created_at timestamptz not null,
    expires_at timestamptz,
    ended_at timestamptz
);

-- Two strategies on one placement, people assigned by a hash.
create table recommendation_experiments (
    id integer primary key,
    name text not null,
    placement text,                  -- null: every placement
    control_id integer not null,
    challenger_id integer not null,
    share double precision not null, -- of people who see the challenger
    started_at timestamptz not null,
    ended_at timestamptz
);

-- The first time somebody of a test was given a list.
create table recommendation_exposures (
    experiment_id integer not null,
    user_id text not null,
    challenger boolean not null,
    first_at timestamptz not null,
    primary key (user_id, experiment_id)
);

-- Actions done from outside, so that the same one again changes nothing.
create table recommendation_actions (
    request_id text primary key,
    outcome text not null,           -- JSON
    undone boolean not null
);
