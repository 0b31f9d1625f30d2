--@alone
-- A server of the version before would summarise days without their products.

-- What happened to each product that an event of the day named.
create table day_products (
    day timestamptz not null,
    product_id text not null,
    currency text,
    category text,
    seen timestamptz not null,   -- its newest event of the day
    views bigint not null,
    lines bigint not null,       -- lines of completed orders
    units bigint not null,
    revenue decimal(18, 4) not null
);
--@postgres
create index day_products_day on day_products (day);
--@all

-- Every day is due again; rankings of products are read from here.
delete from day_visits;
delete from day_counts;
delete from day_ranks;
delete from summarised_days;
