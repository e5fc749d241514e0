// The commands `audit verify` and `audit export`: also of organisations that are gone, and of the installation itself.

import { auditedOrgs, exportAudit, exportFormats, headSigner, verifyAudit } from '../access/index.ts'
import type { Db } from '../platform/db/db.ts'
import { isUuid } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { type OperatorCommand, readArguments, requireOrg, wrong } from './operator.ts'

const orgUsage = '--org <number or id>'

export const auditCommands: Record<string, OperatorCommand> = {
  verify: {
    does: 'check that the audit is as it was written; ends with 1 when it is not',
    usage: `[${orgUsage}]`,
    async run({ db, secrets, print }, args) {
      const { flags } = readArguments(args, { names: ['org'] })
      const orgIds = flags.org ? [await orgIdOf(db, flags.org)] : await auditedOrgs(db)
      const signer = headSigner(secrets)
      let [rows, durationMs, faults] = [0, 0, 0]
      for (const orgId of orgIds) {
        const one = await verifyAudit(db, signer, orgId)
        rows += one.rows
        durationMs += one.durationMs
        const unchained = one.unchained > 0 ? `, ${one.unchained} rows of before the chain` : ''
        print(`${orgId}  ${one.rows} rows, ${one.signedHeads} signed heads${unchained}`)
        if (!one.fault) continue
        faults += 1
        print(`${orgId}  FAULT at row ${one.fault.seq}: ${one.fault.detail} (${one.fault.kind})`)
      }
      const perSecond = durationMs > 0 ? Math.round((rows * 1000) / durationMs) : 0
      print(`${rows} rows of ${orgIds.length} chains checked, ${perSecond} rows/s; public key ${signer.publicKey}`)
      if (faults === 0) return
      const detail = `The audit was changed: ${faults} of ${orgIds.length} chains are not as they were written.`
      throw new Problem('bug', 'audit_changed', detail)
    },
  },
  export: {
    does: 'the audit of an organisation, oldest first; the nil UUID is the installation itself',
    usage: `${orgUsage} [--format ${exportFormats.join('|')}]`,
    async run({ db, print }, args) {
      const { flags } = readArguments(args, { names: ['org', 'format'] })
      const format = exportFormats.find((one) => one === (flags.format ?? 'ndjson'))
      if (!format) throw wrong(`--format must be ${exportFormats.join(' or ')}.`)
      for await (const text of exportAudit(db, await orgIdOf(db, flags.org), {}, format)) print(text.trimEnd())
    },
  },
}

/** An id is taken as it is: the audit of an organisation outlives it. */
const orgIdOf = async (db: Db, given: string | undefined): Promise<string> =>
  given && isUuid(given) ? given.toLowerCase() : (await requireOrg(db, given)).id
