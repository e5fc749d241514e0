// Registers applications in the form of RFC 7591, for tools that speak it. Only where the setting allows it, and only for
// who may register applications anyway: their key or token is the initial access token (§3).

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { type Answer, type Fields, type Route, route } from '../../platform/http/route.ts'
import { httpStatus, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { refuseLiveFromTest } from '../keys/routes.ts'
import { tag } from './application-fields.ts'
import { type Application, createApplication, type NewApplication } from './applications.ts'

export const registrationPath = '/oauth/register'

const texts = Type.Array(Type.String())

const metadata = Type.Object(
  {
    client_name: Type.String({ maxLength: 100 }),
    scope: Type.String({ description: 'What it may be given at most, with spaces between' }),
    redirect_uris: Type.Optional(texts),
    grant_types: Type.Optional(texts),
    token_endpoint_auth_method: Type.Optional(Type.String()),
  },
  { examples: [{ client_name: 'Reports', scope: 'calls:read', redirect_uris: ['https://app.example.com/callback'] }] },
)

export function registrationRoute({ db, secrets }: { db: Db; secrets: Secrets }): Route {
  return route({
    method: 'POST',
    paths: [registrationPath],
    summary: 'Register an OAuth application in the form of RFC 7591',
    description: 'What it names beyond these fields is ignored, as RFC 7591 has it.',
    tag,
    auth: 'applications:manage',
    body: metadata,
    answers: {
      201: { description: 'The application with its secret' },
      400: { description: 'What cannot be registered' },
    },
    answerProblem,
    async handle(call) {
      const input = readMetadata(await call.fields())
      const { by, requestId } = call
      return db.transaction().execute(async (tx) => {
        await refuseLiveFromTest(tx, by)
        const { application, secret } = await createApplication(tx, secrets, by, input)
        const { kind, scopes, redirect_uris, acts_alone } = application
        const data = { kind, scopes, redirect_uris, acts_alone }
        const entry = { action: 'oauth.application.create', target: application.id, requestId, data }
        await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, ...entry }])
        return { status: 201, body: information(application, secret), headers: { 'Cache-Control': 'no-store' } }
      })
    },
  })
}

function readMetadata(fields: Fields): NewApplication {
  const { client_name, scope, redirect_uris = [], grant_types = ['authorization_code'] } = fields
  const { token_endpoint_auth_method: method = 'client_secret_basic', response_types = ['code'] } = fields
  const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 2000
  const areTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.length <= 50 && value.every(isText)
  if (!isText(client_name) || client_name.length > 100)
    throw refusal('client_name must be a text of 1 to 100 characters')
  if (!isText(scope)) throw refusal('scope must name what the application may be given at most')
  if (!areTexts(redirect_uris)) throw refusal('redirect_uris must be a list of texts')
  if (!areTexts(grant_types) || !grant_types.every((one) => grantTypes.includes(one))) {
    throw refusal(`grant_types may have ${grantTypes.join(', ')}`)
  }
  if (!areTexts(response_types) || response_types.some((one) => one !== 'code')) {
    throw refusal('response_types may have code alone')
  }
  if (!authMethods.includes(String(method)))
    throw refusal(`token_endpoint_auth_method must be one of ${authMethods.join(', ')}`)
  return {
    name: client_name,
    kind: method === 'none' ? 'public' : 'confidential',
    redirect_uris: grant_types.includes('authorization_code') ? redirect_uris : [],
    scopes: scope.split(' ').filter((one) => one && one !== 'openid' && one !== 'offline_access'),
    acts_alone: grant_types.includes('client_credentials'),
  }
}

const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials']
const authMethods = ['client_secret_basic', 'client_secret_post', 'none']
const refusal = (detail: string) => new Problem('invalid', 'invalid_client_metadata', `${detail}.`)

/** RFC 7591 §3.2.1. */
function information(application: Application, secret: string | null) {
  const { id, name, kind, redirect_uris, scopes, acts_alone, created_at } = application
  const hasUsers = redirect_uris.length > 0
  return {
    client_id: id,
    client_id_issued_at: Math.floor(created_at.getTime() / 1000),
    ...(secret ? { client_secret: secret, client_secret_expires_at: 0 } : {}),
    client_name: name,
    redirect_uris,
    scope: scopes.join(' '),
    grant_types: [
      ...(hasUsers ? ['authorization_code', 'refresh_token'] : []),
      ...(acts_alone ? ['client_credentials'] : []),
    ],
    response_types: hasUsers ? ['code'] : [],
    token_endpoint_auth_method: kind === 'public' ? 'none' : 'client_secret_basic',
  }
}

/** RFC 7591 §3.2.2; RFC 6750 §3.1 for who is not let in. */
function answerProblem({ kind, code, detail }: Problem): Answer {
  const errors: Record<string, string> = { unauthenticated: 'invalid_token', forbidden: 'insufficient_scope' }
  const error = code === 'invalid_redirect_uri' ? code : (errors[kind] ?? 'invalid_client_metadata')
  return { status: httpStatus[kind], body: { error, error_description: detail } }
}
