// The hosted service's ways to a token, all of its history: whatever the path, the encoding and the spelling of the
// fields. What a token is and who gets one is told in access/.

import { type Static, type TSchema, Type } from 'typebox'
import { type Asking, type PostOffice, resetPassword, sendReset, type Tokens } from '../../access/index.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { invitedAnswer, loginAnswer, tokenAnswer, tokenList } from './auth-answers.ts'
import { optionalText, readLogin, requirePassword, requireText } from './auth-fields.ts'

const tag = 'Tokens'
const everyKind: Route['bodyKinds'] = ['json', 'urlencoded', 'multipart']
/** Strangers send these: no honest one is larger. */
const bodyBytesMax = 64 * 1024
const noStore = { 'Cache-Control': 'no-store' }

const text = Type.String()
const email = Type.Object({ email: text })
const message = Type.Object({ message: text })
const tokenSchema = Type.Object(
  {
    AuthenticationResult: Type.Object({
      AccessToken: text,
      ExpiresIn: Type.Integer({ description: 'Seconds' }),
      IdToken: text,
      TokenType: text,
    }),
    ChallengeParameters: Type.Object({}),
    token: Type.String({ description: 'The Id token' }),
    expires: Type.Integer({ description: 'Seconds' }),
  },
  { additionalProperties: true },
)

export function authRoutes(input: {
  tokens: Tokens
  /** `POST /v1/users`. */
  inviteUser: Route
  postOffice: PostOffice
}): Route[] {
  const { tokens, inviteUser, postOffice } = input

  const post = <T extends TSchema>(
    path: Route['paths'],
    words: { summary: string; description?: string; auth?: Route['auth']; body: TSchema; answer: T },
    handle: (fields: Record<string, unknown>, asking: Asking, by: Principal) => Promise<Static<T>>,
  ) =>
    route({
      method: 'POST',
      paths: path,
      summary: words.summary,
      ...(words.description ? { description: words.description } : {}),
      tag,
      auth: words.auth ?? 'open',
      bodyKinds: everyKind,
      bodyBytesMax,
      body: words.body,
      answers: { 200: { description: 'Done', schema: words.answer } },
      async handle(call) {
        const { address, requestId, by } = call
        return ok(await handle(await call.fields(), { address, requestId }, by), noStore)
      },
    })

  return [
    post(
      ['/generateAuthToken', '/generate', '/auth/generate'],
      {
        summary: 'Exchange a refresh token for an Id token and an access token of a day',
        description:
          'Either is then sent as `Authorization: Bearer` or `X-API-Key`. The field is `refresh_token` or `REFRESH_TOKEN`.',
        body: Type.Object({ refresh_token: text }),
        answer: tokenSchema,
      },
      async (fields, asking) =>
        tokenAnswer(await tokens.exchange.forRefreshToken(requireText(fields, 'refresh_token'), asking)),
    ),
    post(
      ['/auth/login'],
      {
        summary: 'Get a refresh token, and the tokens of a day, for an e-mail address and a password',
        description:
          'The refresh token is in this answer and in no later one; `id` revokes it. `code` where the account has a second factor; `org_id` for another organisation than the first one.',
        body: Type.Object({ email: text, password: text, code: Type.Optional(text), org_id: Type.Optional(text) }),
        answer: Type.Object(
          { message: text, refresh_token: text, org_id: text, id: text, ...tokenSchema.properties },
          { additionalProperties: true },
        ),
      },
      async (fields, asking) => loginAnswer(await tokens.exchange.forPassword(readLogin(fields), asking)),
    ),
    route({
      method: 'POST',
      paths: ['/auth/create_user'],
      summary: 'Invite a user',
      description:
        'As a supervisor of the whole organisation; `POST /v1/users` says it more exactly. Nobody is ever sent a password: the invitation leads to where one is chosen.',
      tag,
      auth: inviteUser.auth,
      bodyKinds: everyKind,
      bodyBytesMax,
      body: email,
      answers: { 200: { description: 'Invited', schema: message } },
      async handle(call) {
        const email = requireText(await call.fields(), 'email')
        const fields = async () => ({ email, role: 'supervisor', level: 'organisation' })
        const { body } = await inviteUser.handle({ ...call, fields })
        return ok(invitedAnswer(body as Parameters<typeof invitedAnswer>[0]), noStore)
      },
    }),
    post(
      ['/auth/reset_password'],
      { summary: 'Ask for a mail with which a new password can be set', body: email, answer: message },
      async (fields) => {
        // Answered before anything is known of the address, and the same for every one.
        const email = requireText(fields, 'email')
        everyOrg(() => sendReset(postOffice, email)).catch((err) =>
          postOffice.log.warn({ err }, 'a mail to reset a password was not sent'),
        )
        return {
          message: 'Password reset initiated successfully. Please check your email for further instructions.',
        }
      },
    ),
    post(
      ['/auth/confirm_reset_password'],
      {
        summary: 'Set a new password with what the mail holds',
        description: '`confirmation_code` is the address in the mail, or what stands in it after `reset=`.',
        body: Type.Object({ email: text, confirmation_code: text, new_password: text }),
        answer: message,
      },
      async (fields, { requestId }) => {
        requireText(fields, 'email')
        const token = requireText(fields, 'confirmation_code').replace(/^.*#reset=/s, '')
        await resetPassword(postOffice, { token, password: requirePassword(fields, 'new_password'), requestId })
        return { message: 'Password reset confirmed successfully.' }
      },
    ),
    route({
      method: 'GET',
      paths: ['/auth/get_tokens'],
      summary: 'List refresh tokens, masked',
      description:
        "Of the user with this address; without one, of the organisation's integrations. Others' need `keys:manage`.",
      tag,
      auth: 'any',
      query: Type.Object({ email: Type.Optional(Type.String({ maxLength: 320 })) }),
      answers: { 200: { description: 'Newest first, revoked ones too' } },
      handle: async ({ by, query }) => ok(tokenList(await tokens.held(by, query.email?.trim() || null)), noStore),
    }),
    post(
      ['/auth/revoke_token'],
      {
        summary: 'Revoke a refresh token, by its id or by what the list shows of it',
        auth: 'any',
        body: Type.Object({ email: Type.Optional(text), id: text }),
        answer: message,
      },
      async (fields, { requestId }, by) => {
        const handle = requireText(fields, 'id', 'token')
        await tokens.revoke(by, { email: optionalText(fields, 'email'), handle, requestId })
        return { message: 'Refresh token revoked successfully.' }
      },
    ),
  ]
}
