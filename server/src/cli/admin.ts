// The commands `admin create`, `admin operator` and `admin reset`: the first owner of an organisation, who looks after the
// installation, and a way back in.

import {
  acceptInvitation,
  createOrg,
  findOrg,
  listOrgs,
  makeOwner,
  makeResetLink,
  type Org,
  setOperator,
  writeAudit,
} from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import { isUuid } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { askPassword } from './hidden-line.ts'
import { type Operator, type OperatorCommand, operatorActor, readArguments, wrong } from './operator.ts'

const orgNameCharsMax = 300

export const adminCommands: Record<string, OperatorCommand> = {
  create: {
    does: 'make an owner, and the organisation if there is none of that name; prints a link that is good once',
    usage: '--email <address> [--org <name|number|id>] [--name <name>] [--operator] [--ask-password]',
    async run(operator, args) {
      const { db, publicUrl, print, note } = operator
      const { flags, switches } = readArguments(args, {
        names: ['email', 'org', 'name'],
        switches: ['ask-password', 'operator'],
      })
      const { email } = flags
      if (!email) throw wrong('Whose account? Name the address with --email.')
      const password = switches.has('ask-password') ? await askPassword() : null
      const org = await findOrMakeOrg(operator, flags.org)
      const name = flags.name?.trim() || null
      const made = await makeOwner(db, { email, actor: operatorActor, publicUrl, orgId: org.id, name })
      if (switches.has('operator')) await setOperator(db, { email, actor: operatorActor, isOperator: true })
      if (!made) return note(`${email} belongs to ${org.name} already, and is an owner of it now.`)
      if (password === null) {
        note(`${email} is invited as an owner of ${org.name} (${org.alias}).`)
        note('Whoever opens this link within 7 days chooses the password. It is printed this once:')
        return print(made.link)
      }
      const signedInAs = null
      const source = { address: 'console', device: null, requestId: '' }
      await acceptInvitation(db, { token: made.token, password, name, signedInAs, ...source })
      note(`${email} is an owner of ${org.name} (${org.alias}), and can sign in at ${publicUrl} now.`)
    },
  },
  operator: {
    does: 'let somebody see how the installation is doing, in the browser; --remove: no longer',
    usage: '--email <address> [--remove]',
    async run({ db, note }, args) {
      const { flags, switches } = readArguments(args, { names: ['email'], switches: ['remove'] })
      if (!flags.email) throw wrong('Whose account? Name the address with --email.')
      const isOperator = !switches.has('remove')
      await setOperator(db, { email: flags.email, actor: operatorActor, isOperator })
      note(`${flags.email} is ${isOperator ? 'an operator of this installation now' : 'no operator any more'}.`)
    },
  },
  reset: {
    does: 'print a link, good once within an hour, to choose a new password; --second-factor: that one is removed too',
    usage: '--email <address> [--second-factor]',
    async run({ db, publicUrl, print }, args) {
      const { flags, switches } = readArguments(args, { names: ['email'], switches: ['second-factor'] })
      if (!flags.email) throw wrong('Whose account? Name the address with --email.')
      const forgetsSecondFactor = switches.has('second-factor')
      print(await makeResetLink(db, { email: flags.email, actor: operatorActor, publicUrl, forgetsSecondFactor }))
    },
  },
}

async function findOrMakeOrg({ db, note }: Operator, given: string | undefined): Promise<Org> {
  const orgs = await listOrgs(db)
  if (!given) {
    const [only, ...others] = orgs
    if (only && others.length === 0) return only
    throw wrong(only ? 'Which organisation? Name it with --org.' : 'There is no organisation yet; name one with --org.')
  }
  const found = await findNamed(db, orgs, given)
  if (found) return found
  const org = await db.transaction().execute(async (tx) => {
    const made = await createOrg(tx, { name: given.trim().slice(0, orgNameCharsMax) })
    const target = made.id
    await writeAudit(tx, [
      { orgId: target, actor: operatorActor, action: 'organisation.create', target, requestId: null },
    ])
    return made
  })
  note(`Organisation ${org.name} (${org.alias}) was made.`)
  return org
}

async function findNamed(db: Db, orgs: Org[], given: string): Promise<Org | null> {
  if (isUuid(given) || /^\d{1,10}$/.test(given)) {
    const org = isUuid(given) ? await findOrg(db, given) : orgs.find(({ alias }) => String(alias) === given)
    if (org) return org
    throw new Problem('not_found', 'organisation_not_found', `There is no organisation ${given}.`)
  }
  const named = orgs.filter(({ name }) => name === given)
  if (named.length < 2) return named[0] ?? null
  const numbers = named.map(({ alias }) => alias).join(', ')
  throw new Problem(
    'conflict',
    'several_organisations',
    `Several are called ${given}; name one by its number: ${numbers}.`,
  )
}
