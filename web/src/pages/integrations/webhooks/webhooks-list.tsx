// All endpoints, webhooks and brokers alike, with how each is doing.

import { Button, Table, Text } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Absent, When } from '../../../components/figures.tsx'
import { Page } from '../../../components/page.tsx'
import { Blank, Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { NameLink } from '../parts/name-link.tsx'
import { Once, type Shown } from '../parts/once.tsx'
import { ShareBar } from '../parts/status.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { EndpointStatus } from './endpoint-status.tsx'
import { type Endpoint, endpointsQuery, figuresQuery, nameOf } from './queries.ts'

export function WebhooksList() {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const endpoints = useQuery(endpointsQuery)
  const [made, setMade] = useState<{ id: string; secret: string; warnings: string[] } | null>(null)
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ open: 'new' })}>
      {t('webhooks.add')}
    </Button>
  )
  return (
    <Page title={t('webhooks.title')} about={t('webhooks.about')} actions={create}>
      <Loaded query={endpoints}>
        {(all) =>
          all.length === 0 ? (
            <Blank title={t('webhooks.none.title')} icon={IconWebhook} action={create}>
              {t('webhooks.none.text')}
            </Blank>
          ) : (
            <TableRegion
              label={t('webhooks.title')}
              minWidth={860}
              headings={(['endpoint', 'events', 'status', 'success', 'queue', 'lastSuccess'] as const).map((key) =>
                t(`webhooks.column.${key}`),
              )}
            >
              {all.map((endpoint) => (
                <Row key={endpoint.webhook_id} endpoint={endpoint} />
              ))}
            </TableRegion>
          )
        }
      </Loaded>
      {search.open === 'new' && (
        <EndpointForm
          onClose={() => set({ open: undefined })}
          onDone={({ webhook_id, secret, warnings = [] }) => {
            set({ open: undefined })
            setMade({ id: webhook_id, secret: secret ?? '', warnings })
          }}
        />
      )}
      <Once
        title={t('webhooks.made')}
        items={made && secretItems(made.secret, t('webhooks.secret'))}
        warnings={made?.warnings ?? []}
        onClose={() => {
          const id = made?.id ?? ''
          setMade(null)
          go({ section: 'webhooks', id })
        }}
      />
    </Page>
  )
}

const secretItems = (value: string, label: string): Shown[] => (value ? [{ label, value }] : [])

function Row({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { kind, url, name, events, health, webhook_id } = endpoint
  return (
    <Table.Tr>
      <Table.Td maw={340}>
        <NameLink section="webhooks" id={webhook_id} under={kind === 'http' ? name && url : t(`webhooks.kind.${kind}`)}>
          {nameOf(endpoint)}
        </NameLink>
      </Table.Td>
      <Table.Td>
        <Text size="sm" title={events.join(', ')} lineClamp={2}>
          {events.length > 2 ? t('webhooks.types', { count: events.length }) : events.join(', ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <EndpointStatus endpoint={endpoint} />
      </Table.Td>
      <Table.Td>
        <Success id={webhook_id} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          {t(endpoint.status === 'active' ? 'webhooks.waitingCount' : 'webhooks.heldCount', {
            amount: endpoint.status === 'active' ? health.waiting : health.held,
          })}
        </Text>
      </Table.Td>
      <Table.Td>
        {health.last_success_at ? (
          <When at={health.last_success_at} relative />
        ) : (
          <Absent reason={t('webhooks.never')} />
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function Success({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  const { data } = useQuery(figuresQuery(id))
  const share = data?.success_share ?? null
  if (share === null) return <Absent reason={t(data ? 'webhooks.nothingSent' : 'webhooks.counting')} />
  return <ShareBar share={share} label={t('webhooks.column.success')} />
}
