-- A merge makes one person of two by pointing the keys of one at the other; own_id remembers whose they are without any
-- merge (null: the same as user_id), so that a merge can be undone at any time and in any order.
alter table identities add column own_id text;

create table merges (
    id text primary key,
    kept text not null,          -- final keys when they were merged
    merged text not null,
    reason text not null,        -- evidence, such as 'email'
    merged_at timestamptz not null,
    merged_by text not null,
    undone_at timestamptz,
    undone_by text
);
--@postgres
create index merges_kept on merges (kept);
create index merges_merged on merges (merged);
--@all

-- Traits of each person under a merge as they would be without it, kept with every commit.
create table own_traits (
    user_id text primary key,
    traits json
);
