// All the project's own checks: types, style, floors, unused code, freshness of generated files, sizes. Prints what fails.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const linesMax = 400
const medianLinesMax = 130

type Check = { name: string; run(): { ok: boolean; output: string } }

const tool = (name: string, file: string, ...args: string[]): Check => ({
  name,
  run() {
    const done = spawnSync(process.execPath, [resolve(root, file), ...args], { cwd: root, encoding: 'utf8' })
    return { ok: done.status === 0, output: `${done.stdout}${done.stderr}` }
  },
})

const checks: Check[] = [
  tool('types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'),
  tool('types of the dashboard', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'web'),
  tool('style', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'),
  tool('floors', 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', 'floors.cjs', 'server/src'),
  tool('unused', 'node_modules/knip/bin/knip.js'),
  tool('generated files', 'scripts/generate.ts', '--check'),
  { name: 'sizes', run: sizes },
]

function sizes(): { ok: boolean; output: string } {
  const files = execFileSync(
    'git',
    [
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      'server/src/**/*.ts',
      'web/src/**/*.ts',
      'web/src/**/*.tsx',
    ],
    { cwd: root, encoding: 'utf8' },
  )
    .split('\n')
    .filter((path) => path && existsSync(resolve(root, path)) && !/\.(test|gen|d)\.ts$/.test(path))
  const counted = files
    .map((path) => ({ path, lines: readFileSync(resolve(root, path), 'utf8').split('\n').length - 1 }))
    .sort((a, b) => a.lines - b.lines)
  const median = counted[Math.floor(counted.length / 2)]?.lines ?? 0
  const longest = counted.at(-1)
  const tooLong = counted.filter(({ lines }) => lines > linesMax)
  const ok = tooLong.length === 0 && median <= medianLinesMax
  const facts = `${counted.length} files of server and dashboard, median ${median} lines, longest ${longest?.lines} (${longest?.path})`
  return {
    ok,
    output: [facts, ...tooLong.map(({ path, lines }) => `${path} has ${lines} lines; at most ${linesMax}`)].join('\n'),
  }
}

let failed = 0
for (const { name, run } of checks) {
  const { ok, output } = run()
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${name === 'sizes' ? `: ${output}` : ''}`)
  if (!ok && name !== 'sizes') console.log(output.trim().slice(-6000))
  if (!ok) failed++
}
process.exitCode = failed === 0 ? 0 : 1
