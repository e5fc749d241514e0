// What the hosted service answered to who asked for tokens: the union of the keys of all its versions. The first ones came
// as they are from the identity pool that it used.

import type { HeldToken, IssuedTokens, LoggedIn } from '../../access/index.ts'

export const tokenAnswer = ({ idToken, accessToken, expiresInS }: IssuedTokens) => ({
  AuthenticationResult: {
    AccessToken: accessToken,
    ExpiresIn: expiresInS,
    IdToken: idToken,
    TokenType: 'Bearer',
  },
  ChallengeParameters: {},
  token: idToken,
  expires: expiresInS,
})

export const loginAnswer = (login: LoggedIn) => ({
  message: 'Login successful',
  refresh_token: login.refreshToken,
  org_id: login.orgId,
  id: login.refreshTokenId,
  ...tokenAnswer(login),
})

/** The hosted service showed a password here. */
export const invitedAnswer = ({ email, invitation_url: link, warnings }: Invited) => ({
  message: `Your username is ${email}. ${link ? `No mail server is set; pass this address on: ${link}` : 'An invitation was sent there.'}`,
  ...(warnings ? { warnings } : {}),
})

type Invited = { email: string; invitation_url?: string; warnings?: string[] }

export const tokenList = (held: HeldToken[]) => ({
  refresh_tokens: held.map(({ id, masked, state, created_at, revoked_at }) => ({
    token: masked,
    datetime: (revoked_at ?? created_at).toISOString(),
    status: state,
    id,
  })),
})
