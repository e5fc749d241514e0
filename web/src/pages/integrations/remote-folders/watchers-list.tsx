// The programs that send a folder's recordings by themselves, with when each was last heard of.

import { Code, Stack, Table, Text } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useFormats, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { DeleteButton } from '../parts/delete-button.tsx'
import { Status, type Tone } from '../parts/status.tsx'
import { readWatchers, type Watcher } from './queries.ts'

const tones: Record<Watcher['state'], Tone> = { ok: 'good', silent: 'warn', failing: 'bad' }

export function WatchersList() {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const watchers = usePages(['watchers', 'list'], readWatchers, { everyMs: 15_000 })
  const remove = useAct((name: string) => told(api.DELETE('/v1/watchers/{name}', { params: { path: { name } } })), {
    touches: [['watchers']],
    done: t('remote.said.watcherDeleted'),
  })
  return (
    <Listed
      query={watchers}
      blank={
        <Blank title={t('remote.noWatchers.title')} icon={IconEye}>
          <Stack gap="xs">
            {t('remote.noWatchers.text')}
            <Code block>npm start -- watch /var/spool/recordings --url {location.origin}</Code>
          </Stack>
        </Blank>
      }
    >
      {(rows) => (
        <TableRegion
          label={t('remote.tab.watchers')}
          headings={(['name', 'state', 'sent', 'contact', 'act'] as const).map((key) =>
            t(`remote.watcherColumn.${key}`),
          )}
        >
          {rows.map((watcher) => (
            <Table.Tr key={watcher.watcher_id}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {watcher.name}
                </Text>
                <Text size="xs" c="dimmed">
                  {watcher.host} · {watcher.folder} · {watcher.version}
                </Text>
              </Table.Td>
              <Table.Td maw={260}>
                <Status tone={tones[watcher.state]}>{t(`remote.watcher.${watcher.state}`)}</Status>
                {watcher.last_error && <Text size="xs">{watcher.last_error}</Text>}
              </Table.Td>
              <Table.Td>
                {t('remote.counts', {
                  sent: number(watcher.sent),
                  waiting: number(watcher.waiting),
                  refused: number(watcher.refused),
                })}
              </Table.Td>
              <Table.Td>
                <When at={watcher.last_contact_at} relative />
              </Table.Td>
              <Table.Td>
                <DeleteButton
                  of={watcher.name}
                  title={t('remote.deleteWatcher.title', { name: watcher.name })}
                  text={t('remote.deleteWatcher.text')}
                  onDelete={() => remove.mutate(watcher.name)}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </TableRegion>
      )}
    </Listed>
  )
}
