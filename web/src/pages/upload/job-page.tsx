// One bulk load: how far it is, what became of each item and why, and what can be put right.

import { Alert, Anchor, Button, Group, List, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { IconDownload, IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { ask, sayFailure } from '../../components/actions.tsx'
import { useAddress } from '../../components/address.ts'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { Absent, When } from '../../components/figures.tsx'
import { Page } from '../../components/page.tsx'
import { Failed, Waiting } from '../../components/states.tsx'
import { JobProgress, JobState } from './job-state.tsx'
import { type Item, type ItemState, isUnderWay, itemsQuery, type Job, jobQuery } from './queries.ts'
import './upload.css'

export function JobPage() {
  const { t } = useTranslation('upload')
  const { jobId } = useParams({ strict: false }) as { jobId: string }
  const job = useQuery(jobQuery(jobId))
  if (job.isError && !job.data) return <Failed error={job.error} retry={() => void job.refetch()} />
  if (!job.data) return <Waiting />
  return (
    <Page title={job.data.name} about={<Facts job={job.data} />} actions={<Acts job={job.data} />}>
      <Paper withBorder p="md">
        <JobProgress job={job.data} />
      </Paper>
      {job.data.failure && (
        <Alert color="red" title={t(`state.${job.data.state}`)}>
          {job.data.failure.reason}
        </Alert>
      )}
      <Findings job={job.data} />
      <Items job={job.data} />
      <Anchor component={Link} to="/upload" size="sm">
        {t('jobs.all')}
      </Anchor>
    </Page>
  )
}

function Facts({ job }: { job: Job }) {
  const { t } = useTranslation('upload')
  return (
    <Group gap="xs">
      <JobState job={job} />
      {job.is_dry_run && <span>{t('jobs.isDryRun')}</span>}
      <When at={job.created_at} />
    </Group>
  )
}

function Acts({ job }: { job: Job }) {
  const { t } = useTranslation(['upload', 'shell'])
  const client = useQueryClient()
  const path = { params: { path: { id: job.job_id } } }
  const act = useMutation({
    mutationFn: (what: 'start' | 'retry' | 'cancel') => {
      if (what === 'start') return told(api.POST('/v1/ingest-jobs/{id}/start', { ...path, body: {} }))
      if (what === 'retry') return told(api.POST('/v1/ingest-jobs/{id}/retry', { ...path, body: {} }))
      return told(api.POST('/v1/ingest-jobs/{id}/cancel', path))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['ingest-jobs'] }),
    onError: sayFailure,
  })
  return (
    <>
      {job.state === 'planned' && (
        <Button loading={act.isPending} onClick={() => act.mutate('start')}>
          {t('jobs.start')}
        </Button>
      )}
      {job.counts.failed > 0 && (
        <>
          <Button
            component="a"
            variant="default"
            href={job.links.errors}
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('jobs.errors')}
          </Button>
          {!isUnderWay(job) && job.state !== 'planned' && (
            <Button
              variant="light"
              leftSection={<IconRefresh size={16} aria-hidden />}
              loading={act.isPending}
              onClick={() => act.mutate('retry')}
            >
              {t('jobs.retry', { count: job.counts.failed })}
            </Button>
          )}
        </>
      )}
      {isUnderWay(job) && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={() =>
            ask({
              title: t('jobs.cancel'),
              text: t('jobs.cancelText'),
              confirm: t('jobs.cancel'),
              onConfirm: () => act.mutate('cancel'),
            })
          }
        >
          {t('jobs.cancel')}
        </Button>
      )}
    </>
  )
}

