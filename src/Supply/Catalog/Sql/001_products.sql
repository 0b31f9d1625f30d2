-- What the shop sells.
create table products (
    id text primary key,
    title text not null,
    category text,
    brand text,
    price decimal(18, 4),
    cost decimal(18, 4),
    currency text,
    stock bigint,
    supplier text,
    url text,
    image_url text,
    source text not null,        -- what created it
    created_at timestamptz not null,
    updated_at timestamptz not null
);
