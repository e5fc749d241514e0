// What the page of one conversation asks the server. What it changes: changes.ts and comments.ts.

import { queryOptions } from '@tanstack/react-query'
import { api, told } from '../../api/client.ts'
import { asFailure } from '../../api/failure.ts'
import type { paths } from '../../api/paths.gen.ts'

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

type Told = Answer<'/v1/conversations/{id}'>
export const sides = ['agent', 'customer', 'bot', 'third_party', 'unknown'] as const
export type Side = (typeof sides)[number]
export type Mood = 'negative' | 'neutral' | 'positive'
export type Participant = { id: string; role: Side; name: string | null; channel_index: number | null }
type ToldTurn = NonNullable<Told['transcript']>['turns'][number]
/** `at`: of chats, when it was sent. */
export type Turn = ToldTurn & { role: Side; at?: string }
export type Recording = {
  file_name: string | null
  container: string | null
  duration_ms: number | null
  channel_count: number | null
  playable: boolean
  reason: string | null
}
export type Provenance = { name: string; model: string; version: string; fallback_reason?: string }
type Finding<T> = { status: string; value: T | null; reason?: string; engine: Provenance }
export type Party = { label: Mood | null; score: number | null; reason?: string }
export type Analysis = Omit<
  NonNullable<Told['analysis']>,
  'provenance' | 'sentiment' | 'keywords' | 'summary' | 'created_at'
> & {
  provenance: Provenance
  sentiment: { overall: Party; agent: Party; customer: Party; trend: string | null }
  keywords: Finding<{ text: string; count: number; score: number }[]>
  summary: Finding<{ short: string; evidence: string[] }>
  created_at: string
}
/** As the reference has it, with the parts whose shape it leaves open. */
export type Conversation = Omit<Told, 'participants' | 'recording' | 'transcript' | 'analysis' | 'links'> & {
  participants: Participant[]
  recording: Recording | null
  transcript:
    | (Omit<NonNullable<Told['transcript']>, 'turns' | 'engine'> & { engine: Provenance | null; turns: Turn[] })
    | null
  analysis: Analysis | null
  links: {
    self: string
    transcript: string
    recording: string | null
    playback: string | null
    waveform: string | null
  }
}
export type Waveform = Answer<'/v1/conversations/{id}/waveform'>
export type Annotation = Answer<'/v1/conversations/{id}/annotations'>['annotations'][number]
export type Comment = Answer<'/v1/conversations/{id}/comments'>['comments'][number]
export type Revision = Answer<'/v1/conversations/{id}/transcript/revisions'>['revisions'][number]

const workingPollMs = 1500
const peaksPerS = 20
const [pointsMin, pointsMax] = [1000, 20_000]

export const isWorking = ({ status, reprocessing }: Pick<Conversation, 'status' | 'reprocessing'>): boolean =>
  status === 'queued' || status === 'processing' || reprocessing !== null

export const isChat = ({ channel }: Pick<Conversation, 'channel'>): boolean => channel === 'chat'

const path = (id: string) => ({ path: { id } })

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: async () =>
      (await told(api.GET('/v1/conversations/{id}', { params: path(id) }))) as unknown as Conversation,
    // Whoever sees it being worked on sees each stage, without the event log.
    refetchInterval: ({ state: { data } }) => (data && isWorking(data) ? workingPollMs : false),
  })

/** Whether the copy is there that is listened to. Asking has it made. */
export const soundQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id, 'sound'],
    staleTime: Number.POSITIVE_INFINITY,
    async queryFn(): Promise<'there' | 'preparing' | 'refused'> {
      const { status } = await fetch(`/v1/conversations/${id}/recording?variant=playback`, { method: 'HEAD' })
      return status === 202 ? 'preparing' : status < 300 ? 'there' : 'refused'
    },
    refetchInterval: ({ state: { data } }) => (data === 'preparing' ? workingPollMs : false),
  })

export const waveformQuery = (id: string, durationMs: number | null) =>
  queryOptions({
    queryKey: ['conversation', id, 'waveform', durationMs],
    staleTime: Number.POSITIVE_INFINITY,
    async queryFn(): Promise<Waveform | 'preparing'> {
      const wanted = Math.round(((durationMs ?? 0) / 1000) * peaksPerS)
      const points = Math.min(pointsMax, Math.max(pointsMin, wanted))
      const answer = await told(
        api.GET('/v1/conversations/{id}/waveform', { params: { ...path(id), query: { points } } }),
      )
      return 'status' in answer ? 'preparing' : answer
    },
    refetchInterval: ({ state: { data } }) => (data === 'preparing' ? workingPollMs : false),
  })

/** Null where there are none yet. Of one revision: a correction may change them. */
export const annotationsQuery = (id: string, revision: number) =>
  queryOptions({
    queryKey: ['conversation', id, 'annotations', revision],
    async queryFn() {
      try {
        return await told(api.GET('/v1/conversations/{id}/annotations', { params: path(id) }))
      } catch (error) {
        if (asFailure(error).kind === 'conflict') return null
        throw error
      }
    },
  })

export const searchQuery = (id: string, q: string, revision: number) =>
  queryOptions({
    queryKey: ['conversation', id, 'search', q, revision],
    enabled: q.trim() !== '',
    queryFn: () => told(api.GET('/v1/conversations/{id}/search', { params: { ...path(id), query: { q } } })),
  })

export const metricsQuery = queryOptions({
  queryKey: ['conversation-metrics'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await told(api.GET('/v1/conversation-metrics'))).metrics,
})

export const revisionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id, 'revisions'],
    queryFn: async () =>
      (
        await told(
          api.GET('/v1/conversations/{id}/transcript/revisions', { params: { ...path(id), query: { limit: 100 } } }),
        )
      ).revisions,
  })

export const analysesQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id, 'analyses'],
    queryFn: async () =>
      (await told(api.GET('/v1/conversations/{id}/analyses', { params: { ...path(id), query: { limit: 100 } } })))
        .analyses,
  })

export const peopleQuery = (search: string) =>
  queryOptions({
    queryKey: ['users', 'mention', search],
    queryFn: async () =>
      (
        await told(
          api.GET('/v1/users', { params: { query: { ...(search ? { search } : {}), limit: 8, state: 'active' } } }),
        )
      ).users,
  })
