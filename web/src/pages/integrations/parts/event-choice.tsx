// Which events, chosen from the catalogue: single ones, all of a noun, or all.

import { MultiSelect, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { catalogueQuery } from '../webhooks/queries.ts'

export function EventChoice({
  value,
  onChange,
  label,
  isOptional = false,
}: {
  value: string[]
  onChange: (events: string[]) => void
  label?: string
  isOptional?: boolean
}) {
  const { t } = useTranslation('integrations')
  const { data: types = [], isPending } = useQuery(catalogueQuery)
  const nouns = [...new Set(types.map(({ type }) => type.split('.')[0] ?? ''))]
  const summaries = new Map(types.map(({ type, summary }) => [type, summary]))
  const known = [...types.map(({ type }) => type), ...nouns.map((noun) => `${noun}.*`), '*']
  const data = [
    { group: t('events.every'), items: ['*', ...value.filter((one) => !known.includes(one))] },
    ...nouns.map((noun) => ({
      group: noun,
      items: [`${noun}.*`, ...types.map(({ type }) => type).filter((type) => type.startsWith(`${noun}.`))],
    })),
  ]
  return (
    <MultiSelect
      label={label ?? t('events.choose')}
      description={t(isOptional ? 'events.narrowHint' : 'events.chooseHint')}
      required={!isOptional}
      searchable
      hidePickedOptions
      clearable
      clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'shell' }) }}
      placeholder={isPending ? t('state.loading', { ns: 'shell' }) : value.length === 0 ? t('events.choose') : ''}
      data={data}
      value={value}
      onChange={onChange}
      maxDropdownHeight={320}
      nothingFoundMessage={t('events.noneFound')}
      renderOption={({ option }) => (
        <Stack gap={0}>
          <Text size="sm">{option.value}</Text>
          <Text size="xs" c="dimmed">
            {summaries.get(option.value) ??
              (option.value === '*' ? t('events.allHint') : t('events.nounHint', { noun: option.value.slice(0, -2) }))}
          </Text>
        </Stack>
      )}
    />
  )
}
