--@postgres
-- On a server, events lie by months: what is written to stays small enough for memory, and old months are given back. A store
-- that holds events already stays as it is until 'store months' is run.

-- Makes a month, and takes over what waited for it among the others.
create function events_month(month timestamptz) returns void language plpgsql as $$
declare
    name text := 'events_p' || to_char(month at time zone 'UTC', 'YYYYMM');
    ends timestamptz := (month at time zone 'UTC' + interval '1 month') at time zone 'UTC';
begin
    perform pg_advisory_xact_lock(hashtext('events_month'));
    if to_regclass(name) is not null then return; end if;
    execute format('create table %I (like events including defaults)', name);
    execute format('with moved as (delete from events_pother where occurred_at >= %L and occurred_at < %L returning *) insert into %I select * from moved', month, ends, name);
    execute format('alter table events attach partition %I for values from (%L) to (%L)', name, month, ends);
end
$$;

create function event_ids_add() returns trigger language plpgsql as $$
begin
    insert into event_ids select cast(md5(message_id) as uuid) from added;
    return null;
end
$$;

create function event_ids_remove() returns trigger language plpgsql as $$
begin
    delete from event_ids where id in (select cast(md5(message_id) as uuid) from removed);
    return null;
end
$$;

create function events_to_months() returns void language plpgsql as $$
declare
    definitions text[];
    one text;
begin
    alter table events rename to events_whole;
    select array_agg(pg_get_indexdef(indexrelid)) into definitions from pg_index where indrelid = 'events_whole'::regclass;
    for one in select indexrelid::regclass from pg_index where indrelid = 'events_whole'::regclass loop
        execute 'drop index ' || one;
    end loop;
    create table events (like events_whole including defaults) partition by range (occurred_at);
    create table events_pother partition of events default;
    foreach one in array definitions loop
        -- A unique key would have to hold the time, and a message sent again comes with another: event_ids guards instead.
        execute replace(replace(one, 'UNIQUE INDEX', 'INDEX'), 'events_whole', 'events');
    end loop;
    perform events_month(m) from (
        select distinct date_trunc('month', occurred_at at time zone 'UTC') at time zone 'UTC' as m from events_whole
        where occurred_at >= '2000-01-01 00:00:00+00' and occurred_at < now() + interval '60 days') months order by m;
    insert into events select * from events_whole;
    -- Every message there is, once, whenever it happened and whichever server stores it.
    create table event_ids (id uuid primary key);
    insert into event_ids select cast(md5(message_id) as uuid) from events;
    create trigger event_ids_add after insert on events referencing new table as added for each statement execute function event_ids_add();
    create trigger event_ids_remove after delete on events referencing old table as removed for each statement execute function event_ids_remove();
    drop table events_whole;
end
$$;

do $$
begin
    if not exists (select from events) then perform events_to_months(); end if;
end
$$;
--@all
