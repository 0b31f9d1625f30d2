-- What buying a product takes, and how much of it there was when.
alter table products add column parent_id text;              -- the product it is a variant of
alter table products add column variant text;                -- what distinguishes it, such as "red, L"
alter table products add column lead_days double precision;  -- from order to arrival, on average
alter table products add column lead_spread double precision; -- standard deviation of that, in days
alter table products add column pack_size integer;           -- units a supplier sells together
alter table products add column minimum_order integer;       -- units
alter table products add column stock_at timestamptz;        -- when stock was counted

create table stock_changes (
    product_id text not null,
    changed_at timestamptz not null,
    on_hand bigint not null,
    reason text not null         -- feed, edit, received
);
--@postgres
create index stock_changes_product on stock_changes (product_id, changed_at);
--@all

create sequence inbound_id;
create table inbound (
    id integer primary key,
    product_id text not null,
    quantity bigint not null,
    received bigint not null,
    ordered_at timestamptz not null,
    expected_at timestamptz not null,
    supplier text,
    status text not null,        -- open, received, cancelled
    reference text not null      -- what made it, such as proposal:12 or the sender's own id
);
