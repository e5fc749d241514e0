// Which days the board is about, whether they are compared, and whose conversations count. All of it is in the address.

import { Group, Pill, SegmentedControl, Select, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { agentsQuery, teamsQuery } from '../interactions/queries.ts'
import { type Days, isDay, periodNames } from './periods.ts'
import { any, filterNames, type View, writtenPeriod } from './view.ts'

type Change = (change: Record<string, string | null>) => void

export function BoardFilters({ view, days, onChange }: { view: View; days: Days; onChange: Change }) {
  const { t } = useTranslation('home')
  const { channel } = view.filters
  const shown = filterNames.filter((name) => name !== 'channel' && name !== 'team' && view.filters[name])
  return (
    <Group gap="sm" className="board-filters" role="group" aria-label={t('filters.title')}>
      <PeriodChoice view={view} days={days} onChange={onChange} />
      <SegmentedControl
        aria-label={t('filters.channel')}
        value={channel === 'voice' || channel === 'chat' ? channel : ''}
        onChange={(value) => onChange({ channel: value || any })}
        data={[
          { value: '', label: t('channel.all') },
          { value: 'voice', label: t('channel.calls') },
          { value: 'chat', label: t('channel.chats') },
        ]}
      />
      <TeamChoice team={view.filters.team} onChange={onChange} />
      <Switch
        label={t('filters.compare')}
        checked={view.compare}
        onChange={(event) => onChange({ compare: event.currentTarget.checked ? 'yes' : 'no' })}
      />
      {shown.map((name) => (
        <Pill
          key={name}
          size="md"
          withRemoveButton
          removeButtonProps={{
            'aria-label': t('filters.remove', { name: t(`filter.${name}`) }),
            'aria-hidden': false,
            tabIndex: 0,
          }}
          onRemove={() => onChange({ [name]: any })}
        >
          {t(`filter.${name}`)}: {name === 'agent' ? <AgentName of={view.filters.agent ?? ''} /> : view.filters[name]}
        </Pill>
      ))}
    </Group>
  )
}

function PeriodChoice({ view, days, onChange }: { view: View; days: Days; onChange: Change }) {
  const { t } = useTranslation('home')
  const isOwn = typeof view.period === 'object'
  const [typed, setTyped] = useState<Partial<Days>>({})
  const shown = { ...days, ...typed }
  const type = (change: Partial<Days>) => {
    const next = { ...shown, ...change }
    const isWhole = isDay(next.from) && isDay(next.to) && next.from <= next.to
    setTyped(isWhole ? {} : next)
    if (isWhole) onChange({ period: writtenPeriod(next) })
  }
  const isBackwards = isDay(shown.from) && isDay(shown.to) && shown.from > shown.to
  return (
    <>
      <Select
        aria-label={t('filters.period')}
        w={170}
        allowDeselect={false}
        value={isOwn ? 'own' : (view.period as string)}
        data={[
          ...periodNames.map((value) => ({ value: value as string, label: t(`period.${value}`) })),
          { value: 'own', label: t('period.own') },
        ]}
        onChange={(value) => value && onChange({ period: value === 'own' ? writtenPeriod(days) : value })}
      />
      {isOwn &&
        (['from', 'to'] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            w={150}
            aria-label={t(`filters.${name}`)}
            value={shown[name]}
            error={name === 'to' && isBackwards ? t('filters.backwards') : undefined}
            onChange={(event) => type({ [name]: event.currentTarget.value })}
          />
        ))}
    </>
  )
}

function TeamChoice({ team, onChange }: { team: string | undefined; onChange: Change }) {
  const { t } = useTranslation('home')
  const mayList = useMay()('users:read')
  const [isAsked, setAsked] = useState(false)
  const teams = useQuery({ ...teamsQuery, enabled: mayList && isAsked })
  if (!mayList && !team) return null
  const names = new Set([...(team ? [team] : []), ...(teams.data?.teams ?? []).map(({ name }) => name)])
  return (
    <Select
      aria-label={t('filters.team')}
      placeholder={t('filters.everyTeam')}
      w={170}
      clearable
      searchable
      value={team ?? null}
      data={[...names].sort((one, other) => one.localeCompare(other))}
      nothingFoundMessage={t(teams.isPending && mayList ? 'filters.loading' : 'filters.noTeam')}
      onDropdownOpen={() => setAsked(true)}
      onChange={(value) => onChange({ team: value ?? any })}
    />
  )
}

function AgentName({ of }: { of: string }) {
  const agents = useQuery({ ...agentsQuery, enabled: useMay()('agents:read') })
  const found = agents.data?.find(({ agent_id }) => agent_id === of)
  return <>{found?.name ?? found?.email ?? of.slice(0, 36)}</>
}
