// The program `indaba watch` by itself: none of the server is loaded for it. `npm start -- watch` comes here, too.

import { Problem } from '../platform/problem.ts'
import { watch } from './command.ts'
import { output } from './lines.ts'
import { readOptions, usage } from './options.ts'

/** For systemd (deploy/indaba-watch.service): starting again would not help. */
const cannotStart = 2
/** A full disk, a share that does not answer: it may go better in a while. */
const cannotStartNow = 1

async function main(): Promise<number> {
  const [, , ...given] = process.argv
  const args = given[0] === 'watch' ? given.slice(1) : given
  // npm runs its scripts in the folder of the package, wherever it was called.
  const here = (process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd()
  const options = readOptions(args, process.env, here)
  if (options === 'help') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())
  // The start script was killed and could forward nothing.
  process.once('disconnect', () => stopping.abort())
  process.channel?.unref()
  return watch(options, output(process.stdout, options), stopping.signal)
}

export const ended: Promise<never> = main()
  .catch((err) => {
    if (!(err instanceof Problem)) throw err
    process.stderr.write(`${err.detail}\n`)
    return err.kind === 'unavailable' ? cannotStartNow : cannotStart
  })
  .then((code) => process.exit(code))
