// The folders that are fetched by a schedule.

import { Table, Text } from '@mantine/core'
import { IconFolderSymlink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Absent, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { NameLink } from '../parts/name-link.tsx'
import { Status } from '../parts/status.tsx'
import { folderTones, readFolders, serversQuery } from './queries.ts'

export function FoldersList() {
  const { t } = useTranslation('integrations')
  const servers = useQuery(serversQuery)
  const folders = usePages(['remote-folders', 'list'], readFolders, { everyMs: 15_000 })
  return (
    <Listed
      query={folders}
      blank={
        <Blank title={t('remote.noFolders.title')} icon={IconFolderSymlink}>
          {t(servers.data?.length === 0 ? 'remote.noFolders.noServer' : 'remote.noFolders.text')}
        </Blank>
      }
    >
      {(rows) => (
        <TableRegion
          label={t('remote.tab.folders')}
          headings={(['name', 'server', 'state', 'last', 'next'] as const).map((key) =>
            t(`remote.folderColumn.${key}`),
          )}
        >
          {rows.map((folder) => (
            <Table.Tr key={folder.folder_id}>
              <Table.Td>
                <NameLink section="remote-folders" id={folder.folder_id} under={folder.path || folder.pattern}>
                  {folder.name}
                </NameLink>
              </Table.Td>
              <Table.Td>{servers.data?.find((one) => one.server_id === folder.server_id)?.name ?? <Absent />}</Table.Td>
              <Table.Td maw={280}>
                <Status tone={folderTones[folder.health.state]}>
                  {t(folder.is_syncing ? 'remote.syncing' : `remote.state.${folder.health.state}`)}
                </Status>
                {folder.health.reason && (
                  <Text size="xs" lineClamp={2}>
                    {folder.health.reason}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                {folder.last_ok_at ? <When at={folder.last_ok_at} relative /> : <Absent reason={t('remote.notYet')} />}
              </Table.Td>
              <Table.Td>
                {folder.is_active ? (
                  <When at={folder.next_sync_at} relative />
                ) : (
                  <Absent reason={t('remote.state.paused')} />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </TableRegion>
      )}
    </Listed>
  )
}
