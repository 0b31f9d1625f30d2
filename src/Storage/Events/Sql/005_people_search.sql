-- What a search for people reads: narrow rows that are written only where a name or an address changes, while the running
-- rows change with every commit.
create table people_search (
    user_id text primary key,
    words text not null          -- e-mail address and name in small letters, a line each
);
insert into people_search (user_id, words)
select user_id, lower(concat_ws(chr(10), email, name)) from profiles where email is not null or name is not null;
--@postgres
create index profiles_key on profiles (user_id text_pattern_ops);
-- Where the extension may not be made, a search reads the narrow table from end to end.
do $$
begin
    create extension if not exists pg_trgm;
    create index people_search_words on people_search using gin (words gin_trgm_ops);
exception when others then
    raise notice 'People are searched without trigrams: %', sqlerrm;
end
$$;
--@all
