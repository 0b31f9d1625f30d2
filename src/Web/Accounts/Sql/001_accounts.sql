-- People who may sign in. One role each. demo: usable only while the product runs with --demo on this machine.
create table accounts (
    id                text not null primary key,
    email             text not null,
    normalized_email  text not null unique,
    name              text not null,
    role              text not null,
    password_hash     text,
    security_stamp    text not null,
    concurrency_stamp text not null,
    lockout_end       timestamptz,
    failed_count      integer not null default 0,
    two_factor        boolean not null default false,
    authenticator_key text,
    recovery_codes    text,
    login_provider    text,
    login_key         text,
    demo              boolean not null default false,
    created_at        timestamptz not null,
    last_sign_in_at   timestamptz
);

-- One row that every change of who is an Admin touches, so that two such changes cannot pass each other.
create table account_guard (
    id            integer not null primary key,
    version       bigint not null,
    setup_done_at timestamptz
);
insert into account_guard (id, version, setup_done_at) values (1, 0, null);

-- Who did what. Written once, never changed.
create table audit_log (
    id          text not null primary key,
    occurred_at timestamptz not null,
    actor_kind  text not null,
    actor_id    text not null,
    actor_name  text not null,
    action      text not null,
    target      text not null,
    detail      text,
    ip          text
);

-- Keys that protect cookies and one-time links; shared by all web processes of a store.
create table data_protection_keys (
    name       text not null primary key,
    xml        text not null,
    created_at timestamptz not null
);

--@postgres
create index audit_log_time on audit_log (occurred_at desc, id desc);
create function audit_log_is_append_only() returns trigger language plpgsql as $$ begin raise exception 'audit_log is append-only'; end $$;
create trigger audit_log_append_only before update or delete or truncate on audit_log for each statement execute function audit_log_is_append_only();
--@all
