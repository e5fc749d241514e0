// One endpoint: how it is doing, what was sent to it, its settings, its secrets, and how a receiver checks what comes.

import { Alert, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { useAddress } from '../parts/address.ts'
import { OnePage } from '../parts/one-page.tsx'
import { AddressTabs } from '../parts/tabs.tsx'
import { Deliveries } from './deliveries.tsx'
import { EndpointActions } from './endpoint-actions.tsx'
import { EndpointFacts } from './endpoint-facts.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { EndpointHealth } from './endpoint-health.tsx'
import { conditionOf, EndpointStatus } from './endpoint-status.tsx'
import { type Endpoint, endpointQuery, nameOf } from './queries.ts'
import { ReceiverCode } from './receiver-code.tsx'
import { Secrets } from './secrets.tsx'

export function WebhookPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(endpointQuery(id))}
      section="webhooks"
      room={t('webhooks.title')}
      title={(one) => (one ? nameOf(one) : t('webhooks.one'))}
      standing={(endpoint) => <Standing endpoint={endpoint} />}
      actions={(endpoint) => <EndpointActions endpoint={endpoint} />}
    >
      {(endpoint) => <Body endpoint={endpoint} />}
    </OnePage>
  )
}

function Standing({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  return (
    <>
      {' · '}
      {t(`webhooks.kind.${endpoint.kind}`)}
      {endpoint.name ? ` · ${endpoint.url}` : ''} <EndpointStatus endpoint={endpoint} />
    </>
  )
}

function Body({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const { webhook_id: id, kind } = endpoint
  const condition = conditionOf(endpoint)
  return (
    <Stack gap="md">
      {condition !== 'active' && (
        <Alert
          color={
            condition === 'paused' ? 'gray' : condition === 'disabled' || condition === 'broken' ? 'red' : 'yellow'
          }
          title={t(`webhooks.condition.${condition}`)}
        >
          {t(`webhooks.why.${condition}`)} {endpoint.status !== 'active' && endpoint.status_reason}{' '}
          {condition === 'broken' && endpoint.health.open_until && <When at={endpoint.health.open_until} relative />}
        </Alert>
      )}
      <EndpointHealth endpoint={endpoint} />
      <AddressTabs
        label={t('webhooks.tabs')}
        tabs={[
          {
            value: 'deliveries',
            label: t('webhooks.tab.deliveries'),
            content: () => <Deliveries endpoint={endpoint} />,
          },
          {
            value: 'settings',
            label: t('webhooks.tab.settings'),
            content: () => <EndpointFacts endpoint={endpoint} />,
          },
          ...(kind === 'http'
            ? [
                { value: 'secrets', label: t('webhooks.tab.secrets'), content: () => <Secrets endpoint={endpoint} /> },
                { value: 'code', label: t('webhooks.tab.code'), content: () => <ReceiverCode /> },
              ]
            : []),
        ]}
      />
      {search.open === 'edit' && (
        <EndpointForm id={id} onClose={() => set({ open: undefined })} onDone={() => set({ open: undefined })} />
      )}
    </Stack>
  )
}
