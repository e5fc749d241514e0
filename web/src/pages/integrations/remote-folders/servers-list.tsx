// The servers that recordings are fetched from.

import { Button, Group, Table } from '@mantine/core'
import { IconServer } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { Blank } from '../../../components/states.tsx'
import { useAct } from '../parts/act.ts'
import { useAddress } from '../parts/address.ts'
import { useAsk } from '../parts/ask.tsx'
import { Listed } from '../parts/listed.tsx'
import { usePages } from '../parts/pages.ts'
import { Frame } from '../parts/table.tsx'
import { readServers, type Server } from './queries.ts'
import { ServerForm } from './server-form.tsx'
import { StoredServerTrial } from './server-trial.tsx'

export const placeOf = ({ protocol, host, port, bucket, path }: Server): string =>
  protocol === 's3'
    ? `s3://${bucket ?? ''}/${path ?? ''}`
    : `${host ?? ''}${port ? `:${port}` : ''} ${path ?? ''}`.trim()

export function ServersList() {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const ask = useAsk()
  const servers = usePages(['remote-servers', 'list'], readServers)
  const close = () => set({ server: undefined })
  const remove = useAct((id: string) => told(api.DELETE('/v1/remote-servers/{id}', { params: { path: { id } } })), {
    touches: ['remote-servers'],
    done: t('remote.said.serverDeleted'),
  })
  return (
    <>
      <Listed
        query={servers}
        blank={
          <Blank
            title={t('remote.noServers.title')}
            icon={IconServer}
            action={<Button onClick={() => set({ server: 'new' })}>{t('remote.addServer')}</Button>}
          >
            {t('remote.noServers.text')}
          </Blank>
        }
      >
        {(rows) => (
          <Frame
            label={t('remote.tab.servers')}
            columns={(['name', 'protocol', 'place', 'act'] as const).map((key) => ({
              key,
              label: t(`remote.serverColumn.${key}`),
            }))}
          >
            {rows.map((server) => (
              <Table.Tr key={server.server_id}>
                <Table.Td fw={600}>{server.name}</Table.Td>
                <Table.Td>{server.protocol}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{placeOf(server)}</Table.Td>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap">
                    <Button
                      size="compact-sm"
                      variant="light"
                      aria-label={`${t('remote.test')} ${server.name}`}
                      onClick={() => set({ trial: server.server_id })}
                    >
                      {t('remote.test')}
                    </Button>
                    {server.protocol !== 'mounted' && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`${t('action.edit', { ns: 'shell' })} ${server.name}`}
                        onClick={() => set({ server: server.server_id })}
                      >
                        {t('action.edit', { ns: 'shell' })}
                      </Button>
                    )}
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      aria-label={`${t('action.delete', { ns: 'shell' })} ${server.name}`}
                      onClick={() =>
                        ask({
                          title: t('remote.deleteServer.title', { name: server.name }),
                          text: t('remote.deleteServer.text'),
                          confirm: t('action.delete', { ns: 'shell' }),
                          onConfirm: () => remove.mutate(server.server_id),
                        })
                      }
                    >
                      {t('action.delete', { ns: 'shell' })}
                    </Button>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Frame>
        )}
      </Listed>
      {search.server && (
        <ServerForm
          id={search.server === 'new' ? undefined : search.server}
          onClose={close}
          onDone={() => set({ server: undefined }, { isDone: true })}
        />
      )}
      {search.trial && <StoredServerTrial id={search.trial} onClose={() => set({ trial: undefined })} />}
    </>
  )
}
