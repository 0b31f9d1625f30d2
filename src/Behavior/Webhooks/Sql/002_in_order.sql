-- Not before what was written before it is delivered or given up: such as exits, which mean something else before the entry.
alter table webhook_messages add column in_order boolean default false;
