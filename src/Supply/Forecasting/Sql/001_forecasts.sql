-- What each product will sell, as one run forecast it. Paths hold one number a week from starts_at on.
create table forecasts (
    run_id text not null,
    product_id text not null,
    starts_at timestamptz not null,
    demand_class text not null,   -- Smooth, Erratic, Intermittent, Lumpy, New
    basis text not null,          -- own, look-alikes, none
    history integer not null,     -- weeks it was learnt from
    recent double precision not null,     -- mean units of the last four weeks, as sold
    filled double precision not null,     -- units added to the last four weeks for days without stock
    price_effect double precision not null, -- factor for a price other than the one it was sold at
    noise double precision not null,      -- variance of units with mean M is noise * M + spread * M * M
    spread double precision not null,
    paths text not null,          -- JSON: mean, q10, q50, q90, q95
    primary key (run_id, product_id)
);
--@postgres
create index forecasts_product on forecasts (product_id, starts_at);
--@all

create table forecast_runs (
    run_id text primary key,
    starts_at timestamptz not null,
    created_at timestamptz not null,
    products integer not null
);

-- What is known to come beside the baseline: campaigns, and what people know better.
create sequence forecast_layers_id;
create table forecast_layers (
    id integer primary key,
    product_id text not null,
    kind text not null,           -- campaign, override
    reference text not null,      -- such as campaign:12; one layer for each product and reference
    label text not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    units double precision not null,      -- a campaign's extra units in all; an override's units a week
    low double precision not null,
    high double precision not null,
    reason text,
    created_at timestamptz not null
);

-- What a run said of a week that is over, beside what came.
create table forecast_accuracy (
    run_id text not null,
    week integer not null,        -- 1: the first week after the run
    ends_at timestamptz not null,
    products integer not null,
    actual double precision not null,
    error double precision not null,          -- forecast less actual
    absolute_error double precision not null,
    naive_error double precision not null,    -- absolute error of the week before, repeated
    covered90 double precision not null,      -- share of products whose units were at most q90
    covered95 double precision not null,
    primary key (run_id, week)
);
