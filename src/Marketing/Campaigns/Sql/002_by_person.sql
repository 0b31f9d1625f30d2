--@alone
-- Messages lie by their person where a store is spread over servers: a key must hold the person there. The id names one person already.
--@postgres
alter table campaign_messages drop constraint campaign_messages_pkey;
alter table campaign_messages add primary key (id, user_id);
create index campaign_messages_held on campaign_messages (settled_at) where state = 'sending';
--@all
