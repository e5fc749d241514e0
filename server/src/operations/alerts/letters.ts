// The mails of alerts: which are due, and what stands in them. Many of one rule at once become one that sums them up. One
// job for each address, so that a try that failed for one is not made again for the others.

import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail, Message } from '../../platform/mail.ts'
import { type Alert, type MailNews, type Rule, severities } from './shapes.ts'
import { detailOf, titleOf } from './wording.ts'

/** Of one rule; what comes beyond is told by one mail a minute. */
const mailsPerMinute = 20
/** As a count of mails: the one that sums up has been written. */
const summedUp = 1000
const minuteMs = 60_000
const listedMax = 20
const recipientsMax = 50
const dueMax = 10_000

type Letter = {
  orgId: string
  to: string
  news: MailNews | 'assigned'
  /** `total` is more when not all are named. */
  alertIds: string[]
  total: number
}

export const alertMailJob: Job<Letter> = job<Letter>({
  name: 'alerts.tell',
  retryLimit: 8,
  timeoutS: 120,
  concurrency: 1,
})

type Parts = { db: Db; queue: () => Queue; mail: Mail }

/** Queues the mails that are due, of every organisation. */
export async function queueLetters(parts: Parts, now: Date): Promise<void> {
  const { rows } = await sql<{ orgId: string; ruleId: string }>`
    select distinct org_id as "orgId", rule_id as "ruleId" from alerts where mail_due is not null limit 500`.execute(
    parts.db,
  )
  for (const { orgId, ruleId } of rows) {
    await parts.db.transaction().execute((tx) => queueLettersOf(tx, parts, { orgId, ruleId, now }))
  }
}

async function queueLettersOf(
  tx: Tx,
  { queue, mail }: Parts,
  { orgId, ruleId, now }: { orgId: string; ruleId: string; now: Date },
): Promise<void> {
  const found = await sql<Rule & { mails_since: Date | number; mails: number }>`
    select *, greatest(mails_since, 'epoch') as mails_since from alert_rules
    where org_id = ${orgId} and id = ${ruleId} for no key update skip locked`.execute(tx)
  const [rule] = found.rows
  const due = await sql<Pick<Alert, 'id'> & { mail_due: MailNews; severity: Alert['severity'] }>`
    select id, mail_due, severity from alerts where org_id = ${orgId} and rule_id = ${ruleId} and mail_due is not null
    order by id limit ${dueMax} for update skip locked`.execute(tx)
  if (!rule || due.rows.length === 0) return
  const addresses = mail.isSet ? await recipientsOf(tx, rule) : []
  const isNewMinute = now.getTime() - new Date(rule.mails_since).getTime() >= minuteMs
  const before = isNewMinute ? 0 : rule.mails
  const isMany = before + due.rows.length > mailsPerMinute
  if (addresses.length > 0 && isMany && before >= summedUp) return
  const letters = isMany
    ? [{ news: newsOf(due.rows), alertIds: worstOf(due.rows), total: due.rows.length }]
    : due.rows.map(({ id, mail_due }) => ({ news: mail_due, alertIds: [id], total: 1 }))
  await queue().enqueue(
    tx,
    alertMailJob,
    letters.flatMap((letter) => addresses.map((to) => ({ input: { orgId, to, ...letter }, group: orgId }))),
  )
  await sql`
    update alert_rules set mails_since = ${isNewMinute ? now : new Date(rule.mails_since)},
      mails = ${isMany ? summedUp : before + letters.length}
    where org_id = ${orgId} and id = ${ruleId}`.execute(tx)
  // The cool-down goes by the mails that said that something is there.
  await sql`
    update alerts set mail_due = null, is_mailed = mail_due <> 'resolved',
      mailed_at = case when mail_due = 'resolved' then mailed_at else ${now} end
    where org_id = ${orgId} and id = any (${due.rows.map(({ id }) => id)}::uuid[])`.execute(tx)
}

