-- One row a review: what the event said, and what was read out of it. Derived from events; missing rows are made again.
create table reviews (
    review_id text primary key,      -- message_id of the event
    user_id text,
    product_id text,
    category text,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    rating double precision,         -- stars
    body text not null,
    language text,                   -- en, zh; null: neither, or not to be told
    good double precision,           -- chance that the words are of a content writer; null: no model reads this language
    model text,                      -- which model said so: starter, or v and the version
    topics text not null,            -- keys of what it speaks about, a blank before and after each
    alike text                       -- an earlier review of the same product in nearly the same words
);
--@postgres
create index reviews_product on reviews (product_id, occurred_at desc);
create index reviews_time on reviews (occurred_at desc);
create index reviews_user on reviews (user_id);
--@all

create sequence incidents_id;

-- What stood out beyond chance and has to be looked at.
create table incidents (
    id integer primary key,
    product_id text,                 -- null: the whole shop
    topic text,                      -- null: bad reviews whatever they speak about
    title text,                      -- given by who opened it by hand or by a rule; null: found by the watch
    status text not null,            -- open, acknowledged, closed
    cause text not null,             -- watch, user:…, rule:…
    onset_at timestamptz not null,   -- when it seems to have begun
    noticed_at timestamptz not null, -- time of the review that made it stand out
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    evidence double precision not null,  -- how many times likelier than under the usual share
    false_alarms double precision,   -- as strong ones expected by chance in 90 quiet days, over the whole shop
    usual double precision,          -- share of such reviews before
    hits bigint not null,
    of_reviews bigint not null
);

create table incident_notes (
    incident_id integer not null,
    written_at timestamptz not null,
    author text not null,
    kind text not null,              -- comment, acknowledged, closed, opened, reopened
    body text not null
);

-- Requests of rules that were carried out: the same again changes nothing again.
create table incident_actions (
    request_id text primary key,
    incident_id integer not null,
    was text not null
);
