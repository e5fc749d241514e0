// The tokens by which the first administrator is made: whoever can read what the program prints where it runs may make
// one. They work while there is no user, and only their hashes are kept.

import { sql } from 'kysely'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { equalSecret } from '../../platform/secrets.ts'
import { hashToken, newToken } from '../users/one-time-token.ts'

/** Several processes print one each; of more, the oldest go. */
const tokensMax = 20
/** The page that takes the token from the part of the address that browsers send to nobody. */
const welcomePath = '/app/welcome'

/** Whether nobody has an account yet. People belong to no organisation: any scope will do. */
export async function isSetupNeeded(db: DbOrTx): Promise<boolean> {
  const { rows } = await sql`select from users limit 1`.execute(db)
  return rows.length === 0
}

/** The link by which the first administrator is made; null where there is a user. */
export async function makeSetupLink(db: Db, publicUrl: string): Promise<string | null> {
  if (!(await isSetupNeeded(db))) return null
  const token = newToken()
  await sql`insert into setup_tokens (hash) values (${hashToken(token)})`.execute(db)
  await sql`
    delete from setup_tokens where hash not in (
      select hash from setup_tokens order by created_at desc limit ${tokensMax})`.execute(db)
  return `${publicUrl}${welcomePath}#token=${token}`
}

export async function isSetupToken(db: DbOrTx, token: string): Promise<boolean> {
  const hash = hashToken(token)
  const rows = await db.selectFrom('setup_tokens').select('hash').execute()
  // All of them, whichever fits.
  return rows.map((row) => equalSecret(row.hash, hash)).includes(true)
}

export async function endSetup(tx: DbOrTx): Promise<void> {
  await sql`delete from setup_tokens`.execute(tx)
}
