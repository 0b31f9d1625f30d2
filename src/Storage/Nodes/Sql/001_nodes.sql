-- Who does what only one node may do, and which nodes there are. An embedded store has one process: nothing is written there.
create table leases (
    name text primary key,
    holder text not null,
    term bigint not null,        -- grows with each holder
    until_at timestamptz not null
);
--@postgres
-- Whoever takes a lease over changes a key, and so waits for what the holder before is writing; who renews it does not.
create unique index leases_term on leases (name, term);
--@all

create table nodes (
    id text primary key,
    name text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    ahead double precision not null      -- seconds its clock is ahead of the database's
);

-- Counts the changes of stored history, so that no node goes on with what it remembers of before.
create table history (
    id integer primary key,
    version bigint not null,
    beside bigint not null               -- commits of commands, which tell no node
);
insert into history (id, version, beside) values (1, 0, 0);
--@postgres
-- What came since a moment, for a node that has missed something; of events there is such an index.
create index identities_since on identities using brin (since);
--@all
