// What an operator does where the program is installed, before anybody can sign in and whether a server runs or not: a
// table of commands, and what each is handed.

import { parseArgs } from 'node:util'
import { findOrg, findOrgByAlias, type Org } from '../access/index.ts'
import type { Config } from '../config.ts'
import { type Keyring, openKeyring } from '../keyring.ts'
import { type Db, openDb } from '../platform/db/db.ts'
import { everyOrg } from '../platform/db/scope.ts'
import { isUuid } from '../platform/ids.ts'
import { parseOutboundAllow } from '../platform/outbound/allow-list.ts'
import { outbound } from '../platform/outbound/request.ts'
import { Problem } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'

export type Operator = {
  /** Sees every organisation. */
  db: Db
  secrets: Secrets
  keyring: Keyring
  /** Where people reach the server. */
  publicUrl: string
  /** The result, one line at a time. */
  print(line: string): void
  /** What is said beside it. */
  note(line: string): void
}

export type OperatorCommand = {
  does: string
  /** What follows the command's name. */
  usage: string
  run(operator: Operator, args: string[]): Promise<void>
}

/** As the audit names whoever works at the installation itself. */
export const operatorActor = 'operator'

const connectionsMax = 4
const aliasMax = 2_147_483_647

/**
 * @param input.commands of one noun, by verb
 * @param input.args after the noun
 * @throws Problem('invalid', 'unknown_command') with what there is
 */
export async function runOperator(input: {
  config: Config
  databaseUrl: string
  secretKey: Uint8Array | null
  noun: string
  commands: Record<string, OperatorCommand>
  args: string[]
  print(line: string): void
  note(line: string): void
}): Promise<void> {
  const { config, noun, commands, print, note } = input
  const [verb = '', ...args] = input.args
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (!command) throw new Problem('invalid', 'unknown_command', usageOf(noun, commands))
  const db = openDb({ url: input.databaseUrl, connectionsMax })
  const out = outbound({ allow: parseOutboundAllow(config.outbound.allow.join(',')), userAgent: 'Indaba' })
  try {
    const keyring = await openKeyring({ db, settings: config.access, secretKey: input.secretKey, outbound: out })
    const { secrets } = keyring
    // Of the installation, like the administrator.
    await everyOrg(() => command.run({ db, secrets, keyring, publicUrl: config.http.publicUrl, print, note }, args))
  } catch (err) {
    if (!(err instanceof WrongArguments)) throw err
    const detail = `${err.message}\nUsage: npm start -- ${noun} ${verb} ${command.usage}`
    throw new Problem('invalid', 'invalid_arguments', detail)
  } finally {
    await Promise.all([db.destroy(), out.close()])
  }
}

function usageOf(noun: string, commands: Record<string, OperatorCommand>): string {
  const lines = Object.entries(commands).map(
    ([verb, { usage, does }]) => `  npm start -- ${noun} ${verb} ${usage}\n      ${does}`,
  )
  return `Usage:\n${lines.join('\n')}`
}

/** Answered with the usage of the command. */
class WrongArguments extends Error {}

export const wrong = (message: string): Error => new WrongArguments(message)

type Given = { flags: Record<string, string | undefined>; switches: Set<string>; words: string[] }

/** `--name value` for each of `names`, `--name` alone for each of `switches`, and at most `wordsMax` other words. */
export function readArguments(
  args: string[],
  { names = [], switches = [], wordsMax = 0 }: { names?: string[]; switches?: string[]; wordsMax?: number },
): Given {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' as const }]),
    ...switches.map((name) => [name, { type: 'boolean' as const }]),
  ])
  try {
    const parsed = parseArgs({ args, options, allowPositionals: wordsMax > 0 })
    const { positionals } = parsed
    const values = parsed.values as Record<string, string | boolean | undefined>
    if (positionals.length > wordsMax) throw wrong(`What does ${positionals.at(-1)} mean?`)
    return {
      flags: Object.fromEntries(names.map((name) => [name, values[name] as string | undefined])),
      switches: new Set(switches.filter((name) => values[name])),
      words: positionals,
    }
  } catch (err) {
    throw err instanceof WrongArguments ? err : wrong((err as Error).message)
  }
}

/** Undefined when it is absent. */
export function readNumber(text: string | undefined, name: string, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw wrong(`--${name} must be a whole number from ${min} to ${max}.`)
}

/** @param given the integer alias, or the id */
export async function requireOrg(db: Db, given: string | undefined): Promise<Org> {
  if (!given) throw wrong('Which organisation? Name it with --org: its number or its id.')
  const isAlias = /^\d{1,10}$/.test(given) && Number(given) <= aliasMax
  const org = isAlias ? await findOrgByAlias(db, Number(given)) : isUuid(given) ? await findOrg(db, given) : null
  if (org) return org
  throw new Problem(
    'not_found',
    'organisation_not_found',
    `There is no organisation ${given}. See: npm start -- org list`,
  )
}
