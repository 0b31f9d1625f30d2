create sequence campaigns_id;

create table campaigns (
    id integer primary key,
    name text not null,
    status text not null,            -- draft, scheduled, live, paused, ended
    archived boolean not null,
    spec text not null,              -- JSON: goal, audience, content, channel, schedule
    version integer not null,        -- counts saves
    created_at timestamptz not null,
    updated_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    next_at timestamptz,             -- when people are taken in next; null: when something happens
    seen_until timestamptz,          -- events received up to here have been looked at
    holdout double precision,        -- as it was fixed at the start
    stopped text                     -- why it is paused, where the product did it
);

-- Whoever was taken in, or left out and why. Written once: this is the frozen audience.
create table campaign_people (
    campaign_id integer not null,
    user_id text not null,
    entry text not null,             -- what they came in by: a run, a segment stay, a basket, an order
    arm text not null,               -- held, or the name of a version; out: left out
    reason text,                     -- why they were left out
    taken_at timestamptz not null,
    due_at timestamptz not null,     -- when the first message is due; the same for the held-out
    score double precision           -- what they were ranked by
);

-- What brings people in, until the next pass takes it.
create table campaign_entries (
    campaign_id integer not null,
    user_id text not null,
    entry text not null,
    happened_at timestamptz not null
);

-- The outbox. A message is claimed before it is handed over, so that a process that dies in between leaves it "sending":
-- it may have arrived and is never sent again by itself.
create table campaign_messages (
    id text primary key,             -- the idempotency key, also of the receiving side
    campaign_id integer not null,
    user_id text not null,
    entry text not null,
    step integer not null,
    arm text not null,
    state text not null,             -- waiting, sending, sent, failed, skipped, unclear
    due_at timestamptz not null,
    attempts integer not null,
    settled_at timestamptz,
    problem text
);
--@postgres
create index campaign_people_who on campaign_people (user_id);
create index campaign_people_of on campaign_people (campaign_id);
create index campaign_messages_due on campaign_messages (due_at) where state = 'waiting';
create index campaign_messages_who on campaign_messages (user_id);
--@all

-- Mails that stay on this machine: the demo's outbox.
create table campaign_mails (
    message_id text not null,
    user_id text not null,
    campaign_id integer not null,
    sent_at timestamptz not null,
    recipient text not null,
    subject text not null,
    body text not null
);

-- Who must not be written to any more.
create table campaign_suppressions (
    user_id text not null,
    reason text not null,            -- unsubscribed, bounced, complained
    since timestamptz not null,
    campaign_id integer
);

-- What was measured at each look; the last one of an ended campaign is its frozen result.
create table campaign_looks (
    campaign_id integer not null,
    looked_at timestamptz not null,
    frozen boolean not null,
    result text not null             -- JSON
);

create table campaign_notes (
    campaign_id integer not null,
    happened_at timestamptz not null,
    who text not null,
    kind text not null,              -- comment, or what was done
    body text not null
);

create table campaign_scores (
    user_id text primary key,
    effect double precision not null,
    version_id integer not null
);
