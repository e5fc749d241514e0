// Writes what is made from the source and kept beside it: the API as OpenAPI, the events as AsyncAPI and as a page, the
// types of the database's tables, and the lists of settings and of metrics. With --check nothing is written: stale files are named, and the exit code is 1.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { openApp, version } from '../server/src/app.ts'
import { readConfig } from '../server/src/config.ts'
import { configurationMarkdown } from '../server/src/config-text.ts'
import { asyncApiText } from '../server/src/events/catalog/asyncapi.ts'
import { catalog } from '../server/src/events/catalog/catalog.ts'
import { eventsMarkdown } from '../server/src/events/catalog/events-page.ts'
import { brokenPromises } from '../server/src/events/catalog/growth.ts'
import { aggregatesMarkdown } from '../server/src/insights/metrics/markdown.ts'
import { metricsMarkdown } from '../server/src/pipeline/metrics/index.ts'
import { startEmbedded } from '../server/src/platform/db/embedded.ts'
import { migrate } from '../server/src/platform/db/migrate.ts'
import { apiDocument } from '../server/src/platform/http/reference.ts'
import { openLog } from '../server/src/platform/log.ts'
import { sdkEventTypes } from './sdk-events.ts'
import { webTypes } from './web-types.ts'

const root = resolve(import.meta.dirname, '..')

type Generated = { path: string; text: string }

export async function generate(): Promise<Generated[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'indaba-generate-'))
  try {
    const log = { info() {}, warn: console.error }
    const database = await startEmbedded({ dataDir, durable: false, log })
    try {
      await migrate(database.url)
      const tables = await tableTypes(database.url, dataDir)
      const reference = await openApiText(database.url, dataDir)
      return [
        { path: 'server/src/platform/db/schema.gen.ts', text: tables },
        { path: 'openapi.json', text: reference },
        { path: 'web/src/api/paths.gen.ts', text: webTypes(JSON.parse(reference)) },
        { path: 'asyncapi.json', text: grownAsyncApi() },
        { path: 'docs/events.md', text: eventsMarkdown() },
        { path: 'sdk/src/events.gen.ts', text: sdkEventTypes(catalog) },
        { path: 'docs/configuration.md', text: configurationMarkdown() },
        { path: 'docs/metrics.md', text: metricsMarkdown() + aggregatesMarkdown() },
      ]
    } finally {
      await database.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Before the app has opened the database: the job queue's tables are its own. */
async function tableTypes(url: string, dir: string): Promise<string> {
  const out = join(dir, 'schema.gen.ts')
  const options = {
    '--url': url,
    '--dialect': 'postgres',
    '--type-mapping': JSON.stringify({ int8: 'number', json: 'unknown', jsonb: 'unknown' }),
    '--include-pattern': 'public.*',
    '--exclude-pattern': 'public.migrations',
    '--out-file': out,
  }
  const program = join(root, 'node_modules/kysely-codegen/dist/cli/bin.js')
  await promisify(execFile)(process.execPath, [program, ...Object.entries(options).flat()], { cwd: root })
  return readFileSync(out, 'utf8')
}

/** The app is opened as it always is, and neither serves nor works. */
async function openApiText(databaseUrl: string, dataDir: string): Promise<string> {
  const adminToken = randomBytes(32).toString('hex')
  const app = await openApp({
    config: readConfig({
      INDABA_DATA_DIR: dataDir,
      INDABA_ADMIN_TOKEN: adminToken,
      INDABA_SPEECH_ENGINE: 'none',
      INDABA_LANGUAGE_ENGINE: 'builtin',
    }),
    databaseUrl,
    adminToken,
    secretKey: randomBytes(32),
    roles: { serve: false, work: false },
    log: openLog('silent'),
  })
  await app.stop()
  return `${JSON.stringify(apiDocument(app.routes, version), null, 2)}\n`
}

/** What receivers were promised is not broken by writing over the promise. */
function grownAsyncApi(): string {
  const text = asyncApiText(version)
  const published = read('asyncapi.json')
  const broken = published ? brokenPromises(JSON.parse(published), JSON.parse(text)) : []
  if (broken.length === 0) return text
  throw new Error(
    `Within a version, the data of an event only grows (server/src/events/catalog/growth.ts). Give it a new version, or keep:\n  ${broken.join('\n  ')}`,
  )
}

const read = (path: string): string | null => {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) {
  const stale = (await generate()).filter(({ path, text }) => read(path) !== text)
  if (!process.argv.includes('--check')) {
    for (const { path, text } of stale) writeFileSync(join(root, path), text)
    console.log(stale.length === 0 ? 'Nothing has changed.' : `Written: ${stale.map(({ path }) => path).join(', ')}`)
  } else if (stale.length > 0) {
    console.error(`Stale: ${stale.map(({ path }) => path).join(', ')}. Run \`npm run generate\` and commit the result.`)
    process.exitCode = 1
  }
}
