// `npm run fault -- NAME [--short]`: breaks something on purpose and prints what came of it, with its goal. Without a name,
// all of them; with `--short`, the form that `npm test` runs too; `--seed N` has one run again that failed. Ends with
// 1 when a goal was missed.

import { runFigures } from '../bench/table.ts'
import { memoryOptions } from '../scripts/setup/memory.mjs'

const all = ['clock-steps', 'hostile-receivers', 'kills', 'postgres-stops', 'recovery', 'simulation', 'ssrf']

// Its number belongs to the option, and is no name.
const args = process.argv
  .slice(2)
  .join(' ')
  .replace(/--seed (?=\d)/, '--seed=')
  .split(' ')
  .filter(Boolean)

await runFigures({
  folder: import.meta.dirname,
  all,
  args,
  timeoutMs: 2 * 60 * 60_000,
  // As the server itself is started.
  execArgv: memoryOptions,
})
