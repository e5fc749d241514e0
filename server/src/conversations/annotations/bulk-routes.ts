// Many conversations at once over REST.

import { Type } from 'typebox'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { isUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { ownId } from '../conversation-id.ts'
import { actOnMany, type BulkAction, type BulkParts } from './bulk.ts'
import { assignmentFields, rerunFields } from './deed-routes.ts'
import { tagsMax } from './deeds.ts'

const idsMax = 1000
const actions = ['tag', 'untag', 'reassign', 'review', 'unreview', 'reprocess', 'delete'] as const

const bulk = Type.Object(
  {
    action: Type.Union(actions.map((one) => Type.Literal(one))),
    ids: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: idsMax }),
    tags: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: tagsMax,
        description: 'Of `tag` and `untag`',
      }),
    ),
    ...assignmentFields,
    from: Type.Optional(rerunFields.from),
    replace_edits: rerunFields.replace_edits,
  },
  { examples: [{ action: 'tag', ids: ['01981f0e-6a53-7c41-9d0b-3f6f2b6f1c55'], tags: ['Follow up'] }] },
)

const bulkAnswer = Type.Object({
  changed: Type.Integer(),
  unchanged: Type.Integer({ description: 'They were so already' }),
  failed: Type.Integer(),
  outcomes: Type.Array(
    Type.Object({
      id: Type.String(),
      status: Type.Union(['changed', 'unchanged', 'failed'].map((one) => Type.Literal(one))),
      error: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
    }),
  ),
})

export function bulkRoutes(parts: BulkParts): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/conversations/bulk'],
      summary: 'Tag, untag, reassign, review, reprocess or delete up to 1,000 conversations',
      description:
        'Says for each what became of it; one that fails holds up no other. `delete` needs the scope `calls:delete`. Every action can be sent again: what is done already is left as it is.',
      tag: 'Conversations',
      auth: 'calls:annotate',
      body: bulk,
      answers: { 200: { description: 'What became of each, in the order of the ids', schema: bulkAnswer } },
      async handle(call) {
        const given = strictFields(bulk, await call.fields())
        const ids = [...new Set(given.ids.map(idOf))]
        const outcomes = await actOnMany(parts, call, ids, readAction(given))
        const countOf = (wanted: string) => outcomes.filter(({ status }) => status === wanted).length
        return ok({
          changed: countOf('changed'),
          unchanged: countOf('unchanged'),
          failed: countOf('failed'),
          outcomes,
        })
      },
    }),
  ]
}

function idOf(shown: string): string {
  const bare = shown.replace(/^vela_chat_/, '')
  if (isUuid(bare)) return ownId(shown).toLowerCase()
  throw new Problem('invalid', 'invalid_request', `ids: ${shown.slice(0, 100)} is not an id.`, {
    facts: { field: 'ids' },
  })
}

type Given = { action: string; tags?: string[]; from?: string; replace_edits?: boolean } & Pick<
  Extract<BulkAction, { action: 'reassign' }>,
  'agent' | 'team'
>

function readAction(given: Given): BulkAction {
  const { action, tags, from, replace_edits = false, agent, team } = given
  const needed = (field: string) =>
    new Problem('invalid', 'invalid_request', `${field}: is required for ${action}.`, { facts: { field } })
  switch (action as BulkAction['action']) {
    case 'tag':
    case 'untag':
      if (!tags) throw needed('tags')
      return { action: action as 'tag', tags }
    case 'reassign':
      return { action: 'reassign', agent, team }
    case 'reprocess':
      if (!from) throw needed('from')
      return { action: 'reprocess', from: from as 'analyse', replaces_edits: replace_edits }
    default:
      return { action: action as 'review' }
  }
}
