// Agents by file: a CSV in, with what becomes of each row, and a CSV out.

import { type Static, Type } from 'typebox'
import { answerOnce, idempotencyOf } from '../../access/index.ts'
import { importAgents, importBytesMax, listAgents, readAgentsCsv } from '../../conversations/index.ts'
import { writeCsv } from '../../platform/csv.ts'
import type { Db } from '../../platform/db/db.ts'
import { type FilePart, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { importAnswer } from './answers.ts'

const tag = 'Agents'

const options = Type.Object({
  csv: Type.Optional(Type.String({ description: 'The table as text; or send it as the multipart part `file`' })),
  unmatched: Type.Optional(
    Type.Union(
      ['create', 'skip', 'refuse'].map((one) => Type.Literal(one)),
      {
        default: 'refuse',
        description: 'What to do where a team or department is not known: create it, skip the row, or stop it all',
      },
    ),
  ),
  dry_run: Type.Optional(Type.Boolean({ default: false, description: 'Only show what would happen' })),
})

const exportMax = 100_000

export function importRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/agents/import'],
      summary: 'Import agents from a CSV: name,email,department,team',
      description:
        'Commas or semicolons, with or without a byte order mark, up to 10,000 rows and 4 MiB. Agents are known by their ' +
        'e-mail, or without one by their name; who is there already is moved to the team of the row. The answer tells ' +
        'what became of each row. To create teams you need `teams:manage`.',
      tag,
      auth: 'agents:manage',
      bodyKinds: ['multipart', 'json'],
      body: options,
      answers: { 200: { description: 'What became of each row', schema: importAnswer } },
      async handle(call) {
        const { by, requestId } = call
        const form = await call.form(readFile)
        const given = readOptions(form.fields)
        if (form.files.length + (given.csv === undefined ? 0 : 1) !== 1) {
          throw new Problem('invalid', 'no_file', 'Send one CSV: as the part `file`, or as the text `csv`.')
        }
        const bytes = form.files[0] ?? Buffer.from(given.csv ?? '')
        if (bytes.length > importBytesMax) throw tooLarge()
        const file = readAgentsCsv(bytes)
        const unmatched = (given.unmatched ?? 'refuse') as 'create' | 'skip' | 'refuse'
        const wanted = { unmatched, isDry: given.dry_run ?? false }
        return answerOnce(db, secrets, idempotencyOf(call, [by.actor, file.sha256, wanted]), async (tx) => {
          const { is_applied, ...result } = await importAgents(tx, by, file, { ...wanted, requestId })
          return ok({ dry_run: wanted.isDry, applied: is_applied, ...result })
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/agents/export'],
      summary: 'Export agents as CSV',
      description: 'Cells that a spreadsheet would run as a formula start with a quote; an import takes it away again.',
      tag,
      auth: 'agents:read',
      answers: { 200: { description: 'All agents that you have access to', contentType: 'text/csv' } },
      async handle({ by }) {
        const { agents } = await listAgents(db, by, {}, { limit: exportMax, offset: 0 })
        const rows = agents.map((one) => [
          one.name,
          one.email,
          one.department,
          one.team,
          one.external_id,
          one.is_active,
        ])
        return ok(writeCsv(['name', 'email', 'department', 'team', 'external_id', 'active'], rows), {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="agents.csv"',
          'X-Content-Type-Options': 'nosniff',
        })
      },
    }),
  ]
}

/** Forms have texts only. */
function readOptions(fields: Record<string, unknown>): Static<typeof options> {
  const { dry_run: dry } = fields
  const isDry = dry === 'true' || dry === '1' ? true : dry === 'false' || dry === '0' ? false : dry
  return strictFields(options, isDry === undefined ? fields : { ...fields, dry_run: isDry })
}

async function readFile({ stream }: FilePart): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream) {
    sizeBytes += chunk.length
    if (sizeBytes > importBytesMax) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = () =>
  new Problem('too_large', 'too_large', `The CSV is larger than the ${importBytesMax} bytes allowed. Send it in parts.`)
