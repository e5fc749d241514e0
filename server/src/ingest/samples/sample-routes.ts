// The sample call and chat that come with the program, taken in through the same doors as anybody's: for whoever has
// nothing to send yet and wants to see what becomes of it.

import { createReadStream } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Type } from 'typebox'
import type { Answer, Call, Fields } from '../../platform/http/route.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Doors } from '../doors.ts'
import type { Accepted } from '../shapes.ts'

/** Beside the program's own folder, with the licence of what is in it. */
const samplesDir = resolve(import.meta.dirname, '../../../../samples')
const recording = 'call.wav'
const chat = 'chat-isizulu.json'

const said = (id: string): Fields => ({
  tags: ['sample'],
  // By its own id, so that what was sent before is found again.
  interaction_id: `indaba-${id}`,
  metadata: { sample: true, licence: 'samples/LICENCE.md' },
})

const answer = Type.Object({
  conversations: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      channel: Type.Enum(['voice', 'chat']),
      is_new: Type.Boolean({ description: 'false: it was here already' }),
    }),
  ),
})

export function sampleRoutes({
  doors,
  dir = samplesDir,
}: {
  doors: Pick<Doors, 'takeRecording' | 'takeChat'>
  dir?: string
}): Route[] {
  return [
    route({
      method: 'POST',
      paths: ['/v1/samples'],
      summary: 'Take in the sample call and the sample chat',
      description:
        'A recording of 42 s and a chat in isiZulu, with the tag `sample`. They are worked on, counted and deleted like others. Again: the same conversations.',
      tag: 'Conversations',
      auth: 'calls:write',
      answers: {
        202: { description: 'Taken in, or here already', schema: answer },
        503: { description: 'The samples are not installed' },
      },
      async handle(call) {
        const files = [recording, chat].map((name) => join(dir, name)) as [string, string]
        await Promise.all(files.map((path) => access(path))).catch((cause) => {
          const detail = `The samples are not installed: ${cause.path} cannot be read. Copy the folder samples beside server.`
          throw new Problem('unavailable', 'no_samples', detail, { cause })
        })
        const voice = await doors.takeRecording(asUpload(call, files[0]), 'multipart', told)
        const messages = JSON.parse(await readFile(files[1], 'utf8'))
        const text = await doors.takeChat(asForm(call, { ...said('sample-chat'), messages }), told)
        const conversations = [
          { channel: 'voice', ...(voice.body as Told) },
          { channel: 'chat', ...(text.body as Told) },
        ]
        return { status: 202, body: { conversations } }
      },
    }),
  ]
}

type Told = { id: string; is_new: boolean }

const told = ({ conversationId, outcome }: Accepted): Answer =>
  ok({ id: conversationId, is_new: outcome === 'new' } satisfies Told)

/** A request like the one that brought it, with another body. What is the same every time needs no key to be so. */
const asForm = (call: Call, fields: Fields): Call => ({
  ...call,
  query: {},
  idempotencyKey: null,
  fields: async () => fields,
  form: async () => ({ fields, files: [], warnings: [] }),
})

const asUpload = (call: Call, path: string): Call => {
  const fields = said('sample-call')
  return {
    ...asForm(call, fields),
    form: async (onFile) => {
      const part = { name: 'file', fileName: recording, contentType: 'audio/wav', stream: createReadStream(path) }
      return { fields, files: [await onFile(part, fields)], warnings: [] }
    },
  }
}
