// Events of bulk loads, watchers and remote folders. Emitted by ingest/.

import { Type } from 'typebox'
import { declare, orNull, selfLink, text, time, uuid } from './declaration.ts'

const completed = declare({
  type: 'ingest.completed',
  version: '1',
  scope: 'organisation',
  description: 'A bulk load has ended, whichever way.',
  subject: 'job_id',
  data: Type.Object({
    job_id: uuid,
    source: Type.String({ description: 'What it came from, such as `zip` or `remote`' }),
    name: text,
    state: Type.String({
      description:
        '`planned` after a dry run, `done`, `partial` when some items failed, `failed` when all of it did, `cancelled`',
    }),
    is_dry_run: Type.Boolean(),
    counts: Type.Record(Type.String(), Type.Number(), { description: 'Items by outcome' }),
    failure: orNull(Type.Object({ code: text, reason: text }), 'Why the load as a whole failed'),
    links: selfLink,
  }),
  example: {
    job_id: '0199b1f2-4444-7abc-8def-000000000004',
    source: 'zip',
    name: 'march.zip',
    state: 'partial',
    is_dry_run: false,
    counts: { total: 120, ok: 118, duplicate: 0, failed: 2, waiting: 0 },
    failure: null,
    links: { self: '/v1/ingest-jobs/0199b1f2-4444-7abc-8def-000000000004' },
  },
})

const silent = declare({
  type: 'watcher.silent',
  version: '1',
  scope: 'organisation',
  description: 'Nothing was heard of a watcher for 15 minutes. Once for each silence.',
  subject: 'watcher_id',
  data: Type.Object({
    watcher_id: uuid,
    name: text,
    host: text,
    folder: text,
    last_contact_at: time,
    waiting: Type.Integer({ minimum: 0, description: 'Files that it had still to send' }),
    last_error: orNull(text),
    links: selfLink,
  }),
  example: {
    watcher_id: '0199b1f2-5555-7abc-8def-000000000005',
    name: 'recorder-1',
    host: 'recorder-1.example.com',
    folder: '/var/recordings',
    last_contact_at: '2026-03-05T09:00:00.000Z',
    waiting: 3,
    last_error: null,
    links: { self: '/v1/watchers/recorder-1' },
  },
})

const connectionData = Type.Object({
  folder_id: uuid,
  name: text,
  server_id: uuid,
  failing_since: orNull(time),
  failures: Type.Integer({ minimum: 0, description: 'In a row' }),
  failed_step: orNull(
    text,
    'What did not work: `name`, `route`, `tls`, `host_key`, `login`, `directory`, `list`, `read` or `sync`',
  ),
  reason: orNull(text),
  links: selfLink,
})

const connection = {
  folder_id: '0199b1f2-6666-7abc-8def-000000000006',
  name: 'recordings',
  server_id: '0199b1f2-7777-7abc-8def-000000000007',
  links: { self: '/v1/remote-folders/0199b1f2-6666-7abc-8def-000000000006' },
}

const degraded = declare({
  type: 'connection.degraded',
  version: '1',
  scope: 'organisation',
  description: 'A remote folder has failed several times in a row. It is tried again, more and more seldom.',
  subject: 'folder_id',
  data: connectionData,
  example: {
    ...connection,
    failing_since: '2026-03-05T08:00:00.000Z',
    failures: 3,
    failed_step: 'login',
    reason: 'The server refused the password.',
  },
})

const recovered = declare({
  type: 'connection.recovered',
  version: '1',
  scope: 'organisation',
  description: 'A remote folder that had been told of as degraded works again.',
  subject: 'folder_id',
  data: connectionData,
  example: { ...connection, failing_since: null, failures: 0, failed_step: null, reason: null },
})

export const ingestEvents = [completed, silent, degraded, recovered] as const
