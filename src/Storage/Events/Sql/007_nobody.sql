--@alone
-- Nobody has a key, the empty one: rows that are spread over servers by the person need one.
update events set user_id = '' where user_id is null;
--@postgres
alter table events alter column user_id set not null;

-- Whoever writes events, or takes them out, writes event_ids too.
drop trigger if exists event_ids_add on events;
drop trigger if exists event_ids_remove on events;
drop function event_ids_add();
drop function event_ids_remove();

create or replace function events_to_months() returns void language plpgsql as $$
declare
    definitions text[];
    one text;
begin
    -- Between commits: see EventAppender.EnterAsync.
    perform pg_advisory_xact_lock(7340001, 0);
    alter table events rename to events_whole;
    select array_agg(pg_get_indexdef(indexrelid)) into definitions from pg_index where indrelid = 'events_whole'::regclass;
    for one in select indexrelid::regclass from pg_index where indrelid = 'events_whole'::regclass loop
        execute 'drop index ' || one;
    end loop;
    create table events (like events_whole including defaults) partition by range (occurred_at);
    create table events_pother partition of events default;
    foreach one in array definitions loop
        execute replace(replace(one, 'UNIQUE INDEX', 'INDEX'), 'events_whole', 'events');
    end loop;
    perform events_month(m) from (
        select distinct date_trunc('month', occurred_at at time zone 'UTC') at time zone 'UTC' as m from events_whole
        where occurred_at >= '2000-01-01 00:00:00+00' and occurred_at < now() + interval '60 days') months order by m;
    insert into events select * from events_whole;
    create table event_ids (id uuid primary key);
    insert into event_ids select cast(md5(message_id) as uuid) from events;
    drop table events_whole;
end
$$;

-- Makes a month: empty, or with what waited for it among the others.
create or replace function events_month(month timestamptz) returns void language plpgsql as $$
declare
    name text := 'events_p' || to_char(month at time zone 'UTC', 'YYYYMM');
    ends timestamptz := (month at time zone 'UTC' + interval '1 month') at time zone 'UTC';
begin
    perform pg_advisory_xact_lock(hashtext('events_month'));
    if to_regclass(name) is not null then return; end if;
    execute format('create table %I (like events including defaults)', name);
    if exists (select from events_pother where occurred_at >= month and occurred_at < ends) then
        execute format('with moved as (delete from events_pother where occurred_at >= %L and occurred_at < %L returning *) insert into %I select * from moved', month, ends, name);
    end if;
    execute format('alter table events attach partition %I for values from (%L) to (%L)', name, month, ends);
end
$$;

-- Holds the running rows of people until the transaction ends. One after the other, because a statement that locks rows of several
-- servers is not possible, and in the order given, so that two who want the same never wait for each other in a circle.
create function lock_profiles(keys text[]) returns void language plpgsql as $$
declare
    one text;
begin
    foreach one in array keys loop
        perform 1 from profiles where user_id = one for update;
    end loop;
end
$$;
--@all
