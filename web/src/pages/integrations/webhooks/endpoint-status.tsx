// How an endpoint is doing, in one word: what somebody has decided comes first, then what the breaker says.

import { useTranslation } from 'react-i18next'
import { Status, type Tone } from '../parts/status.tsx'
import type { Endpoint } from './queries.ts'

export type Condition = Endpoint['status'] | 'failing' | 'broken'

export function conditionOf({ status, health }: Pick<Endpoint, 'status' | 'health'>): Condition {
  if (status !== 'active') return status
  if (health.breaker !== 'closed') return 'broken'
  return health.failing_since ? 'failing' : 'active'
}

const tones: Record<Condition, Tone> = {
  active: 'good',
  paused: 'quiet',
  disabled: 'bad',
  unverified: 'warn',
  failing: 'warn',
  broken: 'bad',
}

export function EndpointStatus({ endpoint }: { endpoint: Pick<Endpoint, 'status' | 'health'> }) {
  const { t } = useTranslation('integrations')
  const condition = conditionOf(endpoint)
  return <Status tone={tones[condition]}>{t(`webhooks.condition.${condition}`)}</Status>
}
