// The commands `key create`, `key rotate`, `key revoke` and `key list`. A key that is made goes to the output alone, so that
// it can be caught there; what is said about it goes beside.

import {
  type ApiKey,
  apiKeys,
  environments,
  idInKey,
  keyLifetimeDaysMax,
  keyView,
  listKeys,
  orgOfKey,
  overlapHoursMax,
  readScopes,
  requireKey,
  requireKeyToChange,
  revokeKey,
  writeAudit,
} from '../access/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import {
  type Operator,
  type OperatorCommand,
  operatorActor,
  readArguments,
  readNumber,
  requireOrg,
  wrong,
} from './operator.ts'

const nameCharsMax = 200
const listMax = 10_000

export const keyCommands: Record<string, OperatorCommand> = {
  create: {
    does: 'make a key, printed this once; --admin: one that manages customers',
    usage: '--org <number|id> --name <name> [--scopes a,b] [--env live|test] [--expires-days n] [--admin]',
    async run(operator, args) {
      const { db } = operator
      const { flags, switches } = readArguments(args, {
        names: ['org', 'name', 'scopes', 'env', 'expires-days'],
        switches: ['admin'],
      })
      const name = flags.name?.trim()
      if (!name || name.length > nameCharsMax)
        throw wrong(`A key needs a --name of at most ${nameCharsMax} characters.`)
      const isAdmin = switches.has('admin')
      if (isAdmin && flags.scopes !== undefined) throw wrong('A key with --admin manages customers and has no scopes.')
      const environment = environments.find((one) => one === (flags.env ?? 'live'))
      if (!environment) throw wrong(`--env is ${environments.join(' or ')}.`)
      const lifetimeDays = readNumber(flags['expires-days'], 'expires-days', 1, keyLifetimeDaysMax)
      const scopes = isAdmin ? [] : readScopes(flags.scopes?.split(',').map((one) => one.trim()))
      const org = await requireOrg(db, flags.org)
      const [clear, key] = await db.transaction().execute(async (tx) => {
        const made = await apiKeys(operator).create(tx, org.id, {
          name,
          scopes,
          environment,
          isAdmin,
          createdBy: operatorActor,
          ...(lifetimeDays === undefined ? {} : { lifetimeDays }),
        })
        await audit(tx, made[1], 'create', { scopes, environment, is_admin: isAdmin })
        return made
      })
      const may = isAdmin ? 'manages customers' : key.scopes.join(', ')
      show(operator, clear, `Key ${key.id} of ${org.name} (${org.alias}), ${environment}: ${may}. ${endOf(key)}`)
    },
  },
  rotate: {
    does: 'give a key a new secret, printed this once; the one before works on for 24 hours, or as long as is said',
    usage: `<id> [--overlap-hours 0-${overlapHoursMax}] [--expires-days n]`,
    async run(operator, args) {
      const { db } = operator
      const { flags, words } = readArguments(args, { names: ['overlap-hours', 'expires-days'], wordsMax: 1 })
      const overlapHours = readNumber(flags['overlap-hours'], 'overlap-hours', 0, overlapHoursMax)
      const lifetimeDays = readNumber(flags['expires-days'], 'expires-days', 1, keyLifetimeDaysMax)
      const { orgId, id } = await findKey(db, words[0])
      const [clear, key] = await db.transaction().execute(async (tx) => {
        const rotated = await apiKeys(operator).rotate(tx, await requireKeyToChange(tx, orgId, id), {
          ...(overlapHours === undefined ? {} : { overlapHours }),
          ...(lifetimeDays === undefined ? {} : { lifetimeDays }),
        })
        await audit(tx, rotated[1], 'rotate')
        return rotated
      })
      const until = key.secrets[1]?.valid_until?.toISOString()
      show(operator, clear, `Key ${key.id}. ${endOf(key)} The secret before works until ${until}.`)
    },
  },
  revoke: {
    does: 'stop a key for good, on every server within a second; the id, or the whole key where it was found',
    usage: '<id>',
    async run({ db, note }, args) {
      const { orgId, id } = await findKey(db, readArguments(args, { wordsMax: 1 }).words[0])
      const isNew = await db.transaction().execute(async (tx) => {
        if (!(await revokeKey(tx, orgId, id))) return false
        await audit(tx, await requireKey(tx, orgId, id), 'revoke')
        return true
      })
      note(isNew ? `Key ${id} is revoked.` : `Key ${id} was revoked before.`)
    },
  },
  list: {
    does: 'the keys of an organisation, masked',
    usage: '--org <number|id>',
    async run({ db, print }, args) {
      const org = await requireOrg(db, readArguments(args, { names: ['org'] }).flags.org)
      for (const key of await listKeys(db, org.id, { limit: listMax })) {
        const { status, expires_at, last_used_at } = keyView(key)
        const until = expires_at?.toISOString().slice(0, 10) ?? 'no end'
        const used = last_used_at?.toISOString() ?? 'never used'
        print([key.id, key.environment, status, until, used, key.is_admin ? 'admin' : '', key.name].join('  '))
      }
    },
  },
}

/** By its id, or by the whole key. */
async function findKey(db: Db, given: string | undefined): Promise<{ orgId: string; id: string }> {
  if (!given) throw wrong('Which key? Name its id.')
  const id = idInKey(given) ?? given
  const orgId = await orgOfKey(db, id)
  if (orgId) return { orgId, id }
  throw new Problem(
    'not_found',
    'api_key_not_found',
    'There is no such key. See: npm start -- key list --org <number|id>',
  )
}

function show({ print, note }: Operator, clear: string, about: string): void {
  note(`${about} It is shown this once:`)
  print(clear)
}

const endOf = ({ expires_at }: ApiKey) =>
  expires_at ? `Good until ${expires_at.toISOString().slice(0, 10)}.` : 'It has no end.'

const audit = (tx: Tx, key: ApiKey, action: string, data: Record<string, unknown> = {}) =>
  writeAudit(tx, [
    { orgId: key.org_id, actor: operatorActor, action: `api_key.${action}`, target: key.id, requestId: null, data },
  ])
