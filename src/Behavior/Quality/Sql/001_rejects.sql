-- Events that were not taken, with the reason; kept until somebody replays or dismisses them, or their time is over.
create table rejects (
    id text primary key,
    received_at timestamptz not null,
    source_id text not null,
    code text not null,
    field text not null,
    reason text not null,
    raw text not null,
    implied_type text,
    shape text not null,
    status text not null          -- waiting, replayed, dismissed
);
--@postgres
create index rejects_time on rejects (status, received_at desc);
--@all
