// A sender in a process of its own, for tests to kill: works the outbox of the database that it is told of.

import { openOutbox } from '../outbox.ts'

const [url = '', secretKey = '', leaseMs = ''] = process.argv.slice(2)
const outbox = await openOutbox({ database: { url }, secretKey: Buffer.from(secretKey, 'hex') })
outbox.startSender({ leaseMs: Number(leaseMs) })
