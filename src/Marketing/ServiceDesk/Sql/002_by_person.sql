--@alone
-- Conversations lie by their person where a store is spread over servers: nobody has a key, the empty one, and a key must hold the person there.
update conversations set user_id = '' where user_id is null;
update conversation_messages set user_id = '' where user_id is null;
--@postgres
alter table conversations alter column user_id set not null;
alter table conversations drop constraint conversations_pkey;
alter table conversations add primary key (id, user_id);
create index conversations_user on conversations (user_id);
create index conversations_external on conversations (external_id) where external_id is not null;

alter table conversation_messages alter column user_id set not null;
alter table conversation_messages drop constraint conversation_messages_pkey;
alter table conversation_messages add primary key (id, user_id);
create index conversation_messages_of on conversation_messages (conversation_id);
create index conversation_messages_external on conversation_messages (external_id) where external_id is not null;
--@all
