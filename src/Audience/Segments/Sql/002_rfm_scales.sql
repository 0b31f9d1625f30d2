-- How RFM scores are given; the newest is in use.
create table rfm_scales (
    version integer primary key,
    scale text not null,         -- JSON: bounds, or none for fifths
    saved_at timestamptz not null
);
