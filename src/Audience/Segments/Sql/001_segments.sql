create sequence segments_id;

create table segments (
    id integer primary key,
    name text not null,
    description text not null,
    status text not null,            -- draft: counted on demand only; active: members are kept; archived
    rule text not null,              -- JSON, canonical
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    size bigint,                     -- members at as_of
    as_of timestamptz
);

create table segment_versions (
    segment_id integer not null,
    version integer not null,
    rule text not null,
    saved_at timestamptz not null,
    primary key (segment_id, version)
);

-- Every stay of a person in a segment; left_at is null while it lasts.
create table segment_members (
    segment_id integer not null,
    user_id text not null,
    entered_at timestamptz not null,
    left_at timestamptz
);
--@postgres
create unique index segment_members_now on segment_members (segment_id, user_id) where left_at is null;
create index segment_members_user on segment_members (user_id);
create index segment_members_entered on segment_members (segment_id, entered_at desc);
--@all
