// A schedule, new or known: what, when, to whom. Of two who change one, the later is told and decides.

import {
  Alert,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { peopleQuery } from '../../api/names.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../components/act.ts'
import { useDraft } from '../../components/draft.ts'
import { useFormats } from '../../components/figures.tsx'
import { FormDrawer } from '../../components/form-drawer.tsx'
import { Failed } from '../../components/states.tsx'
import { choiceOf, firstChoice, isWhole, parametersOf } from './choice.ts'
import { ChoiceFields } from './choice-fields.tsx'
import { type Schedule, type ScheduleBody, scheduleQuery } from './queries.ts'
import { reportFormats } from './report-form.tsx'
import { useWeekdayName, weekdays } from './when-words.ts'

type Draft = Required<Omit<ScheduleBody, 'parameters' | 'report_type' | 'day_of_month'>> & {
  day_of_month: number
  choice: typeof firstChoice
}

const first: Draft = {
  name: '',
  format: 'pdf',
  frequency: 'weekly',
  time_of_day: '07:00',
  weekdays: [1],
  day_of_month: 1,
  recipients: [],
  delivery: 'link',
  choice: { ...firstChoice, period: 'last_week' },
}

const draftOf = (schedule: Schedule): Draft => ({
  name: schedule.name,
  format: schedule.format as Draft['format'],
  frequency: schedule.frequency as Draft['frequency'],
  time_of_day: schedule.time_of_day,
  weekdays: schedule.weekdays.length > 0 ? schedule.weekdays : [1],
  day_of_month: schedule.day_of_month ?? 1,
  recipients: schedule.recipients.map(({ email, user_id }) => email || user_id || ''),
  delivery: schedule.delivery as Draft['delivery'],
  choice: choiceOf(schedule),
})

const bodyOf = ({ choice, weekdays: days, day_of_month, ...rest }: Draft): ScheduleBody => ({
  ...rest,
  name: rest.name.trim(),
  // Pasted lists come as one text.
  recipients: rest.recipients.flatMap((text) => text.split(/[,;\s]+/)).filter(Boolean),
  ...(rest.frequency === 'weekly' ? { weekdays: days } : {}),
  ...(rest.frequency === 'monthly' ? { day_of_month } : {}),
  parameters: parametersOf(choice),
})

/** With the schedule as it is now, read for this. */
export function EditSchedule({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation(['reports', 'shell'])
  const found = useQuery(scheduleQuery(id))
  if (found.isError)
    return (
      <Alert color="red" withCloseButton closeButtonLabel={t('shell:action.close')} onClose={onClose}>
        <Failed error={found.error} retry={() => void found.refetch()} />
      </Alert>
    )
  if (!found.data || found.isFetching) return null
  return <ScheduleForm key={found.dataUpdatedAt} schedule={found.data} onClose={onClose} onReload={found.refetch} />
}

export function ScheduleForm({
  schedule,
  onClose,
  onReload,
}: {
  schedule: Schedule | null
  onClose: () => void
  onReload?: () => unknown
}) {
  const { t } = useTranslation(['reports', 'shell'])
  const form = useDraft(schedule ? draftOf(schedule) : first)
  const { draft, set } = form
  const save = useAct(
    async ({ isForced }: { isForced: boolean }) => {
      if (schedule === null) return told(api.POST('/v1/report-schedules', { body: bodyOf(draft) }))
      const header: Record<string, string> = isForced ? {} : { 'If-Match': `"${schedule.revision}"` }
      const params = { path: { id: schedule.schedule_id }, header }
      return told(api.PATCH('/v1/report-schedules/{id}', { params, body: bodyOf(draft) }))
    },
    {
      touches: [['report-schedules']],
      done: t('schedule.saved', { name: draft.name.trim() }),
      isQuiet: true,
      onDone: onClose,
    },
  )
  return (
    <FormDrawer
      title={t(schedule ? 'schedule.edit' : 'schedule.new')}
      submit={t(schedule ? 'shell:action.save' : 'shell:action.create')}
      isDirty={form.isDirty}
      isReady={draft.name.trim() !== '' && draft.time_of_day !== '' && isWhole(draft.choice)}
      save={save}
      onSubmit={() => save.mutate({ isForced: false })}
      onClose={onClose}
      newer={{ onReload: () => void onReload?.(), onOverwrite: () => save.mutate({ isForced: true }) }}
    >
      {schedule && (
        <Text size="sm" c="dimmed">
          {t('schedule.rights')}
        </Text>
      )}
      <TextInput label={t('field.name')} required data-autofocus maxLength={200} {...form.text('name')} />
      <WhenFields draft={draft} onChange={set} />
      <SendFields draft={draft} onChange={set} />
      <ChoiceFields value={draft.choice} onChange={(change) => set({ choice: { ...draft.choice, ...change } })} />
    </FormDrawer>
  )
}

type Part = { draft: Draft; onChange: (change: Partial<Draft>) => void }

function WhenFields({ draft, onChange }: Part) {
  const { t } = useTranslation('reports')
  const { timeZone } = useFormats()
  const nameOf = useWeekdayName()
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('schedule.frequency')}
        value={draft.frequency}
        data={(['daily', 'weekly', 'monthly'] as const).map((value) => ({ value, label: t(`frequency.${value}`) }))}
        onChange={(frequency) => onChange({ frequency: frequency as Draft['frequency'] })}
      />
      {draft.frequency === 'weekly' && (
        <Checkbox.Group
          label={t('schedule.weekdays')}
          value={draft.weekdays.map(String)}
          onChange={(days) => days.length > 0 && onChange({ weekdays: days.map(Number).sort() })}
        >
          <Group gap="sm" mt={6}>
            {weekdays.map((day) => (
              <Checkbox key={day} value={String(day)} label={nameOf(day)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      <Group align="flex-start" grow>
        {draft.frequency === 'monthly' && (
          <NumberInput
            label={t('schedule.day')}
            description={t('schedule.dayAbout')}
            min={1}
            max={31}
            clampBehavior="strict"
            allowDecimal={false}
            value={draft.day_of_month}
            onChange={(day) => typeof day === 'number' && onChange({ day_of_month: day })}
          />
        )}
        <TextInput
          type="time"
          required
          label={t('schedule.time')}
          description={timeZone}
          value={draft.time_of_day}
          onChange={(event) => onChange({ time_of_day: event.currentTarget.value.slice(0, 5) })}
        />
      </Group>
    </Stack>
  )
}

function SendFields({ draft, onChange }: Part) {
  const { t } = useTranslation('reports')
  const may = useMay()
  const people = useQuery({ ...peopleQuery, enabled: may('users:read') }).data ?? []
  return (
    <Stack gap="sm">
      <TagsInput
        label={t('schedule.recipients')}
        description={t('schedule.recipientsAbout')}
        maxTags={50}
        splitChars={[',', ';', ' ']}
        acceptValueOnBlur
        data={people.map(({ email }) => email)}
        value={draft.recipients}
        onChange={(recipients) => onChange({ recipients })}
      />
      <Group grow align="flex-start">
        <Select
          label={t('field.format')}
          allowDeselect={false}
          data={reportFormats.map((value) => ({ value, label: t(`format.${value}`) }))}
          value={draft.format}
          onChange={(format) => onChange({ format: format as Draft['format'] })}
        />
        <Select
          label={t('schedule.delivery')}
          allowDeselect={false}
          data={(['link', 'attachment'] as const).map((value) => ({ value, label: t(`schedule.${value}`) }))}
          value={draft.delivery}
          onChange={(delivery) => onChange({ delivery: delivery as Draft['delivery'] })}
        />
      </Group>
    </Stack>
  )
}
