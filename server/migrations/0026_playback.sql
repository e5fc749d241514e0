-- What a recording needs to be seen and heard in a browser: its waveform, and a copy where the file itself would not do.

create table recording_media (
  org_id          uuid not null,
  conversation_id uuid not null,
  recording_id    uuid not null,
  -- Set while a job is to prepare it; when and why the last one could not.
  asked_at        timestamptz,
  failure         text,
  -- The waveform: null until the recording was decoded. A peak stands for so many milliseconds.
  duration_ms     bigint,
  peak_ms         double precision,
  -- The peaks of all channels, one channel after the other, deflated.
  peaks           bytea,
  -- For each channel its speech: [[start_ms, end_ms, start_ms, end_ms, …], …].
  speech          jsonb,
  -- The playable copy, where there is one.
  copy_key        text,
  copy_size_bytes bigint,
  copy_sha256     text,
  created_at      timestamptz not null default now(),
  primary key (org_id, conversation_id, recording_id),
  foreign key (org_id, conversation_id, recording_id) references recordings on delete cascade
);
-- Deflated already.
alter table recording_media alter column peaks set storage external;
call tenant_table('recording_media');
