-- What people said of each purpose, every change a row; the newest of all keys of a person holds.
create table consents (
    user_id text not null,       -- the key as it was named; other keys of the person are found through identities
    purpose text not null,       -- marketing_email, personalisation, analytics
    granted boolean not null,
    changed_at timestamptz not null,
    recorded_at timestamptz not null,
    source text not null,        -- the source of the event, or 'page'
    changed_by text,             -- who changed it on the page
    note text
);
--@postgres
create index consents_user on consents (user_id);
create index consents_purpose on consents (purpose, user_id);
--@all

-- What earlier versions kept among the traits only.
insert into consents (user_id, purpose, granted, changed_at, recorded_at, source)
select user_id, 'marketing_email', lower(coalesce(traits ->> 'emailConsent', traits ->> 'acceptsEmailMarketing')) in ('true', 'yes'), last_seen, now(), 'traits'
from profiles where traits is not null and lower(coalesce(traits ->> 'emailConsent', traits ->> 'acceptsEmailMarketing')) in ('true', 'yes', 'false', 'no');
