-- As in events: nobody has a key, the empty one.
update import_replaced_events set user_id = '' where user_id is null;
