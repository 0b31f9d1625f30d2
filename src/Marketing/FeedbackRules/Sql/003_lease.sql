-- The lease of the rules became that of everything that runs by the clock.
drop table feedback_lease;
