-- Turns are read and written whole, never searched into: as text they cost a third less to store, and stay as written.
alter table transcripts alter column turns type json using turns::json;
