// Seeing and hearing a recording: its waveform, and its sound as it was sent or as every browser plays it. What is not
// there yet is asked of the pipeline once, and answered with 202 until it is.

import { Type } from 'typebox'
import type { Db, Tx } from '../platform/db/db.ts'
import { okWithEtag } from '../platform/http/etag.ts'
import { type Answer, type Principal, type Route, route } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import type { Store } from '../storage/index.ts'
import { byId, ownId } from './conversation-id.ts'
import { type Conversation, requireConversation } from './conversations.ts'
import { dispositionOf, withEnding } from './download-name.ts'
import { recordingAsIn } from './masks.ts'
import { type CopyPolicy, containerOf, copyContainer, playabilityOf, playsAsSent } from './playable.ts'
import { askForMedia, getMedia, getWaveform, type Media, type MediaKey, mediaKey } from './recording-media.ts'
import { sendSound } from './recording-stream.ts'
import { getRecording, type Recording } from './recordings.ts'
import { getParticipants } from './transcripts.ts'
import { waveformAnswer, waveformView } from './waveform.ts'

const tag = 'Conversations'
const pointsDefault = 2000
const pointsMax = 20_000
/** Longer than any recording. */
const msMax = 1e9
// Decoding and copying run at more than a hundred times the speed of speech.
const preparedPerSecondMs = 60_000
const retryAfterSMax = 60

const yes = Type.Union(['0', '1', 'false', 'true'].map((one) => Type.Literal(one)))
const preparing = {
  description: 'It is being prepared; ask again after `Retry-After`',
  schema: Type.Object({ status: Type.Literal('preparing'), retry_after_s: Type.Integer() }),
}

type Parts = {
  db: Db
  store: Store
  copies: CopyPolicy
  /** Has the pipeline make what a recording from before lacks. */
  prepareMedia: (tx: Tx, key: MediaKey) => Promise<unknown>
}
type Heard = { conversation: Conversation; recording: Recording; media: Media | null }

export function playbackRoutes({ db, store, copies, prepareMedia }: Parts): Route[] {
  async function readHeard(by: Principal, id: string): Promise<Heard> {
    const conversation = await requireConversation(db, by, ownId(id), 'voice')
    const recording = recordingAsIn(conversation, await getRecording(db, by.orgId, conversation.id))
    if (!recording) throw new Problem('not_found', 'no_recording', 'This call has no recording yet.')
    return { conversation, recording, media: await getMedia(db, recording) }
  }

  /** @throws Problem('conflict') where it was tried and cannot be */
  async function prepare({ conversation, recording, media }: Heard): Promise<Answer> {
    const isOnItsWay = recording.container === null && ['queued', 'processing'].includes(conversation.status)
    if (!isOnItsWay) {
      const key = mediaKey(recording)
      const isAsked = await db.transaction().execute(async (tx) => {
        if (!(await askForMedia(tx, key))) return false
        await prepareMedia(tx, key)
        return true
      })
      if (!isAsked && media?.failure) throw new Problem('conflict', 'recording_not_playable', media.failure)
    }
    const seconds = Math.min(retryAfterSMax, 1 + Math.ceil((recording.duration_ms ?? 0) / preparedPerSecondMs))
    const headers = { 'Retry-After': String(seconds), 'Cache-Control': 'no-store' }
    return { status: 202, body: { status: 'preparing', retry_after_s: seconds }, headers }
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/waveform', '/v1/calls/:id/waveform'],
      summary: 'The waveform of the recording: peaks and speech for each channel',
      description: 'Ask with `from_ms` and `to_ms` for a part in more detail: 50 points a second are kept.',
      tag,
      auth: 'calls:read',
      params: byId,
      query: Type.Object({
        points: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: pointsMax,
            default: pointsDefault,
            description: 'At most so many for each channel',
          }),
        ),
        from_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: msMax, default: 0 })),
        to_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: msMax, description: 'Absent: to the end' })),
      }),
      answers: {
        200: { description: 'The waveform', schema: waveformAnswer },
        202: preparing,
        409: { description: 'The recording cannot be read' },
      },
      async handle(call) {
        const heard = await readHeard(call.by, call.params.id)
        const { conversation, recording } = heard
        const waveform = await getWaveform(db, recording)
        if (!waveform) return prepare(heard)
        const { points = pointsDefault, from_ms: fromMs = 0, to_ms: toMs = msMax } = call.query
        if (fromMs >= toMs) throw new Problem('invalid', 'bad_window', '`from_ms` must be less than `to_ms`.')
        const { org_id: orgId, id: conversationId, transcript_revision: revision } = conversation
        const participants = revision === null ? [] : await getParticipants(db, { orgId, conversationId, revision })
        return okWithEtag(call, waveformView(waveform, { points, fromMs, toMs }, participants))
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/recording', '/v1/calls/:id/recording'],
      summary: 'Listen to the recording; Range requests are answered',
      description:
        'As it was sent, or with `variant=playback` as every browser plays it: a copy in MP3 where there is or must ' +
        'be one, else the recording itself. A copy that is not there yet is made: 202 until it is.',
      tag,
      auth: 'recordings:read',
      params: byId,
      query: Type.Object({
        variant: Type.Optional(
          Type.Union([Type.Literal('original'), Type.Literal('playback')], { default: 'original' }),
        ),
        download: Type.Optional({ ...yes, description: '`1`: to be saved, under the name that it was sent by' }),
      }),
      exposedHeaders: ['X-Recording-Variant'],
      answers: {
        200: { description: 'The sound; `X-Recording-Variant` tells which', contentType: 'audio/*' },
        202: preparing,
        206: { description: 'A part of it', contentType: 'audio/*' },
        409: { description: 'Browsers cannot play it, and no copy can be made' },
        416: { description: 'The range lies outside of the recording' },
      },
      async handle({ by, params, query, headers }) {
        const heard = await readHeard(by, params.id)
        const { recording, media } = heard
        const wantsCopy = query.variant === 'playback'
        const copy = wantsCopy ? media?.copy : null
        if (wantsCopy && !copy && !playsAsSent(recording)) {
          if (copies.copies === 'never' && recording.container !== null) {
            const { reason } = playabilityOf(recording, media, copies)
            throw new Problem('conflict', 'no_playable_copy', reason ?? '')
          }
          return prepare(heard)
        }
        const kind = query.download === '1' || query.download === 'true' ? 'attachment' : 'inline'
        const { contentType, extension } = copy ? copyContainer : containerOf(recording)
        // What is only listened to needs no name of a client's.
        const own = kind === 'attachment' ? recording.file_name : null
        const given = copy ? withEnding(own, extension) : own
        const disposition = dispositionOf(kind, given, `${recording.conversation_id}${extension}`)
        const answer = await sendSound(store, { ...(copy ?? fileOf(recording)), contentType, disposition }, headers)
        const variant = copy ? 'playback' : 'original'
        return { ...answer, headers: { ...answer.headers, 'X-Recording-Variant': variant } }
      },
    }),
  ]
}

const fileOf = ({ store_key, size_bytes, sha256 }: Recording) => ({ store_key, size_bytes: Number(size_bytes), sha256 })
