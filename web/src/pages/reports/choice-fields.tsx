// What a report is about: days, people, parts and further metrics; and what it would hold as things stand.

import { Alert, Checkbox, Group, MultiSelect, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../components/figures.tsx'
import { type Choice, isWhole, questionOf, type SectionName, sectionNames } from './choice.ts'
import { PeopleFields } from './people-fields.tsx'
import { type PeriodName, periodNames } from './periods.ts'
import { countQuery, metricsQuery } from './queries.ts'

const settleMs = 300

export function ChoiceFields({ value, onChange }: { value: Choice; onChange: (change: Partial<Choice>) => void }) {
  const { t } = useTranslation('reports')
  const metrics = useQuery(metricsQuery).data ?? []
  const parts = [...new Set(metrics.map(({ section }) => section))]
  return (
    <Stack gap="sm">
      <Group align="flex-end" grow>
        <Select
          label={t('period.label')}
          allowDeselect={false}
          value={value.period}
          data={[...periodNames, 'own' as const].map((one) => ({ value: one, label: t(`period.${one}`) }))}
          onChange={(period) => onChange({ period: period as PeriodName | 'own' })}
        />
        {value.period === 'own' && (
          <>
            <TextInput
              type="date"
              required
              label={t('period.from')}
              value={value.from}
              onChange={(event) => onChange({ from: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              required
              label={t('period.to')}
              value={value.to}
              min={value.from}
              onChange={(event) => onChange({ to: event.currentTarget.value })}
            />
          </>
        )}
      </Group>
      <PeopleFields value={value} onChange={onChange} />
      <Checkbox.Group
        label={t('sections.label')}
        value={value.sections}
        onChange={(sections) => onChange({ sections: sections as SectionName[] })}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt={6}>
          {sectionNames.map((name) => (
            <Checkbox key={name} value={name} label={t(`sections.${name}`)} description={t(`sectionAbout.${name}`)} />
          ))}
        </SimpleGrid>
      </Checkbox.Group>
      <MultiSelect
        label={t('metrics.label')}
        description={t('metrics.about')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('metrics.clear') }}
        maxValues={40}
        nothingFoundMessage={t('metrics.none')}
        data={parts.map((group) => ({
          group,
          items: metrics.filter(({ section }) => section === group).map(({ id, name }) => ({ value: id, label: name })),
        }))}
        value={value.metrics}
        onChange={(chosen) => onChange({ metrics: chosen })}
      />
      <Preview of={value} />
    </Stack>
  )
}

function Preview({ of }: { of: Choice }) {
  const { t } = useTranslation('reports')
  const { timeZone, locale } = useFormats()
  const [settled] = useDebouncedValue(of, settleMs)
  const question = questionOf(settled, timeZone)
  const isReady = isWhole(settled)
  const count = useQuery({ ...countQuery(question), enabled: isReady && !settled.kept.filter })
  if (!isReady) return <Alert color="yellow">{t('preview.unfinished')}</Alert>
  const write = (day: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day))
  const parts = sectionNames.filter((name) => settled.sections.includes(name)).map((name) => t(`sections.${name}`))
  return (
    <Alert color={count.data === 0 ? 'yellow' : 'blue'} title={t('preview.title')} role="status">
      <Text size="sm">
        {t('preview.days', { from: write(question.start_date), to: write(question.end_date) })}{' '}
        {count.data !== undefined && t('preview.count', { count: count.data })}
      </Text>
      {parts.length > 0 && <Text size="sm">{t('preview.parts', { parts: parts.join(', ') })}</Text>}
      {settled.metrics.length > 0 && <Text size="sm">{t('preview.metrics', { count: settled.metrics.length })}</Text>}
      {settled.kept.filter && <Text size="sm">{t('preview.filter', { filter: settled.kept.filter })}</Text>}
    </Alert>
  )
}
