// Who the agents are: found, added, changed, moved, merged, set aside and brought back.

import { Anchor, Badge, Button, Group, Select, Stack } from '@mantine/core'
import { IconDownload, IconHeadset, IconPlus, IconUpload } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../../api/session.ts'
import { useAddress } from '../../../components/address.ts'
import { type Column, DataTable } from '../../../components/data-table.tsx'
import { Absent } from '../../../components/figures.tsx'
import { Blank, Failed, Waiting } from '../../../components/states.tsx'
import { agentLink } from '../performance.tsx'
import { type Agent, directoryQuery } from '../queries.ts'
import { TeamFilter } from '../team-filter.tsx'
import { calledOf } from '../words.ts'
import { AgentForm } from './agent-form.tsx'
import { PickedBar } from './picked-bar.tsx'

const ImportDialog = lazy(async () => ({ default: (await import('./import-dialog.tsx')).ImportDialog }))

export function Directory() {
  const { t } = useTranslation(['agents', 'shell'])
  const may = useMay()
  const mayManage = may('agents:manage')
  const { search, set } = useAddress()
  const [team, active] = [search.team ?? '', search.active ?? '']
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [edited, setEdited] = useState<Agent | 'new' | null>(null)
  const [isImporting, setImporting] = useState(false)
  const list = useInfiniteQuery(directoryQuery({ team, active }))
  const rows = useMemo(() => list.data?.pages.flatMap(({ agents }) => agents) ?? [], [list.data])
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage])
  const columns = useColumns(mayManage ? setEdited : null)
  const isNarrowed = team !== '' || active !== ''
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Group align="flex-end" gap="sm">
          <TeamFilter value={team} onChange={(value) => void set({ team: value })} />
          <Select
            label={t('directory.active')}
            w={150}
            allowDeselect={false}
            value={active || 'all'}
            data={(['all', 'yes', 'no'] as const).map((value) => ({ value, label: t(`directory.activeIs.${value}`) }))}
            onChange={(value) => void set({ active: value === 'all' ? null : value })}
          />
        </Group>
        <Group gap="xs">
          <Button
            variant="default"
            component="a"
            href="/v1/agents/export"
            download
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('directory.export')}
          </Button>
          {mayManage && (
            <>
              <Button
                variant="default"
                leftSection={<IconUpload size={16} aria-hidden />}
                onClick={() => setImporting(true)}
              >
                {t('import.open')}
              </Button>
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
                {t('directory.add')}
              </Button>
            </>
          )}
        </Group>
      </Group>
      {picked.size > 0 && (
        <PickedBar agents={rows.filter(({ agent_id }) => picked.has(agent_id))} onDone={() => setPicked(new Set())} />
      )}
      {list.isError && <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Waiting lines={10} />}
      {list.isSuccess && rows.length === 0 && (
        <Blank title={t(isNarrowed ? 'directory.nothing.title' : 'directory.blank.title')} icon={IconHeadset}>
          {t(isNarrowed ? 'directory.nothing.text' : 'directory.blank.text')}
        </Blank>
      )}
      {rows.length > 0 && (
        <DataTable
          caption={t('directory.caption')}
          rows={rows}
          columns={columns}
          idOf={({ agent_id }) => agent_id}
          nameOf={calledOf}
          picking={mayManage ? { picked, onPick: setPicked } : undefined}
          onMore={more}
        />
      )}
      {edited && <AgentForm agent={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
      {isImporting && (
        <Suspense>
          <ImportDialog onClose={() => setImporting(false)} />
        </Suspense>
      )}
    </Stack>
  )
}

function useColumns(onEdit: ((agent: Agent) => void) | null): Column<Agent>[] {
  const { t } = useTranslation(['agents', 'shell'])
  const may = useMay()
  const text = (id: 'email' | 'external_id' | 'team' | 'department', width: number): Column<Agent> => ({
    id,
    label: t(`column.${id}`),
    width,
    cell: (agent) => agent[id] ?? <Absent reason={t(`absent.${id}`)} />,
  })
  return [
    {
      id: 'name',
      label: t('column.name'),
      width: 170,
      cell: (agent) =>
        may('analytics:read') ? (
          <Anchor component={Link} size="sm" fw={600} {...agentLink(agent.agent_id, {})}>
            {calledOf(agent)}
          </Anchor>
        ) : (
          calledOf(agent)
        ),
    },
    text('email', 200),
    text('external_id', 120),
    text('team', 120),
    text('department', 130),
    {
      id: 'active',
      label: t('column.active'),
      width: 100,
      cell: ({ active }) => (
        <Badge variant={active ? 'light' : 'default'} color="teal" size="sm" tt="none" fw={550}>
          {t(active ? 'active' : 'inactive')}
        </Badge>
      ),
    },
    ...(onEdit
      ? [
          {
            id: 'edit',
            label: '',
            width: 80,
            align: 'end' as const,
            cell: (agent: Agent) => (
              <Button
                size="compact-sm"
                variant="subtle"
                aria-label={t('directory.edit', { name: calledOf(agent) })}
                onClick={() => onEdit(agent)}
              >
                {t('shell:action.edit')}
              </Button>
            ),
          },
        ]
      : []),
  ]
}
