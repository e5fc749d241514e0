// Agents from a CSV: first what would become of each row, then the import itself.

import { Alert, Badge, Button, FileInput, Group, Modal, Select, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { Failed } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'

type Imported = Answer<'/v1/agents/import', 'post'>
type Row = Imported['rows'][number]
type Outcome = Row['outcome']
type Unmatched = 'create' | 'skip' | 'refuse'

const outcomes = ['created', 'updated', 'unchanged', 'skipped', 'refused'] as const satisfies readonly Outcome[]
const colours = { created: 'teal', updated: 'blue', unchanged: 'gray', skipped: 'yellow', refused: 'red' } as const
const rowsShownMax = 200

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['agents', 'shell'])
  const may = useMay()
  const [file, setFile] = useState<File | null>(null)
  const [unmatched, setUnmatched] = useState<Unmatched>('refuse')
  const send = async (isDry: boolean): Promise<Imported> => {
    const form = new FormData()
    // Options first: the server reads a form in its order.
    form.append('unmatched', unmatched)
    form.append('dry_run', String(isDry))
    if (file) form.append('file', file)
    return told(api.POST('/v1/agents/import', { body: form as never, bodySerializer: () => form }))
  }
  const tryOut = useAct(() => send(true), { isQuiet: true })
  const run = useAct(() => send(false), { touches: [['agents'], ['teams'], ['interactions']], isQuiet: true })
  const again = (change: () => void) => {
    tryOut.reset()
    run.reset()
    change()
  }
  const shown = run.data ?? tryOut.data
  const error = run.error ?? tryOut.error
  const changing = (tryOut.data?.counts.created ?? 0) + (tryOut.data?.counts.updated ?? 0)
  const wouldStop = tryOut.data !== undefined && tryOut.data.counts.refused > 0
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('import.title')}
      closeButtonProps={{ 'aria-label': t('shell:action.close') }}
    >
      <Stack>
        <Text size="sm">{t('import.about')}</Text>
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <FileInput
            label={t('import.file')}
            placeholder={t('import.choose')}
            accept=".csv,text/csv,text/plain"
            clearable
            clearButtonProps={{ 'aria-label': t('shell:action.clear') }}
            value={file}
            onChange={(chosen) => again(() => setFile(chosen))}
          />
          <Select
            label={t('import.unmatched')}
            allowDeselect={false}
            value={unmatched}
            data={(['refuse', 'skip', 'create'] as const).map((value) => ({
              value,
              label: t(`import.unmatchedIs.${value}`),
              disabled: value === 'create' && !may('teams:manage'),
            }))}
            onChange={(value) => again(() => setUnmatched(value as Unmatched))}
          />
        </Group>
        {error && <Failed error={error} />}
        {shown && <Outcomes of={shown} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t(run.isSuccess ? 'shell:action.close' : 'shell:action.cancel')}
          </Button>
          {!tryOut.data && (
            <Button disabled={file === null} loading={tryOut.isPending} onClick={() => tryOut.mutate()}>
              {t('import.try')}
            </Button>
          )}
          {tryOut.data && !run.isSuccess && (
            <Button disabled={wouldStop || changing === 0} loading={run.isPending} onClick={() => run.mutate()}>
              {t('import.run', { count: changing })}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}

function Outcomes({ of }: { of: Imported }) {
  const { t } = useTranslation('agents')
  const stopped = of.counts.refused > 0
  // What needs a look comes first.
  const rows = [...of.rows].sort((a, b) => outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome))
  return (
    <>
      <Alert
        color={stopped ? 'red' : of.dry_run ? 'blue' : 'teal'}
        title={t(of.dry_run ? 'import.wouldBe' : of.applied ? 'import.done' : 'import.stopped')}
        role="status"
      >
        <Group gap="md">
          {outcomes
            .filter((one) => of.counts[one] > 0)
            .map((one) => (
              <Text key={one} size="sm">
                {t(`import.counts.${one}`, { count: of.counts[one] })}
              </Text>
            ))}
        </Group>
        {of.teams_created.length > 0 && (
          <Text size="sm">{t('import.teams', { names: of.teams_created.join(', ') })}</Text>
        )}
        {of.departments_created.length > 0 && (
          <Text size="sm">{t('import.departments', { names: of.departments_created.join(', ') })}</Text>
        )}
        {of.linked_conversations > 0 && <Text size="sm">{t('form.linked', { count: of.linked_conversations })}</Text>}
        {stopped && of.dry_run && <Text size="sm">{t('import.mend')}</Text>}
        {of.warnings.map((warning) => (
          <Text key={warning} size="sm">
            {warning}
          </Text>
        ))}
      </Alert>
      <TableRegion
        label={t('import.rows')}
        minWidth={620}
        headings={[
          { id: 'line', label: t('import.line'), align: 'end' },
          { id: 'name', label: t('column.name') },
          { id: 'email', label: t('column.email') },
          { id: 'outcome', label: t('import.outcome') },
          { id: 'reason', label: t('import.reason') },
        ]}
      >
        {rows.slice(0, rowsShownMax).map((row) => (
          <Table.Tr key={row.line}>
            <Table.Td ta="end">{row.line}</Table.Td>
            <Table.Td>{row.name}</Table.Td>
            <Table.Td>{row.email}</Table.Td>
            <Table.Td>
              <Badge color={colours[row.outcome]} variant="light" size="sm" tt="none" fw={550}>
                {t(`import.outcomeIs.${row.outcome}`)}
              </Badge>
            </Table.Td>
            <Table.Td>
              <Why of={row} />
            </Table.Td>
          </Table.Tr>
        ))}
      </TableRegion>
      {rows.length > rowsShownMax && (
        <Text size="sm" c="dimmed">
          {t('import.rest', { count: rows.length - rowsShownMax })}
        </Text>
      )}
    </>
  )
}

function Why({ of: { reason, similar } }: { of: Row }) {
  const { t } = useTranslation('agents')
  const near = [...(similar?.teams ?? []), ...(similar?.departments ?? []), ...(similar?.agents ?? [])]
  return (
    <>
      {reason && <Text size="sm">{reason}</Text>}
      {near.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('import.similar', { names: near.join(', ') })}
        </Text>
      )}
    </>
  )
}
