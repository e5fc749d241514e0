// The settings of an endpoint, to be read.

import { Code } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { type Fact, Facts } from '../parts/facts.tsx'
import type { Endpoint } from './queries.ts'

export function EndpointFacts({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { dateTime } = useFormats()
  const { filter, retry_waits_s, client_certificate: certificate, settings, public_key } = endpoint
  const facts: Fact[] = [
    { name: t('webhooks.field.url'), value: endpoint.url },
    { name: t('events.choose'), value: endpoint.events.join(', ') },
    { name: t('filter.label'), value: filter ? <Code>{filter}</Code> : t('webhooks.noFilter') },
    { name: t('webhooks.field.style'), value: t(`webhooks.style.${endpoint.style}`) },
    { name: t('webhooks.field.format'), value: t(`webhooks.format.${endpoint.format}`) },
    { name: t('webhooks.field.ordering'), value: t(`webhooks.ordering.${endpoint.ordering ?? 'none'}`) },
    { name: t('webhooks.field.rate'), value: endpoint.rate_per_s ?? t('webhooks.unlimited') },
    {
      name: t('webhooks.field.retries'),
      value:
        retry_waits_s === null
          ? t('webhooks.retries.usual')
          : retry_waits_s.length === 0
            ? t('webhooks.retries.once')
            : t('webhooks.waits', { waits: retry_waits_s.join(', ') }),
    },
    {
      name: t('webhooks.field.headers'),
      value: Object.keys(endpoint.headers).join(', ') || <Absent reason={t('nothing')} />,
    },
    ...(public_key ? [{ name: t('webhooks.publicKey'), value: <Code>{public_key}</Code> }] : []),
    ...(certificate
      ? [
          {
            name: t('webhooks.field.certificate'),
            value: `${certificate.subject} · ${t('until', { at: dateTime(certificate.expires_at) })}`,
          },
        ]
      : []),
    ...Object.entries((settings ?? {}) as Record<string, unknown>)
      .filter(([name, value]) => name !== 'url' && value !== null)
      .map(([name, value]) => ({ name, value: String(value) })),
    { name: t('webhooks.verified'), value: <When at={endpoint.verified_at} /> },
    { name: t('created'), value: <When at={endpoint.created_at} /> },
    { name: t('changed'), value: <When at={endpoint.updated_at} /> },
  ]
  return <Facts facts={facts} label={t('webhooks.tab.settings')} />
}
