// A customer with a remote folder on a folder of this machine, and what a test does with it over REST.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { adminToken, type Customer, type Harness, type Json } from './harness.ts'

export type FolderClient = Awaited<ReturnType<typeof folderClient>>

/** `root` must be in INDABA_MOUNTED_FOLDERS. */
export async function folderClient(harness: Harness, root: string, settings: object = {}) {
  const customer: Customer = await harness.customer()
  await mkdir(root, { recursive: true })
  const send = (method: string, body?: object, headers: object = customer.headers) => ({
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) } as Record<string, string>,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const mounted = { name: 'Disk', path: root }
  const server = await harness.json(
    `/v1/organisations/${customer.orgId}/mounted-folders`,
    send('POST', mounted, { authorization: `Bearer ${adminToken}` }),
  )
  const made = await harness.json(
    '/v1/remote-folders',
    send('POST', { name: 'Calls', server_id: server.server_id, schedule: { every_seconds: 86_400 }, ...settings }),
  )
  const path = `/v1/remote-folders/${made.folder_id}`
  const read = (more = ''): Promise<Json> => harness.json(`${path}${more}`, { headers: customer.headers })

  const client = {
    customer,
    root,
    serverId: server.server_id as string,
    id: made.folder_id as string,
    read,
    put: async (name: string, content: Buffer | string) => {
      await mkdir(dirname(join(root, name)), { recursive: true })
      await writeFile(join(root, name), content)
    },
    change: (body: object): Promise<Json> => harness.json(path, send('PATCH', body)),
    files: async (state: string): Promise<Json[]> => (await read(`/files?state=${state}`)).files,
    /** A sync from its beginning to its end; answers the folder as it is then. */
    async sync(): Promise<Json> {
      await client.resting()
      await harness.json(`${path}/sync`, send('POST'))
      return client.resting()
    },
    async resting(): Promise<Json> {
      for (const until = Date.now() + 20_000; ; await delay(30)) {
        const now = await read()
        if (!now.is_syncing && now.last_sync_at && new Date(now.next_sync_at).getTime() > Date.now()) return now
        if (Date.now() > until) throw new Error(`still syncing: ${JSON.stringify(now)}`)
      }
    },
    /** Waits until the last job has ended, with all its files seen to. */
    async taken(): Promise<Json> {
      for (const until = Date.now() + 20_000; ; await delay(50)) {
        const now = await read()
        const isOver = now.last_job === null || ['done', 'partial', 'failed'].includes(now.last_job.state)
        if (isOver && now.files.queued === 0) return now
        if (Date.now() > until) throw new Error(`not taken in: ${JSON.stringify(now)}`)
      }
    },
    async conversations(): Promise<Json[]> {
      const { rows } = await sql<Json>`
        select c.id, c.external_id, c.started_at, c.team, c.metadata, c.customer_ref, c.agent_given, c.source, r.file_name
        from conversations c left join recordings r on r.org_id = c.org_id and r.conversation_id = c.id
        where c.org_id = ${customer.orgId} order by r.file_name`.execute(harness.app.db)
      return rows
    },
  }
  return client
}
