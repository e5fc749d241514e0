// Who asks, and what they may. The only door into this slice.

export { access } from './access.ts'
export { exportAudit, exportFormats } from './audit/export.ts'
export { headSigner, type SignedHead } from './audit/signed-heads.ts'
export { auditedOrgs, verifyAudit } from './audit/verification.ts'
export { type AuditHeads, lockAudit, writeAudit } from './audit/write.ts'
export { authenticator } from './authenticate.ts'
export { holderNow } from './holders.ts'
export {
  answerColumn,
  answerOnce,
  forgetOldAnswers,
  freeKeys,
  type Idempotency,
  idempotencyOf,
  isReplayed,
  recallAnswers,
  storeAnswers,
  wasAnswered,
} from './idempotency.ts'
export { type ApiKeys, apiKeys } from './keys/api-keys.ts'
export { warnOfExpiry } from './keys/expiry.ts'
export { keyView, lifetimeDaysMax as keyLifetimeDaysMax, readScopes } from './keys/key-fields.ts'
export { environments, idInKey } from './keys/key-format.ts'
export {
  type ApiKey,
  firstKeys,
  listKeys,
  orgOfKey,
  overlapHoursMax,
  requireKey,
  requireKeyToChange,
  revokeKey,
} from './keys/keys.ts'
export { forgetOldUsage } from './keys/usage.ts'
export type { TakeOne } from './limits/admission.ts'
export { forgetIdleBuckets } from './limits/leases.ts'
export {
  type Claim,
  openUsage,
  readUsage,
  releaseUsage,
  reserveUsage,
  settleUsage,
  type ThresholdReached,
  type UsageKind,
  type UsageMonth,
  usageName,
} from './limits/usage.ts'
export { forgetExpiredOauth } from './oauth/records.ts'
export type { Tickets } from './one-time-tickets.ts'
export { readSettings } from './org-settings.ts'
export {
  changeOrg,
  createOrg,
  deleteOrg,
  findOrg,
  findOrgByAlias,
  listOrgs,
  nilOrg,
  type Org,
  type OrgChange,
  orgReader,
  requireNoHold,
  resolveOrgId,
} from './orgs.ts'
export { authorise, roleScopes } from './permissions.ts'
export type { Wrappers } from './secrets/data-keys.ts'
export { openSecrets } from './secrets/open-secrets.ts'
export { type Report, renewDataKeys, rewrapSecrets, type Watcher } from './secrets/rewrap.ts'
export type { Standing } from './standing.ts'
export { createDepartment, type Department, departmentsNamed, listDepartments } from './teams/departments.ts'
export { relinkMembers } from './teams/members.ts'
export { colours, type NameBearers, readName, tidyName } from './teams/names.ts'
export { departmentsOf, insertTeam, listTeams, type Team, teamsNamed } from './teams/teams.ts'
export type { IssuedTokens } from './tokens/id-tokens.ts'
export { signingKeyColumn } from './tokens/signing-keys.ts'
export type { Asking, LoggedIn, Login } from './tokens/token-exchange.ts'
export type { HeldToken, Tokens } from './tokens/tokens.ts'
export { colleaguesOf, namesOf } from './users/colleagues.ts'
export { normaliseEmail, requireEmail } from './users/email.ts'
export { acceptInvitation } from './users/invitations.ts'
export { makeOwner, makeResetLink, setOperator } from './users/operator-links.ts'
export { type PostOffice, resetPassword, sendReset } from './users/password-resets.ts'
export { responsibleAddresses } from './users/responsible-people.ts'
export { totpColumn } from './users/second-factor.ts'
export { forgetOldSignIns } from './users/sign-in-sources.ts'
export { type Written, writeOnce } from './write-once.ts'
