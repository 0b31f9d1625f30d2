create sequence webhooks_id;
create sequence webhook_messages_position;

-- Where a receiver wants to be told of something; owner names what, such as segment:5.
create table webhook_endpoints (
    id integer primary key,
    owner text not null,
    url text not null,
    secret text not null,            -- protected by the product's keys
    created_at timestamptz not null,
    stopped_at timestamptz           -- the receiver answered that it is gone
);

-- Messages to be sent, written in the transaction of what they tell of; the body goes when it was delivered.
create table webhook_messages (
    endpoint_id integer not null,
    position bigint not null,        -- the order in which they were written
    message_id text not null,        -- the receiver's idempotency key: the same at every attempt
    kind text not null,
    body text,
    created_at timestamptz not null,
    state text not null,             -- waiting, delivered, dead
    attempts integer not null,
    next_at timestamptz,             -- null: not to be tried again
    ended_at timestamptz
);

create table webhook_attempts (
    endpoint_id integer not null,
    message_id text not null,
    attempt integer not null,
    tried_at timestamptz not null,
    status integer,                  -- of the answer; null: there was none
    milliseconds integer not null,
    problem text
);
--@postgres
create unique index webhook_messages_key on webhook_messages (endpoint_id, message_id);
create index webhook_messages_due on webhook_messages (next_at) where state = 'waiting';
create index webhook_attempts_time on webhook_attempts (endpoint_id, tried_at desc);
--@all
