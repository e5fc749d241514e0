// Reports that come again and again: when, to whom, and what became of the last one.

import { Badge, Button, Group, Menu, Table, Text } from '@mantine/core'
import { IconCalendarRepeat } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { useAct } from '../../components/act.ts'
import { useAddress } from '../../components/address.ts'
import { Absent, When } from '../../components/figures.tsx'
import { Listed } from '../../components/listed.tsx'
import { usePages } from '../../components/pages.ts'
import { Blank } from '../../components/states.tsx'
import { TableRegion } from '../../components/table-region.tsx'
import { readSchedules, type Schedule } from './queries.ts'
import { RowMenu } from './row-menu.tsx'
import { useWhenWords } from './when-words.ts'

export function Schedules({ action }: { action: ReactNode }) {
  const { t } = useTranslation(['reports', 'shell'])
  const schedules = usePages(['report-schedules'], readSchedules)
  return (
    <Listed
      query={schedules}
      blank={
        <Blank title={t('schedule.blank.title')} icon={IconCalendarRepeat} action={action}>
          {t('schedule.blank.text')}
        </Blank>
      }
    >
      {(rows) => (
        <TableRegion
          label={t('schedule.caption')}
          minWidth={860}
          headings={[
            { id: 'name', label: t('field.name') },
            { id: 'when', label: t('schedule.when') },
            { id: 'recipients', label: t('schedule.recipients') },
            { id: 'state', label: t('field.state') },
            { id: 'next', label: t('schedule.next') },
            { id: 'last', label: t('schedule.last') },
            { id: 'acts', label: t('field.acts'), align: 'end' },
          ]}
        >
          {rows.map((one) => (
            <Line key={one.schedule_id} schedule={one} />
          ))}
        </TableRegion>
      )}
    </Listed>
  )
}

function Line({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation(['reports', 'shell'])
  const whenWords = useWhenWords()
  const { name, recipients, state, paused_reason, next_run_at, last_run_at, format, delivery, time_zone } = schedule
  const isActive = state === 'active'
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={550} fz="sm" className="report-name">
        {name}
        <Text size="xs" c="dimmed">
          {format.toUpperCase()} · {t(delivery === 'attachment' ? 'schedule.attachment' : 'schedule.link')}
        </Text>
      </Table.Th>
      <Table.Td>
        {whenWords(schedule)}
        <Text size="xs" c="dimmed">
          {time_zone}
        </Text>
      </Table.Td>
      <Table.Td>
        {recipients.length === 0 ? (
          <Absent reason={t('schedule.nobody')} />
        ) : (
          <span title={recipients.map(({ email }) => email).join(', ')}>
            {recipients[0]?.email}
            {recipients.length > 1 && ` ${t('schedule.others', { count: recipients.length - 1 })}`}
          </span>
        )}
      </Table.Td>
      <Table.Td>
        <Badge color={isActive ? 'teal' : 'yellow'} variant="light" size="sm" tt="none" fw={550}>
          {t(isActive ? 'schedule.active' : 'schedule.paused')}
        </Badge>
        {paused_reason && <Text size="xs">{paused_reason}</Text>}
      </Table.Td>
      <Table.Td>{next_run_at ? <When at={next_run_at} /> : <Absent reason={t('schedule.noNext')} />}</Table.Td>
      <Table.Td>{last_run_at ? <When at={last_run_at} /> : <Absent reason={t('schedule.noLast')} />}</Table.Td>
      <Table.Td>
        <Acts schedule={schedule} />
      </Table.Td>
    </Table.Tr>
  )
}

function Acts({ schedule: { schedule_id: id, name, state } }: { schedule: Schedule }) {
  const { t } = useTranslation(['reports', 'shell'])
  const { set } = useAddress()
  const params = { params: { path: { id } } }
  const touches = [['report-schedules'], ['reports']]
  const pause = useAct(() => told(api.POST('/v1/report-schedules/{id}/pause', params)), {
    touches,
    done: t('schedule.pausedNow', { name }),
  })
  const resume = useAct(() => told(api.POST('/v1/report-schedules/{id}/resume', params)), {
    touches,
    done: t('schedule.resumedNow', { name }),
  })
  const run = useAct(() => told(api.POST('/v1/report-schedules/{id}/run', params)), {
    touches,
    done: t('schedule.running', { name }),
  })
  const remove = useAct(() => told(api.DELETE('/v1/report-schedules/{id}', params)), {
    touches: [['report-schedules']],
    done: t('deleted', { name }),
  })
  const isBusy = [pause, resume, run, remove].some(({ isPending }) => isPending)
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="light"
        aria-label={t('schedule.editOf', { name })}
        onClick={() => void set({ schedule: id }, { push: true })}
      >
        {t('shell:action.edit')}
      </Button>
      <RowMenu name={name} isBusy={isBusy} deleteText={t('schedule.deleteText')} onDelete={() => remove.mutate()}>
        <Menu.Item onClick={() => run.mutate()}>{t('schedule.run')}</Menu.Item>
        {state === 'active' ? (
          <Menu.Item onClick={() => pause.mutate()}>{t('schedule.pause')}</Menu.Item>
        ) : (
          <Menu.Item onClick={() => resume.mutate()}>{t('schedule.resume')}</Menu.Item>
        )}
        <Menu.Item onClick={() => void set({ tab: null, of: id }, { push: true })}>{t('schedule.made')}</Menu.Item>
      </RowMenu>
    </Group>
  )
}
