-- What one product sold, to whom and since when, without reading what others did. A column store finds it as it is.
--@postgres
create index events_lines on events (product_id, occurred_at) where type = 'item' and product_id is not null;
create index events_ratings on events (product_id) where name = 'Product Reviewed';
--@all
