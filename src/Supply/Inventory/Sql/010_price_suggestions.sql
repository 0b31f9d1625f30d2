-- Prices that a rule or a person thinks better; at most one a product. They change nothing until somebody accepts.
create table price_suggestions (
    product_id text primary key,
    price decimal(18, 4) not null,
    reason text not null,        -- rule:7@3, or what a person wrote
    made_at timestamptz not null
);
