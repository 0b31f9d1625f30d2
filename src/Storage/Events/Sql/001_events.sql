-- What shoppers did: one row an event, and one row (type 'item') for each product line of an order.
create table events (
    message_id text not null,
    received_at timestamptz not null,
    occurred_at timestamptz not null,
    user_id text,                -- the person's key: the shop's user id or 'anon:' and the anonymous id; null: nobody known
    given_id text,               -- the key the event came with, where that is another
    anonymous_id text,
    session_id text,
    type text not null,          -- track, page, screen, identify, group, alias, item
    name text not null,
    product_id text,
    category text,
    price decimal(18, 4),
    quantity integer,
    currency text,
    revenue decimal(18, 4),      -- of an order; negative for a refund; null for lines
    order_id text,
    campaign_id text,
    recommendation_id text,
    query text,
    rating double precision,
    url text,
    properties json,
    source_id text not null
);
--@postgres
create unique index events_message on events (message_id);
create index events_user on events (user_id, occurred_at desc);
create index events_time on events using brin (occurred_at);
create index events_source on events (source_id) where source_id like 'import:%';
--@all

-- Keys that turned out to be the same person. Chains never occur: every alias points at a final key.
create table identities (
    alias text primary key,
    user_id text not null,
    kind text not null,          -- 'seen together', 'alias', 'merge'
    since timestamptz not null
);
--@postgres
create index identities_user on identities (user_id);
--@all

-- One running row a person, kept in the transaction that stores their events. Traits (personal data) lie only here.
create table profiles (
    user_id text primary key,
    is_known boolean not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    events bigint not null,
    sessions bigint not null,
    page_views bigint not null,
    product_views bigint not null,
    searches bigint not null,
    cart_adds bigint not null,
    checkouts bigint not null,
    orders bigint not null,
    units bigint not null,       -- bought, less returned
    refunds bigint not null,
    reviews bigint not null,
    rating_sum double precision not null,
    revenue decimal(18, 4) not null,     -- of orders, before refunds
    refunded decimal(18, 4) not null,    -- positive
    first_order_at timestamptz,
    last_order_at timestamptz,
    email text,
    name text,
    traits json
);
--@postgres
create index profiles_recent on profiles (last_seen desc, user_id);
--@all
