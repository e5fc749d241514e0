// The log of an endpoint: what was sent, newest first, by state. One of them opens beside the list.

import { Group, ScrollArea, SegmentedControl, Stack, Table, Text, UnstyledButton } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { Status, type Tone } from '../parts/status.tsx'
import { DeliveryDrawer } from './delivery-drawer.tsx'
import { type DeliveryState, deliveryStates, type Endpoint, readDeliveries } from './queries.ts'

export const deliveryTones: Record<DeliveryState, Tone> = {
  pending: 'busy',
  held: 'quiet',
  delivered: 'good',
  dead: 'bad',
  discarded: 'quiet',
}

const everyMs = 5000

export function Deliveries({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const { webhook_id: id } = endpoint
  const deliveries = usePages(
    ['webhooks', 'deliveries', id, search.state],
    (cursor) => readDeliveries(id, search.state, cursor),
    { everyMs },
  )
  return (
    <Stack gap="sm">
      <ScrollArea type="auto" offsetScrollbars="x">
        <SegmentedControl
          aria-label={t('webhooks.filterState')}
          value={search.state ?? ''}
          onChange={(state) => set({ state: state || undefined })}
          data={[
            { value: '', label: t('all') },
            ...deliveryStates.map((value) => ({ value, label: t(`webhooks.state.${value}`) })),
          ]}
        />
      </ScrollArea>
      <Listed
        query={deliveries}
        blank={
          <Blank title={t('webhooks.noDeliveries.title')} icon={IconSend}>
            {t(search.state ? 'webhooks.noDeliveries.filtered' : 'webhooks.noDeliveries.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('webhooks.tab.deliveries')}
            headings={(['event', 'state', 'answer', 'attempts', 'at'] as const).map((key) =>
              t(`webhooks.deliveryColumn.${key}`),
            )}
          >
            {rows.map((row) => (
              <Table.Tr key={row.delivery_id}>
                <Table.Td>
                  <UnstyledButton onClick={() => set({ delivery: row.delivery_id })} mih={24}>
                    <Text size="sm" fw={600} c="var(--mantine-color-anchor)">
                      {row.event ?? t('webhooks.eventGone')}
                    </Text>
                  </UnstyledButton>
                </Table.Td>
                <Table.Td>
                  <Status tone={deliveryTones[row.status]}>{t(`webhooks.state.${row.status}`)}</Status>
                </Table.Td>
                <Table.Td maw={280}>
                  <Text size="sm" truncate title={row.error ?? ''}>
                    {row.error ?? (row.status_code ? `HTTP ${row.status_code}` : '–')}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Group gap={6} wrap="nowrap">
                    {row.attempt_count}
                    {row.next_attempt_at && row.status === 'pending' && row.attempt_count > 0 && (
                      <Text size="xs" c="dimmed">
                        {t('webhooks.next')} <When at={row.next_attempt_at} relative />
                      </Text>
                    )}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <When at={row.created_at} relative />
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.delivery && (
        <DeliveryDrawer endpoint={endpoint} id={search.delivery} onClose={() => set({ delivery: undefined })} />
      )}
    </Stack>
  )
}
