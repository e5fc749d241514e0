// Who asks, and what they may. The only door into this slice.

export { type ApiKeys, apiKeys } from './api-keys.ts'
export { writeAudit } from './audit.ts'
export { authenticator } from './authenticate.ts'
export {
  answerOnce,
  forgetOldAnswers,
  type Idempotency,
  idempotencyOf,
  recallAnswers,
  storeAnswers,
  wasAnswered,
} from './idempotency.ts'
export {
  changeOrg,
  createOrg,
  deleteOrg,
  findOrg,
  findOrgByAlias,
  listOrgs,
  type Org,
  type OrgChange,
  type OrgSettings,
  orgReader,
  resolveOrgId,
} from './orgs.ts'
export { rateLimits } from './quotas.ts'
