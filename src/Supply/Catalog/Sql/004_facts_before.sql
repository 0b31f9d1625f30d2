-- What an import said of each product, and what stood there before, so that its undo puts it back.
create table product_facts_before (
    source text not null,        -- import: and the import's id; ids begin with the time
    product_id text not null,
    before text not null,        -- JSON, fact by fact; null where nothing was known
    after text not null,
    primary key (source, product_id)
);
