// Runs programs that report figures (`figure.ts`), each in a process of its own, one after the other, and ends with a
// table. What there is to run is `run.ts` here and in fault/. Ends the process with 1 when a goal was missed.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Figure, goalOf, isMet, shownValue } from './figure.ts'

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

/**
 * `all`: names of the programs in `folder`. `args`: the names wanted (none: all), and options that each program gets.
 * `timeoutMs` is of one program.
 */
export async function runFigures(input: {
  folder: string
  all: string[]
  args: string[]
  timeoutMs: number
  /** How Node is started for each program. */
  execArgv?: string[]
}): Promise<void> {
  const { folder, all, args, timeoutMs, execArgv = [] } = input
  const wanted = args.filter((arg) => !arg.startsWith('-'))
  const options = args.filter((arg) => arg.startsWith('-'))
  const unknown = wanted.filter((name) => !all.includes(name))
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}; there are ${all.join(', ')}.`)

  const measure = async (name: string): Promise<Row[]> => {
    console.log(`\n${name}`)
    const rows: Row[] = []
    const child = fork(join(folder, `${name}.ts`), options, { timeout: timeoutMs, execArgv })
    child.on('message', (message: Message) => rows.push(toRow(message)))
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    const isBroken = signal !== null || (code !== 0 && !rows.some(({ result }) => result === 'MISSED'))
    if (isBroken) rows.push({ figure: name, value: '', goal: '', result: `FAILED (${signal ?? `exit ${code}`})` })
    return rows
  }

  console.log(`${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, PostgreSQL with fsync on`)
  const rows: Row[] = []
  for (const name of wanted.length > 0 ? wanted : all) rows.push(...(await measure(name)))

  console.log()
  for (const { figure, value, goal, result } of rows)
    console.log(`${result.padEnd(8)} ${value.padStart(10)}  ${goal.padEnd(16)} ${figure}`)
  if (rows.some(({ result }) => /^(MISSED|FAILED)/.test(result))) process.exitCode = 1
}
