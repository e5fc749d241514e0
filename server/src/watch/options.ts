// What `indaba watch` can be told, on its command line and by its environment. Only a folder, an address and a key must be
// said; everything else has a default that takes every recording and leaves it where it is.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { readDate } from '../platform/dates.ts'
import { Problem } from '../platform/problem.ts'
import type { Afterwards } from './afterwards.ts'
import type { Particulars } from './particulars.ts'

export type Options = {
  folder: string
  url: string
  /** Read again each time when it is in a file: it may be renewed there. */
  key: () => string
  name: string
  journal: string
  include: string[]
  depthMax: number
  /** Folders below it that are none of its business, relative to it. */
  except: string[]
  settleMs: number
  sweepMs: number
  marker: string | null
  afterwards: Afterwards
  /** At the first start, files that are older are left alone. In ms since 1970. */
  sinceMs: number
  pattern: string | null
  metadata: Particulars
  usesSidecar: boolean
  concurrency: number
  bytesPerSecond: number | null
  isOnce: boolean
  isDry: boolean
  isJson: boolean
  retriesRefused: boolean
}

type Env = Record<string, string | undefined>

const formats = 'wav,wave,mp3,m4a,mp4,aac,ogg,oga,opus,flac,webm'
const depthMost = 64
const nameCharsMax = 200

const flags = {
  url: { type: 'string' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  name: { type: 'string' },
  pattern: { type: 'string' },
  include: { type: 'string' },
  depth: { type: 'string' },
  'settle-seconds': { type: 'string' },
  'sweep-seconds': { type: 'string' },
  marker: { type: 'string' },
  after: { type: 'string' },
  journal: { type: 'string' },
  since: { type: 'string' },
  metadata: { type: 'string' },
  sidecar: { type: 'boolean' },
  concurrency: { type: 'string' },
  'bytes-per-second': { type: 'string' },
  'retry-refused': { type: 'boolean' },
  once: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

export const usage = `Usage: indaba watch DIR --url https://… [--key-file FILE] [options]
  Sends new recordings in DIR to an Indaba server, and goes on doing so.

  --url URL               where the server is; or INDABA_URL
  --key-file FILE         holds an API key with calls:write and calls:read; or INDABA_API_KEY, or --key KEY (others on
                          this machine can see what is on a command line)
  --pattern TEXT          what file names tell: '{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav'
  --metadata JSON         said of every recording: '{"team":"Sales"}'
  --sidecar               metadata of call.wav are in call.json or call.wav.json
  --include LIST          names that are sent (default: ${formats
    .split(',')
    .map((one) => `*.${one}`)
    .join(',')})
  --depth N               levels of folders below DIR (default: ${depthMost}); 0: DIR alone
  --settle-seconds N      a file is complete when it has not changed for so long (default: 10)
  --marker .done          … and when call.wav.done or call.done is there
  --after WHAT            once a file is sent: leave (default), move:DIR or delete
  --since WHEN            what lies there at the first start: all (default), now (none of it), or a date
  --concurrency N         uploads at once (default: 2)
  --bytes-per-second N    all uploads together (default: no limit)
  --sweep-seconds N       how often DIR is looked through for what was not told (default: 60)
  --name NAME             of this watcher, as the server shows it (default: host and folder)
  --journal FILE          where it keeps what it has sent
  --retry-refused         what the server refused before is tried again
  --once                  send what is there, and end
  --dry-run               print what would be sent, and end
  --json                  print JSON lines`

/** @throws Problem('invalid', 'invalid_arguments') that says what is wrong, in one line */
export function readOptions(args: string[], env: Env, here: string): Options | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [given, ...more] = positionals
  if (!given) throw wrong('Which folder? Name it: indaba watch DIR --url … --key-file …')
  if (more.length > 0)
    throw wrong(`What does ${more[0]} mean? One folder is watched; start another watcher for another.`)
  const folder = resolve(here, given)
  const afterwards = readAfterwards(values.after ?? 'leave', here)
  const moved = afterwards.kind === 'move' ? relative(folder, afterwards.folder) : '..'
  if (moved === '') throw wrong('--after move: must name another folder than the one that is watched.')
  return {
    folder,
    url: readUrl(values.url ?? env.INDABA_URL),
    key: readKey(values, env, here),
    name: readName(values.name ?? `${hostname()} ${folder}`.slice(-nameCharsMax)),
    journal: values.journal ? resolve(here, values.journal) : journalOf(folder, env),
    include: readList(values.include ?? formats.replaceAll(/\w+/g, '*.$&')),
    depthMax: whole('depth', values.depth, depthMost, 0, depthMost),
    except: moved.startsWith('..') || isAbsolute(moved) ? [] : [moved.split(sep).join('/')],
    settleMs: seconds('settle-seconds', values['settle-seconds'], 10, 0.1),
    sweepMs: seconds('sweep-seconds', values['sweep-seconds'], 60, 0.1),
    marker: readMarker(values.marker),
    afterwards,
    sinceMs: readSince(values.since ?? 'all'),
    pattern: values.pattern ?? null,
    metadata: readMetadata(values.metadata ?? '{}'),
    usesSidecar: values.sidecar ?? false,
    concurrency: whole('concurrency', values.concurrency, 2, 1, 16),
    bytesPerSecond:
      values['bytes-per-second'] === undefined
        ? null
        : whole('bytes-per-second', values['bytes-per-second'], 0, 1024, 1e12),
    isOnce: values.once ?? false,
    isDry: values['dry-run'] ?? false,
    isJson: values.json ?? false,
    retriesRefused: values['retry-refused'] ?? false,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, allowPositionals: true })
  } catch (err) {
    throw wrong(`${(err as Error).message.split('. ')[0]}. See indaba watch --help.`)
  }
}