const newsOf = (due: { mail_due: MailNews }[]): MailNews =>
  due.every(({ mail_due }) => mail_due === 'resolved')
    ? 'resolved'
    : due.some(({ mail_due }) => mail_due === 'opened')
      ? 'opened'
      : 'again'

const worstOf = (due: { id: string; severity: Alert['severity'] }[]) =>
  due
    .toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
    .slice(0, listedMax)
    .map(({ id }) => id)

/** People of these roles who see the whole organisation: others might be told of what they may not see. */
async function recipientsOf(tx: Tx, { org_id, mail_to, mail_roles }: Rule): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select u.email from memberships m join users u on u.id = m.user_id
    where m.org_id = ${org_id} and m.role = any (${mail_roles}) and m.level = 'organisation'
      and m.state = 'active' and u.state = 'active'
    order by m.user_id limit ${recipientsMax}`.execute(tx)
  return [...new Set([...mail_to, ...rows.map(({ email }) => email)])].slice(0, recipientsMax)
}

/** Whoever is given an alert is told, unless they took it themselves. */
export async function tellAssigned(
  tx: Tx,
  { queue, mail }: Parts,
  alert: Pick<Alert, 'org_id' | 'id' | 'owner_id'>,
  actor: string,
): Promise<void> {
  if (!mail.isSet || alert.owner_id === null || actor === `user:${alert.owner_id}`) return
  const { rows } = await sql<{ email: string }>`select email from users where id = ${alert.owner_id}`.execute(tx)
  const orgId = alert.org_id
  const letters = rows.map(
    ({ email }): Letter => ({ orgId, to: email, news: 'assigned', alertIds: [alert.id], total: 1 }),
  )
  await queue().enqueue(
    tx,
    alertMailJob,
    letters.map((input) => ({ input, group: orgId })),
  )
}

export function alertMailWorker(input: { db: Db; mail: Mail; log: Log; publicUrl: () => string }): Worker {
  return worker<Letter>({
    job: alertMailJob,
    async handle(letter) {
      const { rows } = await sql<Alert>`
        select * from alerts where org_id = ${letter.orgId} and id = any (${letter.alertIds}::uuid[])
        order by array_position(${letter.alertIds}::uuid[], id)`.execute(input.db)
      // What is not true any more need not be told.
      const alerts = rows.filter(({ state }) => isStillSo(letter.news, state))
      if (alerts.length > 0) await input.mail.send(messageOf(letter, alerts, input.publicUrl()))
      return undefined
    },
    async bury({ orgId, alertIds }) {
      input.log.warn({ orgId, alertIds }, 'a mail about alerts could not be sent')
      return undefined
    },
  })
}

function isStillSo(news: Letter['news'], state: Alert['state']): boolean {
  if (news === 'resolved') return state === 'resolved'
  return news === 'assigned' ? state === 'assigned' : state === 'open'
}

const words: Record<Letter['news'], string> = {
  opened: 'Something needs attention',
  again: 'This is still so',
  resolved: 'This is over',
  assigned: 'This was given to you',
}

function messageOf({ to, news, total }: Letter, alerts: Alert[], publicUrl: string): Message {
  const [first] = alerts as [Alert]
  const oneLine = (text: string) => text.replace(/[\s\p{Cc}]+/gu, ' ')
  const about = total === 1 ? titleOf(first) : `${first.rule_name} (${total} alerts)`
  const isOver = news === 'resolved' ? 'over: ' : ''
  const parts = alerts.map(
    (alert) => `${titleOf(alert)}, ${alert.severity}
${detailOf(alert)}
Since ${alert.first_at.toISOString()}, last seen ${alert.last_at.toISOString()}
${publicUrl}/v1/alerts/${alert.id}
`,
  )
  const more = total > alerts.length ? [`And ${total - alerts.length} more: ${publicUrl}/v1/alerts?state=open\n`] : []
  return {
    to,
    subject: `Indaba: ${isOver}${oneLine(about)}`,
    text: `${words[news]}.\n\n${[...parts, ...more].join('\n')}`,
  }
}
