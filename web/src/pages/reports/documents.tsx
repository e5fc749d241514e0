// Reports or exports: made, being made, failed; to be downloaded, renamed, deleted.

import { Alert, Anchor, Badge, Button, Group, Loader, Menu, Table, Text } from '@mantine/core'
import { IconDownload, IconReportAnalytics, IconTableExport } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../../api/live.ts'
import { useAct } from '../../components/act.ts'
import { Absent, useFormats, When } from '../../components/figures.tsx'
import { Listed } from '../../components/listed.tsx'
import { usePages } from '../../components/pages.ts'
import { Blank } from '../../components/states.tsx'
import { TableRegion } from '../../components/table-region.tsx'
import { type Document, deleteDocument, type Kind, readDocuments } from './queries.ts'
import { RenameDialog } from './rename-dialog.tsx'
import { RowMenu } from './row-menu.tsx'

const pollMs = 1000

export function Documents({ kind, scheduleId = '', action }: { kind: Kind; scheduleId?: string; action: ReactNode }) {
  const { t } = useTranslation(['reports', 'shell'])
  const client = useQueryClient()
  const documents = usePages([`${kind}s`, scheduleId], (cursor) => readDocuments(kind, scheduleId, cursor), {
    everyMs: (rows) => rows.some(({ status }) => status === 'generating') && pollMs,
  })
  const [renamed, setRenamed] = useState<Document | null>(null)
  useLive([`${kind}.*`], () => void client.invalidateQueries({ queryKey: [`${kind}s`] }))
  return (
    <>
      <Listed
        query={documents}
        blank={
          <Blank
            title={t(`${kind}.blank.title`)}
            icon={kind === 'report' ? IconReportAnalytics : IconTableExport}
            action={action}
          >
            {t(`${kind}.blank.text`)}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t(`${kind}.caption`)}
            minWidth={760}
            headings={[
              { id: 'name', label: t('field.name') },
              { id: 'format', label: t('field.format') },
              { id: 'state', label: t('field.state') },
              { id: 'made', label: t('field.asked') },
              { id: 'rows', label: t('field.rows'), align: 'end' },
              { id: 'size', label: t('field.size'), align: 'end' },
              { id: 'acts', label: t('field.acts'), align: 'end' },
            ]}
          >
            {rows.map((one) => (
              <Line key={one.id} kind={kind} document={one} onRename={() => setRenamed(one)} />
            ))}
          </TableRegion>
        )}
      </Listed>
      {renamed && <RenameDialog kind={kind} document={renamed} onClose={() => setRenamed(null)} />}
    </>
  )
}

const colours = { generating: 'blue', completed: 'teal', failed: 'red', expired: 'gray' } as const

function Line({ kind, document, onRename }: { kind: Kind; document: Document; onRename: () => void }) {
  const { t } = useTranslation(['reports', 'shell'])
  const { bytes, number } = useFormats()
  const { name, status, warnings, failure, format } = document
  const isThere = status === 'completed'
  const notYet = t(`notYet.${status}`)
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={550} fz="sm" className="report-name">
        {isThere ? (
          <Anchor href={document.links.file} download size="sm" fw={550} underline="hover">
            {name}
          </Anchor>
        ) : (
          name
        )}
        {document.schedule_id && (
          <Text size="xs" c="dimmed">
            {t('report.scheduled')}
          </Text>
        )}
      </Table.Th>
      <Table.Td>{format.toUpperCase()}</Table.Td>
      <Table.Td>
        <span role="status">
          <Badge
            color={colours[status]}
            variant="light"
            size="sm"
            miw="max-content"
            tt="none"
            fw={550}
            leftSection={status === 'generating' ? <Loader size={10} aria-hidden /> : undefined}
          >
            {t(`status.${status}`)}
          </Badge>
        </span>
        {failure && (
          <Text size="xs" maw={280}>
            {failure.message}
          </Text>
        )}
        {warnings.map((warning) => (
          <Text key={warning} size="xs" c="dimmed" maw={280}>
            {warning}
          </Text>
        ))}
      </Table.Td>
      <Table.Td>
        <When at={document.created_at} />
        {document.expires_at && isThere && (
          <Text size="xs" c="dimmed">
            {t('until')} <When at={document.expires_at} />
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="end">{document.rows === null ? <Absent reason={notYet} /> : number(document.rows)}</Table.Td>
      <Table.Td ta="end">
        {document.size_bytes === null ? <Absent reason={notYet} /> : bytes(document.size_bytes)}
      </Table.Td>
      <Table.Td>
        <Acts kind={kind} document={document} onRename={onRename} />
      </Table.Td>
    </Table.Tr>
  )
}

function Acts({ kind, document, onRename }: { kind: Kind; document: Document; onRename: () => void }) {
  const { t } = useTranslation(['reports', 'shell'])
  const { id, name, status } = document
  const remove = useAct(() => deleteDocument(kind, id), { touches: [[`${kind}s`]], done: t('deleted', { name }) })
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      {status === 'completed' && (
        <Button
          size="compact-sm"
          variant="light"
          component="a"
          href={document.links.file}
          download
          aria-label={t('downloadOf', { name })}
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          {t('shell:action.download')}
        </Button>
      )}
      <RowMenu name={name} isBusy={remove.isPending} deleteText={t('delete.text')} onDelete={() => remove.mutate()}>
        <Menu.Item onClick={onRename}>{t('rename.open')}</Menu.Item>
      </RowMenu>
    </Group>
  )
}

/** What was chosen by a link from a schedule. */
export function OfSchedule({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation('reports')
  return (
    <Alert color="blue" p="xs">
      <Group gap="sm">
        <Text size="sm">{t('schedule.only')}</Text>
        <Button size="compact-sm" variant="light" onClick={onClear}>
          {t('schedule.showAll')}
        </Button>
      </Group>
    </Alert>
  )
}
