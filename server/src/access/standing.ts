// Whether those who were let in for longer than a request may still go on: looks again, a few times a second, at what they
// showed. Keys are looked up in memory, where changes are announced. Of people, tokens and applications one query tells
// whether anything behind them has changed; only then is each credential asked again.

import { sql } from 'kysely'
import type { Db } from '../platform/db/db.ts'
import { everyOrg } from '../platform/db/scope.ts'
import type { Principal } from '../platform/http/route.ts'
import type { Log } from '../platform/log.ts'
import { Problem } from '../platform/problem.ts'
import { authorise } from './permissions.ts'
import type { Again } from './proof.ts'

const lookEveryMs = 400
/** What ends by time alone (a token, an idle session) is found out no later than this. */
const askAgainMs = 30_000

export type Watcher = {
  /** Its credential does not work any more, or is not enough any more. Told once. */
  lost(problem: Problem): void
  /** It still works; what its holder may do, or see, is another. */
  changed(by: Principal): void
}

export type Standing = {
  /** `by` as the request brought it. @returns stops watching */
  watch(by: Principal, needs: string, watcher: Watcher): () => void
  stop(): void
}

type Held = {
  by: Principal
  /** What all of its watchers know of it; null: they came with different things. */
  known: string | null
  proof: string
  needs: string
  mark: string | null
  askedAt: number
  watchers: Set<Watcher>
}

export function standing({ db, again, log }: { db: Db; again: Again; log: Log }): Standing {
  // One entry for all that came with the same credential.
  const all = new Map<string, Held>()
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  async function ask(held: Held): Promise<void> {
    held.askedAt = performance.now()
    const by = await again(held.proof)
    try {
      if (!by) throw new Problem('unauthenticated', 'invalid_api_key', 'The credential does not work any more.')
      authorise(by, held.needs)
    } catch (err) {
      if (!(err instanceof Problem)) throw err
      all.delete(nameOf(held))
      for (const watcher of held.watchers) watcher.lost(err)
      return
    }
    const known = JSON.stringify(by)
    if (known === held.known) return
    held.by = by
    held.known = known
    for (const watcher of held.watchers) watcher.changed(by)
  }

  async function look(): Promise<void> {
    const [keys, others] = [true, false].map((wanted) => [...all.values()].filter(({ by }) => isKey(by) === wanted))
    for (const held of keys ?? []) await ask(held)
    if (!others?.length) return
    const marks = await readMarks(db, others)
    for (const held of others) {
      const mark = marks.get(`${held.by.orgId} ${held.by.actor}`) ?? ''
      const isDue = performance.now() - held.askedAt > askAgainMs
      if (mark === held.mark && !isDue) continue
      await ask(held)
      held.mark = mark
    }
  }

  const lookLater = () => {
    if (timer || isStopped) return
    timer = everyOrg(() =>
      setTimeout(async () => {
        // While the database is away nothing is told either, so nobody sees what they may not.
        await look().catch((err) => log.warn({ err }, 'whether streams may go on could not be looked up'))
        timer = undefined
        if (all.size > 0) lookLater()
      }, lookEveryMs),
    )
  }

  return {
    watch(by, needs, watcher) {
      const proof = by.proof
      if (proof === undefined) return () => {}
      const name = nameOf({ proof, needs })
      const known = JSON.stringify(by)
      const now = performance.now()
      const held = all.get(name) ?? { by, known, proof, needs, mark: null, askedAt: now, watchers: new Set() }
      all.set(name, held)
      // It was let in just before, or just after, something changed: all are told anew.
      if (held.known !== known) Object.assign(held, { known: null, mark: null })
      held.watchers.add(watcher)
      lookLater()
      return () => {
        held.watchers.delete(watcher)
        if (held.watchers.size === 0 && all.get(name) === held) all.delete(name)
      }
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

const nameOf = ({ proof, needs }: { proof: string; needs: string }) => `${needs} ${proof}`
const isKey = ({ actor }: Principal) => actor.startsWith('key:')

/**
 * Something that is another whenever a row changes on which the right of somebody rests (`xmin`: the transaction that wrote
 * the row last), by organisation and actor. What the change means is for the credential to say.
 */
async function readMarks(db: Db, held: Held[]): Promise<Map<string, string>> {
  const wanted = held.map(({ by }) => {
    const [kind, id] = by.actor.split(':')
    return { org_id: by.orgId, kind, id }
  })
  const { rows } = await sql<{ org_id: string; kind: string; id: string; mark: string }>`
    with wanted as (
      select distinct * from json_to_recordset(${JSON.stringify(wanted)}::json) as w (org_id uuid, kind text, id uuid)
    )
    select w.*, concat_ws(' ', o.xmin, case w.kind
      when 'user' then (
        select concat_ws(' ', u.xmin, m.xmin,
          (select string_agg(s.id::text, ',' order by s.id) from user_sessions s
            where s.user_id = w.id and s.org_id = w.org_id),
          (select string_agg(t.id::text, ',' order by t.id) from refresh_tokens t
            where t.org_id = w.org_id and t.user_id = w.id and t.revoked_at is null),
          (select string_agg(r.id_hash::text, ',' order by r.id_hash) from oauth_records r
            where r.user_id = w.id and r.org_id = w.org_id and r.model in ('Grant', 'AccessToken')),
          (select string_agg(a.xmin::text, ',' order by a.id) from oauth_applications a
            where a.org_id = w.org_id and a.id in (
              select r.application_id from oauth_records r where r.user_id = w.id and r.org_id = w.org_id)))
        from users u left join memberships m on m.org_id = w.org_id and m.user_id = u.id
        where u.id = w.id)
      when 'token' then (
        select t.xmin::text from refresh_tokens t where t.org_id = w.org_id and t.id = w.id)
      when 'client' then (
        select concat_ws(' ', a.xmin, (
          select string_agg(r.id_hash::text, ',' order by r.id_hash) from oauth_records r
          where r.org_id = w.org_id and r.application_id = w.id and r.model = 'ClientCredentials'))
        from oauth_applications a where a.org_id = w.org_id and a.id = w.id)
      end) as mark
    from wanted w join orgs o on o.id = w.org_id`.execute(db)
  return new Map(rows.map(({ org_id, kind, id, mark }) => [`${org_id} ${kind}:${id}`, mark]))
}
