// A report that is made now.

import { Checkbox, Group, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { useAct } from '../../components/act.ts'
import { useDraft } from '../../components/draft.ts'
import { useFormats } from '../../components/figures.tsx'
import { FormDrawer } from '../../components/form-drawer.tsx'
import { firstChoice, isWhole, parametersOf, questionOf } from './choice.ts'
import { ChoiceFields } from './choice-fields.tsx'

export const reportFormats = ['pdf', 'xlsx', 'csv'] as const
export type ReportFormat = (typeof reportFormats)[number]

const first = { name: '', formats: ['pdf'] as ReportFormat[], choice: firstChoice }

export function ReportForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['reports', 'shell'])
  const { timeZone } = useFormats()
  const form = useDraft(first)
  const { draft, set } = form
  const make = useAct(
    async () => {
      const { start_date: from, end_date: to } = questionOf(draft.choice, timeZone)
      const name = draft.name.trim() || t('report.called', { from, to })
      for (const format of draft.formats) {
        const body = {
          name,
          report_type: 'overview',
          format,
          parameters: parametersOf(draft.choice),
        }
        await told(api.POST('/v1/reports/generate', { body }))
      }
    },
    {
      touches: [['reports']],
      done: t('report.begun', { count: draft.formats.length }),
      isQuiet: true,
      onDone: onClose,
    },
  )
  return (
    <FormDrawer
      title={t('report.new')}
      submit={t('report.make', { count: draft.formats.length })}
      isDirty={form.isDirty}
      isReady={draft.formats.length > 0 && isWhole(draft.choice)}
      save={make}
      onSubmit={() => make.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('field.name')}
        description={t('report.nameAbout')}
        data-autofocus
        maxLength={200}
        {...form.text('name')}
      />
      <Checkbox.Group label={t('field.formats')} {...form.value('formats')}>
        <Group mt={6}>
          {reportFormats.map((one) => (
            <Checkbox key={one} value={one} label={t(`format.${one}`)} />
          ))}
        </Group>
      </Checkbox.Group>
      <ChoiceFields value={draft.choice} onChange={(change) => set({ choice: { ...draft.choice, ...change } })} />
    </FormDrawer>
  )
}
