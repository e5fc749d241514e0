-- Turns are read and written whole, never searched into: as text they cost a third less to store, and stay as written.
alter table transcripts alter column turns type json using turns::json;
-- A chat of a page is not compressed: that took a third of the time of writing it.
alter table transcripts set (toast_tuple_target = 4080);
