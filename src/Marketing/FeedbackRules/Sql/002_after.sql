-- What the trigger's figure was when the effect hours had passed.
alter table feedback_firings add column after_reading double precision;
