// The commands `org create` and `org list`.

import { createOrg, listOrgs, writeAudit } from '../access/index.ts'
import { type OperatorCommand, operatorActor, readArguments, wrong } from './operator.ts'

const charsMax = 300

export const orgCommands: Record<string, OperatorCommand> = {
  create: {
    does: 'make an organisation; its number and its id are printed',
    usage: '--name <name> [--company <name>] [--email <address>]',
    async run({ db, print }, args) {
      const { flags } = readArguments(args, { names: ['name', 'company', 'email'] })
      const { name, company, email } = flags
      if (!name?.trim()) throw wrong('An organisation needs a name.')
      for (const one of [name, company, email])
        if (one && one.length > charsMax) throw wrong(`At most ${charsMax} characters.`)
      if (email && !/^[^\s@]+@[^\s@]+$/.test(email)) throw wrong(`${email} is not an e-mail address.`)
      const org = await db.transaction().execute(async (tx) => {
        const made = await createOrg(tx, {
          name: name.trim(),
          ...(company ? { company_name: company.trim() } : {}),
          ...(email ? { email } : {}),
        })
        await writeAudit(tx, [
          { orgId: made.id, actor: operatorActor, action: 'organisation.create', target: made.id, requestId: null },
        ])
        return made
      })
      print(`${org.alias}  ${org.id}  ${org.name}`)
    },
  },
  list: {
    does: 'all organisations: number, id, name',
    usage: '',
    async run({ db, print, note }, args) {
      readArguments(args, {})
      const orgs = await listOrgs(db)
      const width = String(orgs.at(-1)?.alias ?? '').length
      for (const { alias, id, name, is_active } of orgs)
        print(`${String(alias).padStart(width)}  ${id}  ${name}${is_active ? '' : '  (switched off)'}`)
      if (orgs.length === 0) note('There is no organisation yet. Make one: npm start -- org create --name <name>')
    },
  },
}
