// What deliveries died of: one row a cause and endpoint, with what can be done about all of them.

import { Button, Code, Group as Row, Table, Text } from '@mantine/core'
import { IconMailCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { endpointsQuery, nameOf } from '../webhooks/queries.ts'
import { type Bulk, BulkDialog } from './bulk-dialog.tsx'
import { readGroups } from './queries.ts'

export function useEndpointNames(): (id: string) => string {
  const { data = [] } = useQuery(endpointsQuery)
  const names = new Map(data.map((one) => [one.webhook_id, nameOf(one)]))
  return (id) => names.get(id) ?? id
}

export function Groups() {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const { set } = useAddress()
  const nameOfEndpoint = useEndpointNames()
  const groups = usePages(['dead-letters', 'groups'], readGroups, { everyMs: 15_000 })
  const [bulk, setBulk] = useState<Bulk | null>(null)
  return (
    <>
      <Listed
        query={groups}
        blank={
          <Blank title={t('letters.none.title')} icon={IconMailCheck}>
            {t('letters.none.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('letters.tab.groups')}
            minWidth={860}
            headings={(['cause', 'endpoint', 'count', 'newest', 'act'] as const).map((key) =>
              t(`letters.column.${key}`),
            )}
          >
            {rows.map(({ endpoint_id, fingerprint, count, newest_at, example }) => (
              <Table.Tr key={`${endpoint_id} ${fingerprint}`}>
                <Table.Td maw={320}>
                  <Text size="sm" fw={600} lineClamp={2}>
                    {example.error ?? fingerprint}
                  </Text>
                  <Code>{fingerprint}</Code>
                </Table.Td>
                <Table.Td maw={240} style={{ overflowWrap: 'anywhere' }}>
                  {nameOfEndpoint(endpoint_id)}
                </Table.Td>
                <Table.Td>{typeof count === 'number' ? number(count) : count}</Table.Td>
                <Table.Td>
                  <When at={newest_at} relative />
                </Table.Td>
                <Table.Td>
                  <Row gap="xs" wrap="nowrap">
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => set({ tab: 'letters', endpoint: endpoint_id, cause: fingerprint })}
                    >
                      {t('letters.look')}
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="light"
                      onClick={() => setBulk({ action: 'replay', which: { endpoint_id, fingerprint } })}
                    >
                      {t('letters.replayAll')}
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      onClick={() => setBulk({ action: 'discard', which: { endpoint_id, fingerprint } })}
                    >
                      {t('letters.discardAll')}
                    </Button>
                  </Row>
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {bulk && <BulkDialog bulk={bulk} onClose={() => setBulk(null)} />}
    </>
  )
}
