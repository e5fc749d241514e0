// What was used of this month's allocation, and what came on each day of a month.

import { Group, Progress, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import { useAddress } from '../../../components/address.ts'
import { useFormats } from '../../../components/figures.tsx'
import { Panel } from '../../../components/panel.tsx'
import { Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'

type Usage = Answer<'/v1/usage', 'get'>
type Days = Answer<'/v1/usage/days', 'get'>
type Kind = 'minutes' | 'chats'

const monthsShown = 12

const usageQuery = queryOptions({ queryKey: ['usage'], queryFn: () => told(api.GET('/v1/usage')) })
const daysQuery = (month: string | undefined) =>
  queryOptions({
    queryKey: ['usage', 'days', month ?? 'now'],
    queryFn: () => told(api.GET('/v1/usage/days', { params: { query: month ? { month } : {} } })),
    placeholderData: (before) => before,
  })

export function UsagePart() {
  const { t } = useTranslation('settings')
  const { search, set } = useAddress()
  const usage = useQuery(usageQuery)
  const days = useQuery(daysQuery(search.month))
  return (
    <>
      <Panel title={t('part.usage')} about={t('usage.about')}>
        <Loaded query={usage}>
          {(found) => (
            <>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <Amount kind="minutes" of={found} />
                <Amount kind="chats" of={found} />
              </SimpleGrid>
              <Text size="sm" c="dimmed">
                {t(`usage.onExceeded.${found.on_allocation_exceeded}`)} {t('usage.zone', { zone: found.time_zone })}
              </Text>
            </>
          )}
        </Loaded>
      </Panel>
      <Panel
        title={t('usage.byDay')}
        actions={
          usage.data && <Months now={usage.data.month} value={search.month} onChange={(month) => set({ month })} />
        }
      >
        <Loaded query={days}>{(found) => <DayTable of={found} />}</Loaded>
      </Panel>
    </>
  )
}

function Amount({ kind, of }: { kind: Kind; of: Usage }) {
  const { t } = useTranslation('settings')
  const { number, percent } = useFormats()
  const { used, reserved, limit, percent: share } = of[kind]
  return (
    <Stack gap={4}>
      <Text size="sm" c="dimmed">
        {t(`usage.${kind}`)}
      </Text>
      <Text size="xl" fw={650}>
        {number(used)}
      </Text>
      {limit === null ? (
        <Text size="sm">{t('usage.unlimited')}</Text>
      ) : (
        <>
          <Progress
            value={Math.min(100, share ?? 0)}
            color={(share ?? 0) >= 100 ? 'red' : (share ?? 0) >= 75 ? 'yellow' : 'lagoon'}
            aria-label={t('usage.share', { kind: t(`usage.${kind}`) })}
          />
          <Text size="sm">{t('usage.of', { limit: number(limit), percent: percent(share ?? 0) })}</Text>
        </>
      )}
      {reserved > 0 && (
        <Text size="xs" c="dimmed">
          {t('usage.reserved', { amount: number(reserved) })}
        </Text>
      )}
    </Stack>
  )
}

function Months(props: { now: string; value: string | undefined; onChange: (month: string | null) => void }) {
  const { now, value, onChange } = props
  const { t } = useTranslation('settings')
  const { locale } = useFormats()
  const [year = 2000, month = 1] = now.split('-').map(Number)
  const name = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const months = Array.from({ length: monthsShown }, (_, back) => {
    const first = new Date(Date.UTC(year, month - 1 - back, 1))
    return { value: first.toISOString().slice(0, 7), label: name.format(first) }
  })
  return (
    <Select
      aria-label={t('usage.month')}
      size="xs"
      allowDeselect={false}
      data={months}
      value={value ?? now.slice(0, 7)}
      onChange={onChange}
    />
  )
}

/** Days without anything are left out; the bar is of the busiest day. */
function DayTable({ of }: { of: Days }) {
  const { t } = useTranslation('settings')
  const { number, locale } = useFormats()
  const days = of.days.filter(({ calls, chats, minutes }) => calls > 0 || chats > 0 || minutes > 0)
  const most = Math.max(1, ...days.map(({ minutes }) => minutes))
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  if (days.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('usage.nothing')}
      </Text>
    )
  }
  const columns = (['day', 'minutes', 'calls', 'chats'] as const).map((name) => t(`usage.column.${name}`))
  return (
    <TableRegion label={t('usage.byDay')} headings={columns} minWidth={420}>
      {days.map(({ date, minutes, calls, chats }) => (
        <Table.Tr key={date}>
          <Table.Td>{day.format(new Date(date.slice(0, 10)))}</Table.Td>
          <Table.Td>
            <Group gap="xs" wrap="nowrap">
              <Text size="sm" w={70} ta="end">
                {number(minutes)}
              </Text>
              <Progress value={(100 * minutes) / most} flex={1} miw={60} aria-hidden />
            </Group>
          </Table.Td>
          <Table.Td>{number(calls)}</Table.Td>
          <Table.Td>{number(chats)}</Table.Td>
        </Table.Tr>
      ))}
    </TableRegion>
  )
}
