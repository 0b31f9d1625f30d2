-- Who was in which cluster when the version in use was published; the next run tells the movement from it.
create table cluster_members (
    user_id text not null,
    cluster_id integer not null
);

-- Names people gave; a cluster without one is called by what distinguishes it.
create table cluster_names (
    cluster_id integer primary key,
    name text not null
);
