-- What was asked, so that an import can go on under the same id, and a sign of life of the process that runs it.
alter table imports add column asked text;
alter table imports add column fingerprint text;   -- of preset and files: the same import, when it is begun again
alter table imports add column alive_at timestamptz;

-- The mapper remembers which column of a file says what, by the file's header.
create table import_mappings (
    signature text primary key,
    mapping text not null,
    saved_at timestamptz not null
);

-- What an import put something else in place of, so that its undo puts it back.
create table import_replaced (
    key text not null,
    replaced_by text not null,   -- the import that did it
    owner text not null,         -- the import whose content it was
    kind text not null,
    hash bigint not null,
    joined boolean not null,     -- true: lines were added and only the order's own row was replaced
    primary key (key, replaced_by)
);

create table import_replaced_events (
    key text not null,
    replaced_by text not null,
    message_id text not null,
    received_at timestamptz not null,
    occurred_at timestamptz not null,
    user_id text,
    given_id text,
    anonymous_id text,
    session_id text,
    type text not null,
    name text not null,
    product_id text,
    category text,
    price decimal(18, 4),
    quantity integer,
    currency text,
    revenue decimal(18, 4),
    order_id text,
    campaign_id text,
    recommendation_id text,
    query text,
    rating double precision,
    url text,
    properties json,
    source_id text not null
);

-- Traits that an import changed: what was there before, and what it wrote.
create table import_traits (
    import_id text not null,
    user_id text not null,
    before text not null,
    after text not null,
    primary key (import_id, user_id)
);
