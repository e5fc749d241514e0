// The settings as they are given in the environment: read once, checked, frozen, handed down as arguments. What there is to
// set is config-schema.ts. Nothing else reads the environment. What an organisation sets for itself is rows in the database.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type Type from 'typebox'
import Value from 'typebox/value'
import type { Extra } from './config-fields.ts'
import { schema } from './config-schema.ts'
import { loopbackHost } from './config-values.ts'
import { isInFolder } from './platform/folder-nesting.ts'
import { nearestName } from './platform/nearest-name.ts'
import { Problem } from './platform/problem.ts'

type Settings = Type.Static<typeof schema>
export type Config = { readonly [Group in keyof Settings]: Readonly<Settings[Group]> } & {
  /** For the log at start: settings that are unknown or weak. */
  readonly warnings: readonly string[]
}

/** One of the schema, with its place in it. */
export type Setting = Extra & {
  group: string
  key: string
  env: string
  description: string
  default: unknown
  shape: Type.TSchema
}

export const settings: Setting[] = Object.entries(schema.properties).flatMap(([group, { properties }]) =>
  Object.entries(properties).map(([key, shape]) => ({ ...(shape as unknown as Setting), group, key, shape })),
)

/** In characters, where other machines can reach the server. */
const adminTokenLength = 32

/** Read by tests and by the start script alone; not settings of the server. */
const foreign = /^INDABA_(TEST_\w+|SHARED)$/

/** Settings of `env`, checked and frozen. Throws one Problem whose detail has a line for each wrong value. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const faults: string[] = []
  const values: Record<string, Record<string, unknown>> = {}
  for (const setting of settings) {
    const group = (values[setting.group] ??= {})
    group[setting.key] = setting.default
    try {
      const given = textOf(setting, env)
      if (given) group[setting.key] = readValue(setting, given)
    } catch (fault) {
      faults.push((fault as Error).message)
    }
  }
  const config = { ...(values as unknown as Settings), warnings: unknownNames(env) }
  complete(config)
  faults.push(...contradictions(config))
  const { adminToken } = config.access
  if (adminToken && adminToken.length < adminTokenLength)
    config.warnings.push(`INDABA_ADMIN_TOKEN is short; ${adminTokenLength} characters or more cannot be guessed.`)
  if (faults.length) throw new Problem('invalid', 'bad_configuration', faults.join('\n'))
  for (const part of Object.values(config)) Object.freeze(part)
  return Object.freeze(config)
}

function textOf({ env: name, secret }: Setting, env: Record<string, string | undefined>): string | undefined {
  const given = env[name]?.trim()
  const path = secret && env[`${name}_FILE`]
  if (!path) return given
  if (given) throw new Error(`Both ${name} and ${name}_FILE are set; keep one of them.`)
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code
    throw new Error(`${name}_FILE names ${path}, which cannot be read (${why}).`, { cause })
  }
}

function readValue({ shape, env: name, expects, check = () => true, secret }: Setting, given: string): unknown {
  const { type } = shape as { type?: string }
  let value: unknown = given
  if (type === 'integer') value = /^-?\d+$/.test(given) ? Number(given) : Number.NaN
  if (type === 'boolean') value = { true: true, '1': true, yes: true, false: false, '0': false, no: false }[given]
  if (type === 'array') value = given.split(/[\s,]+/).filter(Boolean)
  const texts = Array.isArray(value) ? value : [given]
  if (Value.Check(shape, value) && texts.every(check)) return value
  throw new Error(`${name} is ${secret ? 'not usable' : JSON.stringify(given)}; expected ${expects}.`)
}

/** Defaults that follow from other settings. */
function complete({ http, data, speech }: Settings): void {
  data.dir = resolve(data.dir)
  speech.modelDir = resolve(speech.modelDir || `${data.dir}/models/speech`)
  const anyAddress = ['0.0.0.0', '::', '[::]'].includes(http.host)
  const host = anyAddress ? '127.0.0.1' : http.host.includes(':') ? `[${http.host.replace(/[[\]]/g, '')}]` : http.host
  http.publicUrl = (http.publicUrl || `http://${host}:${http.port}`).replace(/\/+$/, '')
}

function contradictions({ http, data, access, mail, signIn, ingest, speech, language, storage }: Settings): string[] {
  const faults: string[] = []
  const open = ingest.mountedFolders.find((one) => isInFolder(one, data.dir) || isInFolder(data.dir, one))
  if (open !== undefined)
    faults.push(
      `INDABA_MOUNTED_FOLDERS names ${open}, and INDABA_DATA_DIR is ${data.dir}: neither may be in the other.`,
    )
  if (!loopbackHost(http.host) && (access.adminToken?.length ?? 0) < adminTokenLength)
    faults.push(
      `HOST is ${http.host}, which other machines can reach, so INDABA_ADMIN_TOKEN must be set to ${adminTokenLength} characters or more (for example: openssl rand -hex 32).`,
    )
  if (mail.smtpUrl && !mail.from) faults.push('INDABA_SMTP_URL is set; set INDABA_MAIL_FROM, the sender, too.')
  if (speech.engine === 'openai' && !speech.url)
    faults.push('INDABA_SPEECH_ENGINE is openai; set INDABA_SPEECH_URL too.')
  if (language.engine === 'llm' && !language.url)
    faults.push('INDABA_LANGUAGE_ENGINE is llm; set INDABA_LANGUAGE_URL too.')
  if (!signIn.googleClientId !== !signIn.googleClientSecret)
    faults.push('INDABA_OIDC_GOOGLE_CLIENT_ID and _SECRET belong together; set both or neither.')
  const { microsoftClientId, microsoftClientSecret, microsoftTenant } = signIn
  if (new Set([!microsoftClientId, !microsoftClientSecret, !microsoftTenant]).size > 1)
    faults.push('INDABA_OIDC_MICROSOFT_CLIENT_ID, _SECRET and _TENANT belong together; set all or none.')
  if (!storage.s3AccessKeyId !== !storage.s3SecretAccessKey)
    faults.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together; set both or neither.')
  if (!storage.s3Bucket && (storage.s3Endpoint || storage.s3AccessKeyId))
    faults.push('S3 settings are given without S3_BUCKET; set the bucket, or remove the others.')
  return faults
}

function unknownNames(env: Record<string, string | undefined>): string[] {
  const known = settings.flatMap(({ env: name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))
  return Object.keys(env)
    .filter((name) => name.startsWith('INDABA_') && !known.includes(name) && !foreign.test(name))
    .map((name) => {
      const nearest = nearestName(name, known)
      return `${name} is not a setting${nearest ? `; did you mean ${nearest}?` : ', and is ignored.'}`
    })
}
