-- Keys of programs. Only a hash of the secret is kept.
create table api_keys (
    id           text not null primary key,
    name         text not null,
    scopes       text not null,
    secret_hash  text not null,
    created_at   timestamptz not null,
    created_by   text not null,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
