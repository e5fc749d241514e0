// An export that is made now: which conversations, which columns, as what.

import { MultiSelect, Select, SimpleGrid, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { useAct } from '../../components/act.ts'
import { useDraft } from '../../components/draft.ts'
import { FormDrawer } from '../../components/form-drawer.tsx'
import { noPeople, peopleSent } from './choice.ts'
import { PeopleFields } from './people-fields.tsx'
import { columnsQuery, type ExportBody } from './queries.ts'

const formats = ['xlsx', 'csv', 'ndjson'] as const
const first = {
  ...noPeople,
  name: '',
  format: 'xlsx' as ExportBody['format'],
  from: '',
  to: '',
  filter: '',
  columns: [] as string[],
  separator: ',' as ',' | ';',
}

export function ExportForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['reports', 'shell'])
  const columns = useQuery(columnsQuery).data ?? []
  const form = useDraft(first)
  const { draft, set } = form
  const make = useAct(
    () => {
      const { name, format, from, to, filter, columns: chosen, separator } = draft
      const body: ExportBody = {
        format,
        ...peopleSent(draft),
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(from ? { start_date: from } : {}),
        ...(to ? { end_date: to } : {}),
        ...(filter.trim() ? { filter: filter.trim() } : {}),
        ...(chosen.length > 0 ? { columns: chosen } : {}),
        ...(format === 'csv' ? { separator } : {}),
      }
      return told(api.POST('/v1/exports', { body }))
    },
    { touches: [['exports']], done: t('export.begun'), isQuiet: true, onDone: onClose },
  )
  return (
    <FormDrawer
      title={t('export.new')}
      submit={t('export.make')}
      isDirty={form.isDirty}
      isReady={draft.from === '' || draft.to === '' || draft.from <= draft.to}
      save={make}
      onSubmit={() => make.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('field.name')}
        description={t('export.nameAbout')}
        data-autofocus
        maxLength={200}
        {...form.text('name')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select
          label={t('field.format')}
          allowDeselect={false}
          data={formats.map((value) => ({ value, label: t(`format.${value}`) }))}
          {...form.value('format')}
        />
        {draft.format === 'csv' && (
          <Select
            label={t('export.separator')}
            allowDeselect={false}
            data={[
              { value: ',', label: t('export.comma') },
              { value: ';', label: t('export.semicolon') },
            ]}
            {...form.value('separator')}
          />
        )}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput type="date" label={t('period.from')} description={t('export.open')} {...form.text('from')} />
        <TextInput
          type="date"
          label={t('period.to')}
          description={t('export.open')}
          min={draft.from}
          {...form.text('to')}
        />
      </SimpleGrid>
      <PeopleFields value={draft} onChange={set} />
      <TextInput
        label={t('export.filter')}
        description={t('export.filterAbout')}
        maxLength={2000}
        {...form.text('filter')}
      />
      <MultiSelect
        label={t('export.columns')}
        description={t('export.columnsAbout')}
        placeholder={draft.columns.length === 0 ? t('export.allColumns') : ''}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('export.allColumns') }}
        nothingFoundMessage={t('export.noColumn')}
        data={columns.map(({ id, title }) => ({ value: id, label: title }))}
        {...form.value('columns')}
      />
    </FormDrawer>
  )
}
