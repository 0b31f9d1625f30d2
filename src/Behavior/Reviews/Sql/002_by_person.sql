--@alone
-- A review lies under the key of its event, as that does; whose the key is now is asked with the question. So both lie on one server where
-- a store is spread, and a key must hold the person there.
update reviews set user_id = e.user_id from events e where e.message_id = reviews.review_id and e.name = 'Product Reviewed';
update reviews set user_id = '' where user_id is null;
--@postgres
alter table reviews alter column user_id set not null;
alter table reviews drop constraint reviews_pkey;
alter table reviews add primary key (review_id, user_id);
--@all