/** What a look at the archive has found: names that nobody knows, rows without a file. */
function Findings({ job: { findings, warnings } }: { job: Job }) {
  const { t } = useTranslation('upload')
  const people = (['agents', 'teams', 'departments'] as const).flatMap((kind) =>
    (findings[kind] ?? []).map((one) => ({ kind, ...one })),
  )
  const files = (['rows_without_file', 'files_without_row', 'ignored_files'] as const).filter(
    (kind) => findings[kind]?.length,
  )
  if (people.length + files.length + warnings.length === 0) return null
  return (
    <Alert color="yellow" title={t('findings.title')}>
      <List size="sm" spacing={2}>
        {people.map(({ kind, name, items, similar }) => (
          <List.Item key={`${kind} ${name}`}>
            {t(`findings.${kind}`, { name, count: items })}
            {similar.length > 0 && ` ${t('findings.similar', { names: similar.join(', ') })}`}
          </List.Item>
        ))}
        {files.map((kind) => (
          <List.Item key={kind}>
            {t(`findings.${kind}`, { count: findings[kind]?.length, names: findings[kind]?.slice(0, 5).join(', ') })}
          </List.Item>
        ))}
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  )
}

const states = ['ok', 'failed', 'duplicate', 'waiting', 'cancelled'] as const

function Items({ job }: { job: Job }) {
  const { t } = useTranslation(['upload', 'shell'])
  const { search, set } = useAddress()
  const state = states.find((one) => one === search.state) as ItemState | undefined
  const items = useInfiniteQuery(itemsQuery(job, state))
  const client = useQueryClient()
  const retry = useMutation({
    mutationFn: (position: number) =>
      told(
        api.POST('/v1/ingest-jobs/{id}/items/{position}/retry', {
          params: { path: { id: job.job_id, position } },
          body: {},
        } as never),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ingest-jobs'] }),
    onError: sayFailure,
  })
  const rows = useMemo(() => items.data?.pages.flatMap((page) => page.items) ?? [], [items.data])
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = items
  const more = useCallback(
    () => void (hasNextPage && !isFetchingNextPage && fetchNextPage()),
    [fetchNextPage, hasNextPage, isFetchingNextPage],
  )
  const columns: Column<Item>[] = [
    {
      id: 'name',
      label: t('item.name'),
      cell: (item) => (item.conversation_id ? <ToConversation item={item} /> : item.name),
    },
    { id: 'state', label: t('item.state'), width: 130, cell: (item) => t(`itemState.${item.state}`) },
    {
      id: 'reason',
      label: t('item.reason'),
      cell: (item) => <span title={reasonOf(item)}>{reasonOf(item) || <Absent reason={t('item.fine')} />}</span>,
    },
    {
      id: 'act',
      label: t('item.act'),
      width: 130,
      cell: (item) =>
        item.state === 'failed' && !isUnderWay(job) ? (
          <Button
            size="compact-xs"
            variant="light"
            loading={retry.isPending && retry.variables === item.position}
            onClick={() => retry.mutate(item.position)}
          >
            {t('shell:action.retry')}
          </Button>
        ) : null,
    },
  ]
  return (
    <Stack gap="xs">
      <Title order={2}>{t('item.title')}</Title>
      <SegmentedControl
        aria-label={t('item.state')}
        value={state ?? ''}
        onChange={(value) => void set({ state: value })}
        data={[
          { value: '', label: t('item.all') },
          ...states
            .filter((one) => job.counts[one] > 0 || one === state)
            .map((one) => ({ value: one, label: t(`itemState.${one}`) })),
        ]}
      />
      {items.isError && <Failed error={items.error} retry={() => void items.refetch()} />}
      {items.isPending && <Waiting />}
      {items.data && rows.length === 0 && (
        <Text c="dimmed" size="sm">
          {t('item.none')}
        </Text>
      )}
      {rows.length > 0 && (
        <DataTable
          caption={t('item.title')}
          rows={rows}
          columns={columns}
          idOf={({ position }) => String(position)}
          nameOf={({ name }) => name}
          onMore={more}
          height="50vh"
        />
      )}
    </Stack>
  )
}

const reasonOf = ({ reason, warnings }: Item): string => [reason, ...warnings].filter(Boolean).join(' ')

function ToConversation({ item }: { item: Item }) {
  return (
    <Anchor component={Link} to="/interactions/$id" params={{ id: item.conversation_id ?? '' } as never} size="sm">
      {item.name}
    </Anchor>
  )
}
