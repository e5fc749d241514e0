// A line that is typed on a terminal and not shown, or the first line of a pipe.

import { once } from 'node:events'
import { stderr, stdin } from 'node:process'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Problem } from '../platform/problem.ts'

/** On a terminal asked for twice. @throws Problem('invalid', 'passwords_differ') */
export async function askPassword(): Promise<string> {
  if (!stdin.isTTY) return readHidden()
  stderr.write('Password: ')
  const first = await readHidden()
  stderr.write('\nOnce more: ')
  const second = await readHidden()
  stderr.write('\n')
  if (first === second) return first
  throw new Problem('invalid', 'passwords_differ', 'The two passwords differ. Nothing was changed.')
}

async function readHidden(): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY })
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => [''])])
  lines.close()
  return line
}
