// What a fault of processes or of the database is played on: one serving and one working process, customers who send chats,
// and a receiver that is told of them. What goes wrong meanwhile is each fault's own.

import { type Load, newCustomers, sendChats } from './integrators.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { freePort, keepRunning, type Process } from './processes.ts'
import { startWitness, type Witness } from './witness.ts'

/** Two events come of each. */
const chatsPerSecond = 100
const customersCount = 20

type Database = { url: string; adminUrl: string; dir: string; stop(): Promise<void> }

type Played = { api: Process; worker: Process; load: Load; witness: Witness; ledger: Ledger }

/** All of it, the database too, is gone when `fault` is over. */
export async function underChatLoad<T>(database: Database, fault: (on: Played) => Promise<T>): Promise<T> {
  const witness = await startWitness()
  const ledger = openLedger(database.adminUrl)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const at = { databaseUrl: database.url, dir: database.dir, env: { INDABA_LOG_LEVEL: 'silent' } }
  const api = keepRunning(at, 'serve', port)
  await api.ready()
  const worker = keepRunning(at, 'work')
  try {
    await worker.ready()
    const customers = await newCustomers(url, witness.url, customersCount)
    const load = sendChats({ url, customers, clients: 40, perSecond: chatsPerSecond })
    return await fault({ api, worker, load, witness, ledger })
  } finally {
    await Promise.all([api.stop(), worker.stop()])
    await ledger.close()
    await witness.stop()
    await database.stop()
  }
}

/** `--seed=N` of the command line, or any; said, so that what happened can be had again. */
export function readSeed(): number {
  const given = process.argv.find((arg) => arg.startsWith('--seed='))
  const seed = given ? Number(given.slice('--seed='.length)) : Date.now() % 100_000
  console.log(`  seed ${seed}`)
  return seed
}
