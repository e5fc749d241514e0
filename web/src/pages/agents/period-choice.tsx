// Which days the figures are about.

import { Group, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAddress } from '../../components/address.ts'
import { useFormats } from '../../components/figures.tsx'
import { type Period, periodIn, periodNames } from './period.ts'

export function usePeriod(): Period {
  const { search } = useAddress()
  const { timeZone } = useFormats()
  return periodIn(search, timeZone)
}

export function PeriodChoice() {
  const { t } = useTranslation('agents')
  const { set } = useAddress()
  const period = usePeriod()
  const own = (change: { from?: string; to?: string }) => {
    const next = { from: period.from, to: period.to, ...change }
    if (next.from && next.to) void set({ period: null, ...next })
  }
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label={t('period.label')}
        w={170}
        allowDeselect={false}
        value={period.name}
        data={[...periodNames, 'own' as const].map((value) => ({ value, label: t(`period.${value}`) }))}
        onChange={(name) =>
          name === 'own' ? own({}) : void set({ period: name === '30d' ? null : name, from: null, to: null })
        }
      />
      {period.name === 'own' && (
        <>
          <TextInput
            type="date"
            label={t('period.from')}
            value={period.from}
            max={period.to}
            onChange={(event) => own({ from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('period.to')}
            value={period.to}
            min={period.from}
            onChange={(event) => own({ to: event.currentTarget.value })}
          />
        </>
      )}
    </Group>
  )
}
