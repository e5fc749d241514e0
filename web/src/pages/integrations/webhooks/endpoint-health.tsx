// The last 24 hours of an endpoint in figures.

import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { Failed } from '../../../components/states.tsx'
import { Figures } from '../parts/facts.tsx'
import { ShareBar } from '../parts/status.tsx'
import { type Endpoint, figuresQuery } from './queries.ts'

export function EndpointHealth({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const figures = useQuery(figuresQuery(endpoint.webhook_id))
  if (figures.isError && !figures.data) return <Failed error={figures.error} retry={() => void figures.refetch()} />
  if (!figures.data) return <Skeleton height={76} aria-label={t('webhooks.counting')} role="status" />
  const { delivered, dead, success_share, latency_ms, waiting, held, is_sample } = figures.data
  const isActive = endpoint.status === 'active'
  const amount = isActive ? waiting : held
  return (
    <div>
      <Figures
        label={t('webhooks.day')}
        facts={[
          {
            name: t('webhooks.column.success'),
            value:
              success_share === null ? (
                <Absent reason={t('webhooks.nothingSent')} />
              ) : (
                <ShareBar share={success_share} label={t('webhooks.column.success')} />
              ),
          },
          { name: t('webhooks.figure.delivered'), value: number(delivered) },
          { name: t('webhooks.figure.dead'), value: number(dead) },
          {
            name: t(isActive ? 'webhooks.figure.waiting' : 'webhooks.figure.held'),
            value: typeof amount === 'number' ? number(amount) : amount,
          },
          {
            name: t('webhooks.figure.latency'),
            value: latency_ms ? (
              t('webhooks.latency', { p50: number(latency_ms.p50), p99: number(latency_ms.p99) })
            ) : (
              <Absent reason={t('webhooks.nothingSent')} />
            ),
          },
          {
            name: t('webhooks.column.lastSuccess'),
            value: endpoint.health.last_success_at ? (
              <When at={endpoint.health.last_success_at} relative />
            ) : (
              <Absent reason={t('webhooks.never')} />
            ),
          },
        ]}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {t(is_sample ? 'webhooks.sample' : 'webhooks.day')}
      </Text>
    </div>
  )
}
