// How the demo shows things in a terminal. Colours only where the terminal has them.

import { styleText } from 'node:util'

export type Shown = {
  id: string
  channel: string
  status: string
  duration_ms: number | null
  sentiment: string | null
  warnings: string[]
  failure: { reason: string } | null
  transcript: { engine: { name: string; model: string } | null; turns: ShownTurn[] } | null
  analysis: {
    languages: { tag: string; share: number }[]
    sentiment: Record<'overall' | 'agent' | 'customer', { label: string | null; score: number | null; reason?: string }>
    keywords: { value: { text: string }[] | null; reason?: string }
    summary: { value: { short: string } | null; reason?: string }
  } | null
  metrics: Record<string, { value: unknown; unit: string; status: string; reason?: string }>
  stages: { name: string; status: string; started_at: string; ended_at: string | null }[]
}

type ShownTurn = {
  role: string
  start_ms: number
  text: string
  language: string | null
  at?: string
  sentiment: { label: string } | null
}

const colours = { agent: 'cyan', customer: 'yellow', bot: 'magenta', third_party: 'white', unknown: 'white' } as const

export const title = (text: string) => console.log(`\n${styleText('bold', text)}`)
export const note = (text: string) => console.log(styleText('dim', `  ${wrapped(text, 2)}`))

const columnsMax = 120

/** Broken between words to fit the terminal; lines after the first begin at column `indent`. */
function wrapped(text: string, indent: number): string {
  const room = Math.max(30, Math.min(process.stdout.columns ?? columnsMax, columnsMax) - indent)
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string
    if (line && line.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

export function showTranscript({ transcript }: Shown): void {
  const engine = transcript?.engine
  title(`Transcript${engine ? ` (by ${engine.name}, ${engine.model})` : ''}`)
  if (!transcript?.turns.length) note('none')
  for (const { role, start_ms, at, text, language, sentiment } of transcript?.turns ?? []) {
    const time = at
      ? at.slice(11, 16)
      : `${Math.floor(start_ms / 60_000)}:${String(Math.floor(start_ms / 1000) % 60).padStart(2, '0')}`
    const who = styleText(colours[role as keyof typeof colours] ?? 'white', role.padEnd(9))
    const found = [language, sentiment?.label].filter(Boolean).join(', ')
    console.log(`  ${time.padStart(5)}  ${who} ${wrapped(text, 19)}${found ? styleText('dim', `  [${found}]`) : ''}`)
  }
  if (engine?.name === 'pocketsphinx')
    note(
      'PocketSphinx works offline and mishears much of a telephone call; what follows is built on what it heard. ' +
        'Better engines: INDABA_SPEECH_URL or INDABA_SPEECH_MODEL_DIR (docs/configuration.md).',
    )
}

export function showFindings({ analysis, metrics, warnings }: Shown): void {
  if (analysis) {
    title('Findings')
    const { languages, sentiment, keywords, summary } = analysis
    line(
      'languages',
      languages.map(({ tag, share }) => `${tag} ${Math.round(share * 100)} %`).join(', ') || 'not recognised',
    )
    for (const side of ['overall', 'agent', 'customer'] as const) {
      const { label, score, reason } = sentiment[side]
      line(`sentiment, ${side}`, label === null ? `not known: ${reason ?? ''}` : `${label} (${score?.toFixed(2)})`)
    }
    line('summary', summary.value?.short ?? `none: ${summary.reason ?? ''}`)
    line(
      'keywords',
      keywords.value?.map(({ text }) => text).join(', ') || `none${keywords.reason ? `: ${keywords.reason}` : ''}`,
    )
  }
  title('Metrics')
  const known = Object.entries(metrics).filter(([, { value }]) => value !== null)
  for (const [id, { value, unit }] of known)
    line(id, `${typeof value === 'number' ? Math.round(value * 100) / 100 : value}${shownUnit(unit)}`)
  const unknown = Object.entries(metrics).filter(([, { value }]) => value === null)
  if (unknown.length > 0)
    note(
      `and ${unknown.length} that cannot be computed here, for example ${unknown[0]?.[0]}: ${unknown[0]?.[1].reason}`,
    )
  for (const warning of warnings) note(`Note: ${warning}`)
}

const line = (name: string, text: string) => console.log(`  ${name.padEnd(32)}${wrapped(text, 34)}`)

/** Counts need no unit, and a range such as -1..1 is not one. */
const shownUnit = (unit: string) => (unit === 'n' ? '' : unit.includes('..') ? ` (${unit})` : ` ${unit}`)

let lastShown = ''

/** One line that is written over while something is going on; where the terminal cannot, a line for each new `step`. */
export function progress(step: string, time: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K  ${time}  ${step}`)
  else if (step !== lastShown) console.log(`  ${time}  ${step}`)
  lastShown = step
}

export function endProgress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K')
  console.log(`  ${text}`)
}
