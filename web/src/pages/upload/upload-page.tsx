// Drop anything: recordings, archives, lists. What is on its way, and what became of what came.

import { Alert, Anchor, Button, Group, Paper, Progress, Stack, Table, Text, Title } from '@mantine/core'
import { IconPlayerStop, IconRefresh, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { removeUploads, type Upload, useUploads } from '../../api/uploads-store.ts'
import { sayFailure } from '../../components/actions.tsx'
import { useFormats, When } from '../../components/figures.tsx'
import { Page } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import { DropPlace } from './drop-place.tsx'
import { JobProgress, JobState } from './job-state.tsx'
import { OptionFields, standardOptions } from './option-fields.tsx'
import { jobsQuery } from './queries.ts'
import { closeJob, giveUp, retryUpload, sendFiles } from './send.ts'

export function UploadPage() {
  const { t } = useTranslation('upload')
  const [options, setOptions] = useState(standardOptions)
  const client = useQueryClient()
  const send = useMutation({
    mutationFn: (files: File[]) => sendFiles(files, options),
    onSuccess: () => client.invalidateQueries({ queryKey: jobsQuery.queryKey }),
    onError: sayFailure,
  })
  return (
    <Page title={t('title')} about={t('about')}>
      <DropPlace onFiles={(files) => send.mutate(files)} isBusy={send.isPending} />
      <OptionFields options={options} onChange={setOptions} />
      <OnTheirWay />
      <Jobs />
    </Page>
  )
}

function OnTheirWay() {
  const { t } = useTranslation('upload')
  const uploads = useUploads()
  if (uploads.length === 0) return null
  const failedJobs = [...new Set(uploads.flatMap(({ state, jobId }) => (state === 'failed' && jobId ? [jobId] : [])))]
  const hasSent = uploads.some(({ state }) => state === 'sent')
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="on-their-way">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="on-their-way">
          {t('files.title')}
        </Title>
        {hasSent && (
          <Button size="xs" variant="subtle" onClick={() => removeUploads(({ state }) => state === 'sent')}>
            {t('files.clear')}
          </Button>
        )}
      </Group>
      <Stack gap="xs" component="ul" className="upload-list">
        {uploads.map((upload) => (
          <OneFile key={upload.id} upload={upload} />
        ))}
      </Stack>
      {failedJobs.map((jobId) => (
        <Button key={jobId} mt="xs" size="xs" variant="light" onClick={() => void closeJob(jobId).catch(sayFailure)}>
          {t('files.goOnWithout')}
        </Button>
      ))}
    </Paper>
  )
}

function OneFile({ upload }: { upload: Upload }) {
  const { t } = useTranslation('upload')
  const { bytes } = useFormats()
  const { id, name, sizeBytes, sentBytes, state, reason, jobId } = upload
  const percent = sizeBytes ? Math.round((100 * sentBytes) / sizeBytes) : 100
  return (
    <li>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" truncate flex={1}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" className="upload-size">
          {state === 'sending'
            ? t('files.ofSize', { sent: bytes(sentBytes), size: bytes(sizeBytes) })
            : bytes(sizeBytes)}
        </Text>
        {state === 'sent' && jobId ? (
          <Anchor component={Link} to="/upload/$jobId" params={{ jobId } as never} size="sm">
            {t('files.sent')}
          </Anchor>
        ) : (
          <Text size="sm">{t(`fileState.${state}`)}</Text>
        )}
        {state === 'failed' && (
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => retryUpload(id)}
          >
            {t('files.retry')}
          </Button>
        )}
        {state !== 'sent' && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-label={t('files.giveUp', { name })}
            onClick={() => void giveUp(id).catch(sayFailure)}
          >
            {state === 'failed' ? <IconX size={14} aria-hidden /> : <IconPlayerStop size={14} aria-hidden />}
          </Button>
        )}
      </Group>
      {(state === 'sending' || state === 'waiting') && (
        <Progress value={percent} size="sm" aria-label={t('progressOf', { name })} animated={state === 'sending'} />
      )}
      {reason && (
        <Alert color="red" py={4} px="xs" mt={4}>
          {reason}
        </Alert>
      )}
    </li>
  )
}

function Jobs() {
  const { t } = useTranslation('upload')
  const jobs = useQuery(jobsQuery)
  return (
    <section aria-labelledby="bulk-loads">
      <Title order={2} id="bulk-loads" mb="xs">
        {t('jobs.title')}
      </Title>
      <Loaded query={jobs}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed" size="sm">
              {t('jobs.none')}
            </Text>
          ) : (
            <Table.ScrollContainer minWidth={560}>
              <Table highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    {(['name', 'state', 'progress', 'when'] as const).map((name) => (
                      <Table.Th key={name} scope="col">
                        {t(`jobs.${name}`)}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {found.map((job) => (
                    <Table.Tr key={job.job_id}>
                      <Table.Td maw={280}>
                        <Anchor
                          component={Link}
                          to="/upload/$jobId"
                          params={{ jobId: job.job_id } as never}
                          size="sm"
                          truncate
                          display="block"
                        >
                          {job.name}
                        </Anchor>
                      </Table.Td>
                      <Table.Td>
                        <JobState job={job} />
                      </Table.Td>
                      <Table.Td miw={200}>
                        <JobProgress job={job} size="sm" />
                      </Table.Td>
                      <Table.Td>
                        <When at={job.created_at} relative />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Loaded>
    </section>
  )
}
