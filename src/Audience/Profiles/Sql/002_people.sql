-- Changes of traits made on the page.
create table trait_changes (
    user_id text not null,
    trait text not null,
    before text,                 -- JSON; null: it was not set
    after text,                  -- JSON; null: it was removed
    changed_at timestamptz not null,
    changed_by text not null
);

-- Pairs of people of whom somebody said that they are two.
create table merge_dismissals (
    low text not null,           -- the smaller key first
    high text not null,
    dismissed_at timestamptz not null,
    dismissed_by text not null,
    primary key (low, high)
);
--@postgres
create index trait_changes_user on trait_changes (user_id);
-- The list's orders; only who has ordered is in the last three.
drop index profiles_recent;
create index profiles_seen on profiles (last_seen, user_id);
create index profiles_revenue on profiles ((revenue - refunded), user_id) where orders > 0;
create index profiles_orders on profiles (orders, user_id) where orders > 0;
create index profiles_ordered on profiles (last_order_at, user_id) where orders > 0;
--@all
