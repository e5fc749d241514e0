// A process of its own that goes on with a replay of many dead letters, for a test that kills it. Says each step.

import { stepRun } from '../src/events/dead-letters/run-step.ts'
import { openDb } from '../src/platform/db/db.ts'

const [url = '', orgId = '', id = ''] = process.argv.slice(2)
const db = openDb({ url, connectionsMax: 2, as: 'owner' })
for (;;) {
  const next = await stepRun(db, { orgId, id })
  process.stdout.write('step\n')
  if (next === 'over') break
}
await db.destroy()
