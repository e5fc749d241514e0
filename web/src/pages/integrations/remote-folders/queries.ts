// What is asked of the server about remote servers, the folders on them, and watchers beside recorders.

import { queryOptions } from '@tanstack/react-query'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import type { Tone } from '../parts/status.tsx'

export type Server = Answer<'/v1/remote-servers/{id}', 'get'>
export type ServerSent = Sent<'/v1/remote-servers', 'post'>
export type ServerTrial = Answer<'/v1/remote-servers/test', 'post'>
export type Folder = Answer<'/v1/remote-folders/{id}', 'get'>
export type FolderSent = Sent<'/v1/remote-folders', 'post'>
export type Watcher = Answer<'/v1/watchers', 'get'>['watchers'][number]
export const fileStates = ['watching', 'queued', 'taken', 'failed', 'gone', 'ignored'] as const
export type FileState = (typeof fileStates)[number]

export const folderTones: Record<Folder['health']['state'], Tone> = { ok: 'good', failing: 'bad', paused: 'quiet' }

const page = (cursor: string | undefined) => ({ limit: 100, ...(cursor ? { cursor } : {}) })

export async function readServers(cursor: string | undefined) {
  const { servers, next_cursor } = await told(api.GET('/v1/remote-servers', { params: { query: page(cursor) } }))
  return { rows: servers, next: next_cursor }
}

export const serversQuery = queryOptions({
  queryKey: ['remote-servers', 'all'],
  queryFn: async () => (await readServers(undefined)).rows,
})

export const serverQuery = (id: string) =>
  queryOptions({
    queryKey: ['remote-servers', 'one', id],
    queryFn: () => told(api.GET('/v1/remote-servers/{id}', { params: { path: { id } } })),
  })

export async function readFolders(cursor: string | undefined) {
  const { folders, next_cursor } = await told(api.GET('/v1/remote-folders', { params: { query: page(cursor) } }))
  return { rows: folders, next: next_cursor }
}

export const folderQuery = (id: string) =>
  queryOptions({
    queryKey: ['remote-folders', 'one', id],
    refetchInterval: ({ state }) => (state.data?.is_syncing ? 2000 : 15_000),
    queryFn: () => told(api.GET('/v1/remote-folders/{id}', { params: { path: { id } } })),
  })

export async function readFiles(id: string, state: string | undefined, cursor: string | undefined) {
  const query = { ...page(cursor), ...(state ? { state: state as FileState } : {}) }
  const { files, next_cursor } = await told(
    api.GET('/v1/remote-folders/{id}/files', { params: { path: { id }, query } }),
  )
  return { rows: files, next: next_cursor }
}

export async function readWatchers(cursor: string | undefined) {
  const { watchers, next_cursor } = await told(api.GET('/v1/watchers', { params: { query: page(cursor) } }))
  return { rows: watchers, next: next_cursor }
}
