-- Orders at a discount and the ratings a person gave, kept in the running row from now on; of what is stored, counted here.
alter table profiles add column discounted_orders bigint default 0;
alter table profiles add column rated bigint default 0;
alter table profiles add column rating_min double precision;
alter table profiles add column last_rated_at timestamptz;
alter table profiles add column last_rating double precision;

update profiles set discounted_orders = d.discounted_orders, rated = d.rated, rating_min = d.rating_min, last_rated_at = d.last_rated_at, last_rating = d.last_rating
from (
    select person, count(*) filter (where name = 'Order Completed' and coalesce(discount ~ '^[0-9.]*[1-9][0-9.]*([eE][+-]?[0-9]+)?$', false)) as discounted_orders,
        count(rated_at) as rated, min(rating) filter (where rated_at is not null) as rating_min, max(rated_at) as last_rated_at,
        min(rating) filter (where rated_at = newest) as last_rating
    from (
        select r.*, max(r.rated_at) over (partition by r.person) as newest
        from (
            select coalesce(i.user_id, e.user_id) as person, e.name, e.properties ->> 'discount' as discount, e.rating,
                case when e.name = 'Product Reviewed' and e.rating is not null then e.occurred_at end as rated_at
            from events e left join identities i on i.alias = e.user_id
            where e.user_id is not null and e.type = 'track' and e.name in ('Order Completed', 'Product Reviewed')) r) n
    group by person) d
where profiles.user_id = d.person;
