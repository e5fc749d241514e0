// The servers that recordings are fetched from.

import { Button, Group, Table } from '@mantine/core'
import { IconServer } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { DeleteButton } from '../parts/delete-button.tsx'
import { RowButton } from '../parts/row-button.tsx'
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
  const servers = usePages(['remote-servers', 'list'], readServers)
  const close = () => set({ server: undefined })
  const remove = useAct((id: string) => told(api.DELETE('/v1/remote-servers/{id}', { params: { path: { id } } })), {
    touches: [['remote-servers']],
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
          <TableRegion
            label={t('remote.tab.servers')}
            headings={(['name', 'protocol', 'place', 'act'] as const).map((key) => t(`remote.serverColumn.${key}`))}
          >
            {rows.map((server) => (
              <Table.Tr key={server.server_id}>
                <Table.Td fw={600}>{server.name}</Table.Td>
                <Table.Td>{server.protocol}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{placeOf(server)}</Table.Td>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap">
                    <RowButton
                      label={t('remote.test')}
                      of={server.name}
                      variant="light"
                      onClick={() => set({ trial: server.server_id })}
                    />
                    {server.protocol !== 'mounted' && (
                      <RowButton
                        label={t('action.edit', { ns: 'shell' })}
                        of={server.name}
                        onClick={() => set({ server: server.server_id })}
                      />
                    )}
                    <DeleteButton
                      of={server.name}
                      title={t('remote.deleteServer.title', { name: server.name })}
                      text={t('remote.deleteServer.text')}
                      onDelete={() => remove.mutate(server.server_id)}
                    />
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.server && (
        <ServerForm
          id={search.server === 'new' ? undefined : search.server}
          onClose={close}
          onDone={() => set({ server: undefined })}
        />
      )}
      {search.trial && <StoredServerTrial id={search.trial} onClose={() => set({ trial: undefined })} />}
    </>
  )
}
