// `npm run bench`: measures each figure and ends with a table. Name files to measure only those:
// `npm run bench chat-ingest`. Ends with 1 when a goal was missed.

import { runFigures } from './table.ts'

const all = [
  'audit-verify',
  'batch-chats',
  'batch-zip',
  'chat-ingest',
  'chat-latency',
  'delivery-backlog',
  'delivery-drain',
  'delivery-latency',
  'delivery-neighbours',
  'delivery-peers',
  'delivery-runs',
  'export',
  'inbound-answer',
  'insights-board',
  'insights-upkeep',
  'limit-decision',
  'live-subscribers',
  'playback-copy',
  'stage-overhead',
  'upload-memory',
  'web-load',
  'remote-listing',
  'search',
  'key-check',
  'zip-bombs',
]

// The slowest, a ZIP of 3 GB, takes some minutes; nothing hangs for ever.
await runFigures({ folder: import.meta.dirname, all, args: process.argv.slice(2), timeoutMs: 10 * 60_000 })
