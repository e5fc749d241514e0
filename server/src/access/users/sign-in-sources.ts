// Guessing is slowed down, and nobody is shut out by a stranger: each source of attempts (a network, a device that has
// signed in before) waits for itself, longer with each failure. Unknown sources together wait a little for one another,
// which slows those who come from many addresses; a source that has succeeded lately does not wait for others.

import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { sql } from 'kysely'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'

/** How many failures are free, and the longest wait after the last of many. The wait doubles with each failure. */
const ownPace = { free: 9, waitSMax: 900 }
/** Of one account, from everywhere that it has not succeeded from. */
const strangersPace = { free: 40, waitSMax: 30 }
/** From one network on accounts that have not succeeded from there: many people may sit behind it. */
const networkPace = { free: 60, waitSMax: 10 }
/** Failures are forgotten when none was added for so long. */
const forgetHours = 24
/** A source is known for so long after a success. */
const knownDays = 30

const everybody = 'any'
const everyAccount = createHash('sha256').update('any').digest()
const purposes = ['password', 'code'] as const

/** `device`: what a device's cookie holds. `purpose` keeps guesses of passwords and of second factors apart. */
export type SignInSource = {
  email: string
  address: string
  device?: string | null
  purpose?: (typeof purposes)[number]
}

type Counter = { account: Buffer; source: string }
/** `others`: what it counts for beside its own source. */
export type Attempt = { own: Counter; others: Counter[] }

/**
 * Takes an attempt before anything is checked, so that a hundred at once are a hundred; `settleAttempt` gives it back.
 * @throws Problem('limited', 'too_many_attempts') with the seconds to wait
 */
export async function takeAttempt(db: Db, input: SignInSource): Promise<Attempt> {
  const account = accountOf(input.email, input.purpose ?? 'password')
  const device = input.device ? deviceSource(input.device) : null
  const known = await db
    .selectFrom('sign_in_sources')
    .select('source')
    .where('account', '=', account)
    .where('source', 'in', [device ?? '', networkOf(input.address)])
    .where('last_succeeded_at', '>', sql<Date>`now() - make_interval(days => ${knownDays})`)
    .execute()
  const isKnownDevice = known.some(({ source }) => source === device)
  const network = networkOf(input.address)
  const own = { account, source: device && isKnownDevice ? device : network }
  await take(db, own, ownPace)
  if (known.length > 0) return { own, others: [] }
  const others = [
    { account, source: everybody },
    { account: everyAccount, source: network },
  ] as const
  await take(db, others[0], strangersPace)
  await take(db, others[1], networkPace)
  return { own, others: [...others] }
}

/** It was right: the source is known from now on, and its failures are forgotten. */
export async function settleAttempt(db: Db, { own, others }: Attempt): Promise<void> {
  await succeed(db, own)
  for (const { account, source } of others) {
    await db
      .updateTable('sign_in_sources')
      .set({ failures: sql`greatest(failures - 1, 0)` })
      .where('account', '=', account)
      .where('source', '=', source)
      .execute()
  }
}

/** Somebody has signed in, and their browser keeps `device` in a cookie. */
export async function rememberDevice(tx: DbOrTx, email: string, device: string): Promise<void> {
  for (const purpose of purposes)
    await succeed(tx, { account: accountOf(email, purpose), source: deviceSource(device) })
}

const accountOf = (email: string, purpose: (typeof purposes)[number]) =>
  createHash('sha256').update(`${purpose} ${email}`).digest()

async function succeed(db: DbOrTx, { account, source }: Counter): Promise<void> {
  await sql`
    insert into sign_in_sources (account, source, last_succeeded_at) values (${account}, ${source}, now())
    on conflict (account, source) do update set failures = 0, last_succeeded_at = now()`.execute(db)
}

async function take(db: Db, { account, source }: Counter, pace: typeof ownPace): Promise<void> {
  const wait = sql`make_interval(secs =>
    least(2 ^ least(sign_in_sources.failures - ${pace.free}::int, 20), ${pace.waitSMax}::int))`
  const taken = await sql`
    insert into sign_in_sources (account, source, failures) values (${account}, ${source}, 1)
    on conflict (account, source) do update set
      failures = case when sign_in_sources.last_tried_at < now() - make_interval(hours => ${forgetHours}) then 1
        else sign_in_sources.failures + 1 end,
      last_tried_at = now()
    -- A free one waits for nothing, also where one that began later was counted first.
    where sign_in_sources.failures < ${pace.free}::int or sign_in_sources.last_tried_at + ${wait} <= now()
    returning 1`.execute(db)
  if (taken.rows.length > 0) return
  const left = await sql<{ seconds: number }>`
    select greatest(1, ceil(extract(epoch from last_tried_at + ${wait} - now())))::int as seconds
    from sign_in_sources where account = ${account} and source = ${source}`.execute(db)
  throw tooMany(left.rows[0]?.seconds ?? 1)
}

const tooMany = (retryAfterS: number) => {
  const detail = `Too many login attempts. Signing in from here is blocked for ${retryAfterS} s; a device that has signed in before is not.`
  return new Problem('limited', 'too_many_attempts', detail, { retryAfterS })
}

/** What no sign-in needs any more. Sees every organisation. */
export async function forgetOldSignIns(db: Db): Promise<void> {
  await sql`delete from sign_in_sources where last_tried_at < now() - make_interval(hours => ${forgetHours})
    and (last_succeeded_at is null or last_succeeded_at < now() - make_interval(days => ${knownDays}))`.execute(db)
  await sql`delete from user_tokens where expires_at < now()`.execute(db)
  await sql`delete from user_sessions where expires_at < now()`.execute(db)
  // People whose last organisation was deleted. Where memberships are hidden, nobody seems to have one.
  await sql`delete from users where tenant_scope() = '*' and created_at < now() - interval '1 day'
    and not exists (select from memberships where user_id = users.id)`.execute(db)
}

const deviceSource = (device: string) => `device:${createHash('sha256').update(device).digest('base64url')}`

/** Whoever has one address of IPv6 has its whole network of 64 bits. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = '', tail] = address.split('%')[0]?.toLowerCase().split('::') ?? []
  const groups = (text: string) => text.split(':').filter(Boolean)
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const first = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}
