// The tokens of the hosted service put together: what exchanges them, lets them in, and manages them.

import type { Db } from '../../platform/db/db.ts'
import type { Principal, Route } from '../../platform/http/route.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Credential } from '../authenticate.ts'
import type { Again } from '../proof.ts'
import { heldTokens, revokeHeldToken } from './held-tokens.ts'
import { tokenLifeS } from './id-tokens.ts'
import { type RefreshToken, stateOf } from './refresh-tokens.ts'
import { refreshTokenRoutes } from './routes.ts'
import { signingKeys } from './signing-keys.ts'
import { tokenCredential } from './token-credential.ts'
import { type TokenExchange, type TokenLimits, tokenExchange } from './token-exchange.ts'

/** How long a clock of another node may be behind. */
const clockLeewayS = 300

export type HeldToken = Pick<RefreshToken, 'id' | 'masked' | 'created_at' | 'revoked_at'> & {
  state: ReturnType<typeof stateOf>
}

export type Tokens = {
  exchange: TokenExchange
  /** Those that the caller may see: of the user with this address, of integrations where there is none. Newest first. */
  held(by: Principal, email: string | null): Promise<HeldToken[]>
  /** By its id, or by what the list shows. @throws Problem('not_found'), Problem('conflict', 'ambiguous_token') */
  revoke(by: Principal, which: { email: string | null; handle: string; requestId: string }): Promise<void>
  credential: Credential
  again: Again
  routes: Route[]
}

export function openTokens({ db, secrets, limits }: { db: Db; secrets: Secrets; limits: TokenLimits }): Tokens {
  const keys = signingKeys(db, secrets, (tokenLifeS + clockLeewayS) * 1000)
  const { credential, again, forget } = tokenCredential(db, keys)
  return {
    exchange: tokenExchange({ db, secrets, keys, limits }),
    async held(by, email) {
      const rows = await heldTokens(db, by, email)
      return rows.map((row) => ({ ...row, state: stateOf(row) }))
    },
    async revoke(by, which) {
      await db.transaction().execute((tx) => revokeHeldToken(tx, by, which))
      forget()
    },
    credential,
    again,
    routes: refreshTokenRoutes({ db, secrets, keys, forget }),
  }
}
