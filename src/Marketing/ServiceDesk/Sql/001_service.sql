create sequence conversations_id;
create sequence conversation_messages_id;
create sequence knowledge_id;

-- What shoppers ask, one row a conversation; derived columns come from the newest message of the shopper.
create table conversations (
    id integer primary key,
    external_id text,                -- the sender's own id; the same is one conversation
    user_id text,
    channel text not null,           -- api, email, chat …, as the sender calls it
    subject text not null,
    language text,
    status text not null,            -- open (waits for us), waiting (waits for the shopper), solved
    assignee text,
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    due_at timestamptz not null,     -- when the first reply is promised
    replied_at timestamptz,          -- the first reply
    solved_at timestamptz,
    intent text,                     -- likeliest; see intent_sure
    intent_chance double precision,
    intent_sure boolean not null,
    intent_given text,               -- what an agent said it is
    good double precision,           -- chance that the words are of a content writer
    complaint boolean not null,
    value decimal(18, 4) not null,   -- net revenue of the person when the message came
    order_id text,
    product_id text
);

create table conversation_messages (
    id bigint primary key,
    conversation_id integer not null,
    external_id text,
    user_id text,                    -- the shopper of the conversation, whoever wrote
    sent_at timestamptz not null,
    author text not null,            -- shopper, agent, note
    agent text,
    body text not null
);

create table knowledge (
    id integer primary key,
    title text not null,
    body text not null,
    language text not null,
    intent text,
    active boolean not null,
    shown bigint not null,
    accepted bigint not null,
    updated_at timestamptz not null,
    updated_by text not null
);

-- Every decision about suggestions: what was shown, in which order, and what became of it. No words of anybody.
create table suggestion_choices (
    conversation_id integer not null,
    message_id bigint not null,
    knowledge_id integer not null,
    chosen_at timestamptz not null,
    outcome text not null,           -- accepted, edited, rejected
    place integer not null,          -- 1 is the first
    plain_place integer not null,    -- where the words alone (BM25) would have put it
    features text not null           -- JSON list
);

create table suggestion_ranker (
    id integer primary key,
    weights text not null,
    updates bigint not null,
    updated_at timestamptz not null
);
