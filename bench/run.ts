// `npm run bench`: measures each figure in a process of its own, one after the other, and ends with a table. Name files
// to measure only those: `npm run bench chat-ingest`. Ends with 1 when a goal was missed.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Figure, goalOf, isMet, shownValue } from './figure.ts'

/** The slowest, a ZIP of 3 GB, takes some minutes; nothing hangs for ever. */
const timeoutMs = 10 * 60_000
const all = [
  'audit-verify',
  'batch-chats',
  'batch-zip',
  'chat-ingest',
  'chat-latency',
  'limit-decision',
  'stage-overhead',
  'upload-memory',
  'remote-listing',
  'key-check',
  'zip-bombs',
]

type Row = { figure: string; value: string; goal: string; result: string }
type Message = { figure: Figure } | { skipped: { name: string; reason: string } }

const toRow = (message: Message): Row =>
  'figure' in message
    ? {
        figure: message.figure.name,
        value: shownValue(message.figure),
        goal: goalOf(message.figure),
        result: isMet(message.figure) ? 'met' : 'MISSED',
      }
    : { figure: message.skipped.name, value: '', goal: '', result: `skipped: ${message.skipped.reason}` }

async function measure(name: string): Promise<Row[]> {
  console.log(`\n${name}`)
  const rows: Row[] = []
  const child = fork(join(import.meta.dirname, `${name}.ts`), { timeout: timeoutMs })
  child.on('message', (message: Message) => rows.push(toRow(message)))
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  const isBroken = signal !== null || (code !== 0 && !rows.some(({ result }) => result === 'MISSED'))
  if (isBroken) rows.push({ figure: name, value: '', goal: '', result: `FAILED (${signal ?? `exit ${code}`})` })
  return rows
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !all.includes(name))
if (unknown.length > 0) throw new Error(`There is no figure ${unknown.join(', ')}; there are ${all.join(', ')}.`)

console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, PostgreSQL with fsync on`)
const rows: Row[] = []
for (const name of wanted.length > 0 ? wanted : all) rows.push(...(await measure(name)))

console.log()
for (const { figure, value, goal, result } of rows)
  console.log(`${result.padEnd(8)} ${value.padStart(10)}  ${goal.padEnd(16)} ${figure}`)
if (rows.some(({ result }) => /^(MISSED|FAILED)/.test(result))) process.exitCode = 1
