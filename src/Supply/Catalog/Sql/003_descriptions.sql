-- What a product says of itself beside its title: plain text, for likeness.
alter table products add column description text;
