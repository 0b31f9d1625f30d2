-- What came in when, to tell how each source is doing.
--@postgres
create index events_received on events using brin (received_at);
--@all
