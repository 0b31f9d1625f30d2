--@alone
-- A server of the version before would store events of a summarised day and not take its mark off.

-- Shop days whose events are summarised, so that no figure of a long range reads them again. A day counts only while made_at stands.
create table summarised_days (
    day timestamptz primary key,  -- first instant of the day
    ends timestamptz not null,
    zone text not null,          -- time zone it was cut in
    run text,                    -- who summarises it, or did; null: an event of it came or went since, and it is due again
    made_at timestamptz,
    sessions bigint              -- different sessions of all events, for the series
);

-- Who was there in which session, under the key that is stored: who that is is asked when the figures are.
create table day_visits (
    day timestamptz not null,
    user_id text not null,       -- empty: nobody known
    session_id text,
    cart boolean not null,
    checkout boolean not null,
    ordered boolean not null,
    bought boolean not null      -- the person, with an order and not only a page of that name
);

create table day_counts (
    day timestamptz not null,
    currency text,
    events bigint not null,
    views bigint not null,
    orders bigint not null,
    units bigint not null,
    gross decimal(18, 4) not null,
    refunds decimal(18, 4) not null,
    adjustments decimal(18, 4) not null,
    searches bigint not null,
    unmet bigint not null,
    amounts bigint not null      -- orders, refunds and others with an amount of money in this currency
);

create table day_ranks (
    day timestamptz not null,
    kind text not null,          -- product, category, search
    name text not null,
    currency text,
    times bigint not null,       -- views, or searches without result
    units bigint not null,
    revenue decimal(18, 4) not null
);
--@postgres
create index day_visits_day on day_visits (day);
create index day_visits_user on day_visits (user_id);
create index day_counts_day on day_counts (day);
create index day_ranks_day on day_ranks (day);
--@all
