// One folder: how it is doing, its files and what became of each, and what can be done now.

import { Alert, Button, List, ScrollArea, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core'
import { IconFiles } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { DeleteButton } from '../parts/delete-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { Status, type Tone } from '../parts/status.tsx'
import { To } from '../parts/to.tsx'
import { FolderForm } from './folder-form.tsx'
import {
  type FileState,
  type Folder,
  fileStates,
  folderQuery,
  folderTones,
  readFiles,
  serversQuery,
} from './queries.ts'

const fileTones: Record<FileState, Tone> = {
  watching: 'busy',
  queued: 'busy',
  taken: 'good',
  failed: 'bad',
  gone: 'warn',
  ignored: 'quiet',
}

export function FolderPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(folderQuery(id))}
      section="remote-folders"
      room={t('remote.title')}
      title={(one) => one?.name ?? t('remote.oneFolder')}
      standing={(folder) => (
        <Status tone={folder.is_syncing ? 'busy' : folderTones[folder.health.state]}>
          {t(folder.is_syncing ? 'remote.syncing' : `remote.state.${folder.health.state}`)}
        </Status>
      )}
      actions={(folder) => <Actions folder={folder} />}
    >
      {(folder) => <Body folder={folder} />}
    </OnePage>
  )
}

function Actions({ folder }: { folder: Folder }) {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const params = { path: { id: folder.folder_id } }
  const touches = [['remote-folders']]
  const sync = useAct(() => told(api.POST('/v1/remote-folders/{id}/sync', { params })), {
    touches,
    done: t('remote.said.sync'),
  })
  const turn = useAct(
    (is_active: boolean) => told(api.PATCH('/v1/remote-folders/{id}', { params, body: { is_active } })),
    { touches },
  )
  const remove = useAct(() => told(api.DELETE('/v1/remote-folders/{id}', { params })), {
    touches: [['remote-folders', 'list']],
    done: t('remote.said.folderDeleted'),
    onDone: () => go({ section: 'remote-folders' }),
  })
  return (
    <>
      <Button
        loading={sync.isPending || folder.is_syncing}
        disabled={!folder.is_active}
        title={folder.is_active ? undefined : t('remote.state.paused')}
        onClick={() => sync.mutate()}
      >
        {t('remote.sync')}
      </Button>
      <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate(!folder.is_active)}>
        {t(folder.is_active ? 'remote.pause' : 'remote.resume')}
      </Button>
      <Button variant="default" onClick={() => set({ open: 'edit' })}>
        {t('action.edit', { ns: 'shell' })}
      </Button>
      <DeleteButton
        title={t('remote.deleteFolder.title', { name: folder.name })}
        text={t('remote.deleteFolder.text')}
        onDelete={() => remove.mutate()}
      />
      {search.open === 'edit' && (
        <FolderForm folder={folder} onClose={() => set({ open: undefined })} onDone={() => set({ open: undefined })} />
      )}
    </>
  )
}

function Body({ folder }: { folder: Folder }) {
  const { t } = useTranslation('integrations')
  const servers = useQuery(serversQuery)
  const { health, schedule, last_job_id } = folder
  return (
    <Stack>
      {health.state === 'failing' && (
        <Alert
          color="red"
          title={
            health.failed_step
              ? t('remote.failedAt', {
                  step: t(`remote.step.${health.failed_step as 'login'}`, { defaultValue: health.failed_step }),
                })
              : t('remote.state.failing')
          }
        >
          {health.reason} {t('remote.failures', { count: health.failures })}
        </Alert>
      )}
      {health.warnings.length > 0 && (
        <Alert color="yellow" title={t('remote.warnings')}>
          <List size="sm">
            {health.warnings.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Facts
        label={t('remote.oneFolder')}
        facts={[
          {
            name: t('remote.folder.server'),
            value: servers.data?.find((one) => one.server_id === folder.server_id)?.name ?? <Absent />,
          },
          { name: t('remote.folder.path'), value: folder.path || t('remote.folder.top') },
          { name: t('remote.folder.pattern'), value: folder.pattern },
          {
            name: t('remote.folder.schedule'),
            value: schedule.times
              ? `${schedule.times.join(', ')}${schedule.days ? ` · ${schedule.days.map((day) => t(`day.${day}`)).join(', ')}` : ''}`
              : t('remote.everySeconds', { count: schedule.every_seconds ?? 300 }),
          },
          { name: t('remote.folder.afterwards'), value: t(`remote.afterwards.${folder.afterwards.rule}`) },
          {
            name: t('remote.folderColumn.last'),
            value: folder.last_ok_at ? (
              <When at={folder.last_ok_at} relative />
            ) : (
              <Absent reason={t('remote.notYet')} />
            ),
          },
          {
            name: t('remote.folderColumn.next'),
            value: folder.is_active ? (
              <When at={folder.next_sync_at} relative />
            ) : (
              <Absent reason={t('remote.state.paused')} />
            ),
          },
          {
            name: t('remote.lastJob'),
            value: last_job_id ? (
              <To to="/upload/$jobId" params={{ jobId: last_job_id }}>
                {t('remote.openJob')}
              </To>
            ) : (
              <Absent reason={t('remote.noJob')} />
            ),
          },
        ]}
      />
      <Title order={2}>{t('remote.files')}</Title>
      <Files folder={folder} />
    </Stack>
  )
}

function Files({ folder }: { folder: Folder }) {
  const { folder_id: id, is_syncing: isSyncing, files: counts } = folder
  const { t } = useTranslation('integrations')
  const { bytes, number } = useFormats()
  const { search, set } = useAddress()
  const files = usePages(
    ['remote-folders', 'files', id, search.state],
    (cursor) => readFiles(id, search.state, cursor),
    { everyMs: isSyncing ? 3000 : 15_000 },
  )
  return (
    <>
      <ScrollArea type="auto" offsetScrollbars="x">
        <SegmentedControl
          aria-label={t('remote.fileState')}
          value={search.state ?? ''}
          onChange={(state) => set({ state: state || undefined })}
          data={[
            { value: '', label: t('all') },
            ...fileStates.map((value) => ({ value, label: `${t(`remote.file.${value}`)} ${number(counts[value])}` })),
          ]}
        />
      </ScrollArea>
      <Listed
        query={files}
        blank={
          <Blank title={t('remote.noFiles.title')} icon={IconFiles}>
            {t(search.state ? 'remote.noFiles.filtered' : 'remote.noFiles.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('remote.files')}
            headings={(['file', 'state', 'size', 'changed', 'job'] as const).map((key) =>
              t(`remote.fileColumn.${key}`),
            )}
          >
            {rows.map((file) => (
              <Table.Tr key={`${file.path} ${file.first_seen_at}`}>
                <Table.Td maw={360} style={{ overflowWrap: 'anywhere' }}>
                  {file.path}
                </Table.Td>
                <Table.Td maw={320}>
                  <Status tone={fileTones[file.state]}>{t(`remote.file.${file.state}`)}</Status>
                  {file.reason && <Text size="xs">{file.reason}</Text>}
                </Table.Td>
                <Table.Td>{bytes(file.size_bytes)}</Table.Td>
                <Table.Td>
                  <When at={file.modified_at} relative />
                </Table.Td>
                <Table.Td>
                  {file.job_id ? (
                    <To to="/upload/$jobId" params={{ jobId: file.job_id }}>
                      {t('remote.openJob')}
                    </To>
                  ) : (
                    <Absent reason={t('remote.noJob')} />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
    </>
  )
}