function readUrl(text: string | undefined): string {
  if (!text) throw wrong('Where is the server? Give its address: --url https://calls.example.com')
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw wrong(
      `--url must be the address of the server, such as https://calls.example.com; ${text.slice(0, 200)} is none.`,
    )
  }
  return url.href.replace(/\/+(v1\/*)?$/, '')
}

function readKey(values: { key?: string; 'key-file'?: string }, env: Env, here: string): () => string {
  const file = values['key-file'] ?? (values.key ? undefined : env.INDABA_API_KEY_FILE)
  if (file) {
    const path = resolve(here, file)
    let last = keyIn(path)
    if (last === '') throw wrong(`There is no key in ${path}.`)
    // Between the old key and the new one the file may be empty for a moment.
    return () => (last = keyIn(path) || last)
  }
  const key = (values.key ?? env.INDABA_API_KEY ?? '').trim()
  if (key === '')
    throw wrong('Which key? Put an API key into INDABA_API_KEY, or into a file and name that with --key-file.')
  if (/[^\x21-\x7e]/.test(key)) throw wrong('The key has characters that no key has.')
  return () => key
}

function keyIn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
      .trim()
      .replace(/[^\x21-\x7e]/g, '')
  } catch {
    return ''
  }
}

function readName(text: string): string {
  const name = text.trim()
  if (name !== '' && name.length <= nameCharsMax && !/\p{Cc}/u.test(name)) return name
  throw wrong(`--name must have 1 to ${nameCharsMax} characters.`)
}

/** Of the service, of the user, or in the folder itself. */
function journalOf(folder: string, env: Env): string {
  const [service] = (env.STATE_DIRECTORY ?? '').split(':')
  const home = env.HOME ?? ''
  const state = env.XDG_STATE_HOME || (home.length > 1 ? join(home, '.local/state') : '')
  const mark = createHash('sha256').update(folder).digest('hex').slice(0, 8)
  const name = `${basename(folder) || 'root'}-${mark}.journal`
  if (service) return join(service, name)
  return state ? join(state, 'indaba-watch', name) : join(folder, '.indaba-watch', name)
}

function readList(text: string): string[] {
  const list = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  if (list.length > 0) return list
  throw wrong('--include must name at least one kind of file, such as *.wav.')
}

function readMarker(text: string | undefined): string | null {
  if (text === undefined) return null
  if (/^[^/\\\0]{1,50}$/.test(text)) return text
  throw wrong('--marker must be the ending of a file beside the recording, such as .done.')
}

function readAfterwards(text: string, here: string): Afterwards {
  if (text === 'leave' || text === 'delete') return { kind: text }
  if (text.startsWith('move:') && text.length > 'move:'.length)
    return { kind: 'move', folder: resolve(here, text.slice(5)) }
  throw wrong('--after must be leave, delete or move:DIR.')
}

function readSince(text: string): number {
  if (text === 'all') return 0
  if (text === 'now') return Date.now()
  const reading = readDate(text, { timeZone: Temporal.Now.timeZoneId(), now: new Date() })
  if (reading.isReadable) return reading.at.getTime()
  throw wrong(`--since must be all, now or a date, such as 2026-01-31; ${text.slice(0, 50)} is none.`)
}

function readMetadata(text: string): Particulars {
  try {
    const value = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw wrong(`--metadata must be a JSON object, such as '{"team":"Sales"}'.`)
}

function whole(name: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  if (text === undefined) return otherwise
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw wrong(`--${name} must be a whole number from ${least} to ${most}.`)
}

const secondsMax = 86_400

/** In ms. */
function seconds(name: string, text: string | undefined, otherwise: number, least: number): number {
  const value = text === undefined ? otherwise : /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= secondsMax) return value * 1000
  throw wrong(`--${name} must be a number of seconds from ${least} to ${secondsMax}.`)
}

const wrong = (detail: string) => new Problem('invalid', 'invalid_arguments', detail)
