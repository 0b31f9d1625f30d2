-- What the batch said of the event, so that it can be sent again as it was.
alter table rejects add column user_id text;
alter table rejects add column anonymous_id text;
alter table rejects add column sent_at timestamptz;
