// Who asks, and what they may. The only door into this slice.

export { type AuditEntry, writeAudit } from './audit.ts'
export { type Authenticate, authenticator } from './authenticate.ts'
export { type ApiKeys, apiKeys } from './api-keys.ts'
export { answerOnce, forgetOldAnswers, type Idempotency, idempotencyOf, recallAnswers, storeAnswers } from './idempotency.ts'
export {
  type Org,
  type OrgSettings,
  changeOrg,
  createOrg,
  deleteOrg,
  findOrg,
  findOrgByAlias,
  orgReader,
  listOrgs,
  resolveOrgId,
} from './orgs.ts'
export { rateLimits } from './quotas.ts'
export type { Principal } from '../platform/http/route.ts'
