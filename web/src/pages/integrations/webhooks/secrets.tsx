// The secrets that sign: the present one, which nobody sees again, and those before it while they still sign as well.

import { Button, Group, NumberInput, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { When } from '../../../components/figures.tsx'
import { Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { Once } from '../parts/once.tsx'
import { type Endpoint, secretsQuery } from './queries.ts'

export function Secrets({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { webhook_id: id } = endpoint
  const former = useQuery(secretsQuery(id))
  const [hours, setHours] = useState<number | string>(24)
  const [fresh, setFresh] = useState<{ secret: string; warnings: string[] } | null>(null)
  const add = useAct(
    () =>
      told(
        api.POST('/v1/webhooks/{id}/secrets', {
          params: { path: { id } },
          body: { overlap_hours: typeof hours === 'number' ? hours : 24 },
        }),
      ),
    { touches: [['webhooks']], onDone: ({ secret, warnings = [] }) => setFresh({ secret, warnings }) },
  )
  const end = useAct(
    (secret_id: string) =>
      told(api.DELETE('/v1/webhooks/{id}/secrets/{secret_id}', { params: { path: { id, secret_id } } })),
    { touches: [['webhooks']], done: t('webhooks.said.secretEnded') },
  )
  return (
    <Stack>
      <Text size="sm">{t('webhooks.secretsText')}</Text>
      <Group align="flex-end">
        <NumberInput
          label={t('overlap.label')}
          description={t('overlap.text')}
          min={0}
          max={168}
          allowDecimal={false}
          value={hours}
          onChange={setHours}
        />
        <Button
          loading={add.isPending}
          onClick={() =>
            ask({
              title: t('webhooks.newSecret.title'),
              text: t('webhooks.newSecret.text', { count: Number(hours) }),
              confirm: t('webhooks.newSecret.confirm'),
              isHarmless: true,
              onConfirm: () => add.mutate(),
            })
          }
        >
          {t('webhooks.newSecret.confirm')}
        </Button>
      </Group>
      <Title order={2}>{t('webhooks.former')}</Title>
      <Loaded query={former}>
        {(all) =>
          all.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('webhooks.noFormer')}
            </Text>
          ) : (
            <TableRegion
              label={t('webhooks.former')}
              minWidth={420}
              headings={(['replaced', 'ends', 'act'] as const).map((key) => t(`webhooks.secretColumn.${key}`))}
            >
              {all.map(({ secret_id, replaced_at, expires_at }) => (
                <Table.Tr key={secret_id}>
                  <Table.Td>
                    <When at={replaced_at} />
                  </Table.Td>
                  <Table.Td>
                    <When at={expires_at} relative />
                  </Table.Td>
                  <Table.Td>
                    <Button size="compact-sm" variant="light" color="red" onClick={() => end.mutate(secret_id)}>
                      {t('webhooks.endNow')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </TableRegion>
          )
        }
      </Loaded>
      <Once
        title={t('webhooks.newSecret.made')}
        items={fresh && [{ label: t('webhooks.secret'), value: fresh.secret }]}
        warnings={fresh?.warnings ?? []}
        onClose={() => setFresh(null)}
      />
    </Stack>
  )
}
