-- Servers that recordings are fetched from: FTP, FTPS, SFTP, S3 buckets, and folders of this machine that the operator opened.

create table remote_servers (
  org_id        uuid not null references orgs on delete cascade,
  id            uuid not null,
  name          text not null,
  protocol      text not null check (protocol in ('ftp', 'ftps', 'ftps_implicit', 'sftp', 's3', 'mounted')),
  -- Null for buckets and mounted folders.
  host          text,
  port          integer,
  -- Of a bucket: the access key's id.
  user_name     text,
  -- The folder that it opens; of a bucket, what keys begin with.
  path          text not null default '',
  -- What only some protocols have: bucket, region, endpoint, force_path_style, certificate_sha256.
  settings      jsonb not null default '{}',
  -- JSON of password, private_key, passphrase, secret_access_key, sealed as one; and which of them are in it.
  secret        bytea,
  secrets_held  text[] not null default '{}',
  -- Fingerprint of the one host key that is trusted. Null: the first that is met becomes it.
  host_key      text,
  connections_max      integer not null,
  bytes_per_second_max bigint,
  created_by    text not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index remote_servers_by_name on remote_servers (org_id, lower(name));
call tenant_table('remote_servers');
