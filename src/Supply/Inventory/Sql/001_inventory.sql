-- What somebody decided about one product's stock.
create table stock_policies (
    product_id text primary key,
    target double precision,     -- share of demand to be served from the shelf; null: its class's
    hold_until timestamptz,      -- no orders are proposed until then
    hold_reason text,
    updated_at timestamptz not null
);

create table stock_classes (
    class text primary key,      -- AX to CZ
    target double precision not null
);

create sequence purchase_proposals_id;
create table purchase_proposals (
    id integer primary key,
    supplier text not null,
    status text not null,        -- draft, approved, received, cancelled
    cause text not null,         -- nightly, or what asked for it
    created_at timestamptz not null,
    approved_at timestamptz
);
create table purchase_lines (
    proposal_id integer not null,
    product_id text not null,
    quantity bigint not null,    -- as it stands
    proposed bigint not null,    -- as it was proposed
    unit_cost decimal(18, 4),
    reason text not null,        -- JSON: the figures it follows from
    primary key (proposal_id, product_id)
);

-- How each product stood after each nightly forecast; the shop's sums under the empty product.
create table stock_snapshots (
    product_id text not null,
    as_of timestamptz not null,
    on_hand double precision not null,
    days_of_supply double precision,
    chance double precision not null,        -- of being sold out before an order placed now arrives
    lost_units double precision not null,
    lost_money double precision not null,
    primary key (product_id, as_of)
);

-- What was done on request, so that the same request is done once.
create table supply_actions (
    request_id text primary key,
    before text not null,
    after text not null
);
