// Dead letters one by one, narrowed down by endpoint, cause, event and time.

import { Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { IconMailCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { NameLink } from '../parts/name-link.tsx'
import { endpointsQuery, nameOf } from '../webhooks/queries.ts'
import { type Bulk, BulkDialog } from './bulk-dialog.tsx'
import { useEndpointNames } from './groups.tsx'
import { readLetters, type Which } from './queries.ts'

const asIso = (text: string | undefined) =>
  text && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : undefined

export function Letters() {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const nameOfEndpoint = useEndpointNames()
  const endpoints = useQuery(endpointsQuery)
  const [bulk, setBulk] = useState<Bulk | null>(null)
  const which: Which = JSON.parse(
    JSON.stringify({
      endpoint_id: search.endpoint,
      fingerprint: search.cause,
      event_type: search.type,
      since: asIso(search.since),
      until: asIso(search.until),
    }),
  )
  const letters = usePages(['dead-letters', 'list', which], (cursor) => readLetters(which, cursor))
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <Select
          label={t('letters.column.endpoint')}
          clearable
          clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'shell' }) }}
          placeholder={t('all')}
          data={(endpoints.data ?? []).map((one) => ({ value: one.webhook_id, label: nameOf(one) }))}
          value={search.endpoint ?? null}
          onChange={(endpoint) => set({ endpoint: endpoint ?? undefined })}
        />
        <Later name="type" label={t('letters.type')} placeholder="call.*" />
        <Later name="cause" label={t('letters.column.cause')} />
        <Later name="since" label={t('letters.since')} type="datetime-local" />
        <Later name="until" label={t('letters.until')} type="datetime-local" />
      </Group>
      {(letters.rows?.length ?? 0) > 0 && (
        <Group gap="xs">
          <Button size="xs" variant="light" onClick={() => setBulk({ action: 'replay', which })}>
            {t('letters.replayThese')}
          </Button>
          <Button size="xs" variant="subtle" color="red" onClick={() => setBulk({ action: 'discard', which })}>
            {t('letters.discardThese')}
          </Button>
        </Group>
      )}
      <Listed
        query={letters}
        blank={
          <Blank title={t('letters.none.title')} icon={IconMailCheck}>
            {t('letters.none.filtered')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('letters.tab.letters')}
            headings={(['event', 'cause', 'endpoint', 'attempts', 'died'] as const).map((key) =>
              t(`letters.column.${key}`),
            )}
          >
            {rows.map((row) => (
              <Table.Tr key={row.delivery_id}>
                <Table.Td>
                  <NameLink section="dead-letters" id={row.delivery_id}>
                    {row.event ?? t('webhooks.eventGone')}
                  </NameLink>
                </Table.Td>
                <Table.Td maw={320}>
                  <Text size="sm" lineClamp={2}>
                    {row.error ?? row.fingerprint}
                  </Text>
                </Table.Td>
                <Table.Td maw={220} style={{ overflowWrap: 'anywhere' }}>
                  {nameOfEndpoint(row.endpoint_id)}
                </Table.Td>
                <Table.Td>{row.attempt_count}</Table.Td>
                <Table.Td>
                  <When at={row.died_at} relative />
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {bulk && <BulkDialog bulk={bulk} onClose={() => setBulk(null)} />}
    </Stack>
  )
}

/** A filter that holds from when it is left or confirmed, not at each letter. */
function Later({ name, ...input }: { name: string; label: string; type?: string; placeholder?: string }) {
  const { search, set } = useAddress()
  const now = search[name] ?? ''
  const take = (value: string) => value.trim() !== now && set({ [name]: value.trim() || undefined })
  return (
    <TextInput
      key={now}
      defaultValue={now}
      onBlur={({ currentTarget }) => take(currentTarget.value)}
      onKeyDown={({ key, currentTarget }) => key === 'Enter' && take(currentTarget.value)}
      {...input}
    />
  )
}
