// Figure: how many rows of the audit are checked in a second: read from PostgreSQL, written as canonical JSON, hashed and
// compared, as `audit verify` does. The rows are like those that a busy day leaves.

import { randomBytes } from 'node:crypto'
import { writeAudit } from '../server/src/access/audit/write.ts'
import { headSigner, verifyAudit } from '../server/src/access/index.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { newId } from '../server/src/platform/ids.ts'
import { keyedHash } from '../server/src/platform/secrets.ts'
import { durableDatabase } from './durable-database.ts'
import { median, report, round, spread } from './figure.ts'

const rowsOfChain = 200_000
const batchRows = 1000
const rounds = 5

const database = await durableDatabase()
const db = openDb({ url: database.url, connectionsMax: 4, as: 'owner' })
const signer = headSigner({ hash: keyedHash(randomBytes(32)) })
const orgId = newId()

const read = () => ({
  orgId,
  actor: 'key:4GQZ0vT9kq2b',
  action: 'calls.read',
  target: newId(),
  requestId: newId(),
  from: { address: '203.0.113.7', userAgent: 'example-client/4.1 (linux)' },
  data: { route: 'GET /v1/conversations/:id', status: 200, duration_ms: 4 },
})
const accept = () => ({
  orgId,
  actor: 'key:4GQZ0vT9kq2b',
  action: 'conversation.accept',
  target: newId(),
  requestId: newId(),
  data: { source: 'upload', outcome: 'new' },
})

const perSecond: number[] = []
let writtenPerSecond = 0
try {
  const startedAt = performance.now()
  for (let written = 0; written < rowsOfChain; written += batchRows) {
    const entries = Array.from({ length: batchRows }, (_, index) => (index % 2 ? read() : accept()))
    await db.transaction().execute((tx) => writeAudit(tx, entries))
  }
  writtenPerSecond = (rowsOfChain * 1000) / (performance.now() - startedAt)
  for (let round = 0; round <= rounds; round++) {
    const { rows, fault, durationMs } = await verifyAudit(db, signer, orgId)
    if (rows !== rowsOfChain || fault)
      throw new Error(`${rows} rows were checked, ${fault?.detail ?? 'without a fault'}`)
    // The first round warms up.
    if (round > 0) perSecond.push((rows * 1000) / durationMs)
  }
} finally {
  await db.destroy()
  await database.stop()
}

report({
  name: 'Rows of the audit checked in a second',
  value: median(perSecond),
  goal: { atLeast: 20_000 },
  unit: 'rows/s',
  from: `Median of ${rounds} rounds over ${rowsOfChain} rows (${spread(perSecond)}); written at ${round(writtenPerSecond)} rows/s.`,
})
