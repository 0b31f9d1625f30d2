-- Erased people of the last day, as hashes of their keys: by them other processes forget what they still hold in memory.
create table recommendation_forgotten (
    hash text primary key,
    told_at timestamptz not null
);
