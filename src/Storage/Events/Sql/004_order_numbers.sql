--@postgres
-- Whether an order is stored already is asked with every order that arrives.
create index events_order on events (order_id) where order_id is not null and type = 'track';
--@all
