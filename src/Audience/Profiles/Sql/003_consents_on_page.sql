--@postgres
-- How many changes were made on a page is asked with every rule that names a consent; they are few among what came with events.
create index consents_on_page on consents (changed_by) where changed_by is not null;
--@all
