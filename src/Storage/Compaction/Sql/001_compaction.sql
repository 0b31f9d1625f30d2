-- One row: since when the deleted has to be taken off the disk as well; null when there is nothing to do.
create table compaction (
    id integer primary key,
    wanted_at timestamptz,
    done_at timestamptz
);
insert into compaction (id) values (1);
