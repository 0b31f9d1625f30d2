-- What is foretold of each person as things stand: one row a person, rewritten by every scoring.
create table prediction_scores (
    user_id text primary key,
    as_of timestamptz not null,
    buy7 double precision, buy7_low double precision, buy7_high double precision,
    buy30 double precision, buy30_low double precision, buy30_high double precision,
    churn double precision, churn_low double precision, churn_high double precision,
    churn_days double precision,             -- days without an order after which this person counts as gone
    alive double precision,                  -- chance that they have not left
    orders90 double precision, orders90_low double precision, orders90_high double precision,
    value30 double precision,
    value90 double precision, value90_low double precision, value90_high double precision,
    value365 double precision, value365_low double precision, value365_high double precision,
    next_order_days double precision, next_order_days_low double precision, next_order_days_high double precision,
    price_index double precision, price_index_low double precision, price_index_high double precision,
    category_chance double precision,
    next_category text,
    other_categories text                    -- JSON: [[category, chance], ...]
);

-- Scorings of everybody.
create table prediction_runs (
    as_of timestamptz primary key,
    ended_at timestamptz not null,
    people bigint not null,
    versions text not null,                  -- JSON: kind and version number
    totals text not null                     -- JSON: days and expected revenue with band
);

-- Scores kept to be held against what then happens: a sample of people, once a week.
create table prediction_watch (
    user_id text not null,
    kind text not null,
    as_of timestamptz not null,
    version integer not null,
    value double precision not null,
    days double precision not null,          -- until the outcome is known
    primary key (user_id, kind, as_of)
);
