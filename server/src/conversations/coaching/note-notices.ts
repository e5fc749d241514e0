// Who is told of coaching notes: of a note the person who works as the agent, of their word its author. By a notice, and a
// mail as they want it; if they may see the agent's page. The notices themselves: annotations/notifications.ts.

import { colleaguesOf, orgReader } from '../../access/index.ts'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Mail } from '../../platform/mail.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { maySee } from '../annotations/mentions.ts'
import { enqueueMails } from '../annotations/notice-mail.ts'
import { forgetNotice, type Notice, notify } from '../annotations/notifications.ts'
import type { Agent } from '../people.ts'
import type { CoachingNote } from './notes.ts'

export type NoticeParts = { db: Db; secrets: Secrets; mail: Mail; queue: () => Queue; defaultTimeZone: string }

const personsOf = async (db: DbOrTx, orgId: string, agentId: string): Promise<string[]> =>
  (await colleaguesOf(db, orgId, { emails: [], ids: [], agentIds: [agentId] })).map(({ id }) => id)

/** Whether it is the person who works as this agent that asks. */
export const isAgent = async (db: DbOrTx, { orgId, actor }: Principal, agentId: string): Promise<boolean> =>
  (await personsOf(db, orgId, agentId)).some((id) => actor === `user:${id}`)

export function noteNotices({ db, mail, queue, defaultTimeZone }: NoticeParts) {
  const readOrg = orgReader(db)

  async function tell(
    tx: Tx,
    by: Principal,
    { id: agent_id, team, department }: Agent,
    about: { note: CoachingNote; kind: Notice['kind']; userIds: string[] },
  ): Promise<void> {
    const { orgId, actor } = by
    const { note, kind } = about
    const zone = (await readOrg(orgId)).settings.time_zone ?? defaultTimeZone
    const subject = { orgId, conversation_id: null, comment_id: null, coaching_note_id: note.id }
    const userIds: string[] = []
    for (const id of about.userIds) {
      if (actor === `user:${id}` || !(await maySee(tx, orgId, id, { agent_id, team, department }))) continue
      userIds.push(id)
      // Told once more, it is new to them.
      await forgetNotice(tx, orgId, { coaching_note_id: note.id, user_id: id })
    }
    const due = await notify(tx, subject, { userIds, kind, by: actor, zone })
    if (mail.isSet) await enqueueMails(tx, queue(), orgId, due)
  }

  return {
    async tellAgent(tx: Tx, by: Principal, agent: Agent, note: CoachingNote): Promise<void> {
      await tell(tx, by, agent, { note, kind: 'coaching', userIds: await personsOf(tx, by.orgId, agent.id) })
    },
    async tellAuthor(tx: Tx, by: Principal, agent: Agent, note: CoachingNote): Promise<void> {
      const author = /^user:(.+)$/.exec(note.author)?.[1]
      if (author) await tell(tx, by, agent, { note, kind: 'coaching_reply', userIds: [author] })
    },
  }
}
