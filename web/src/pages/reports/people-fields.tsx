// Whose conversations: channel, departments, teams, agents.

import { MultiSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { agentsQuery, teamsQuery } from '../../api/names.ts'
import { useMay } from '../../api/session.ts'
import type { People } from './choice.ts'

export function PeopleFields({ value, onChange }: { value: People; onChange: (change: Partial<People>) => void }) {
  const { t } = useTranslation('reports')
  const may = useMay()
  const teams = useQuery({ ...teamsQuery, enabled: may('users:read') }).data ?? []
  const agents = useQuery({ ...agentsQuery, enabled: may('agents:read') }).data ?? []
  // What is chosen already stays to be seen, though it may not be known any more.
  const names = (known: string[], chosen: string[]) => [...new Set([...known, ...chosen])]
  const many = (name: 'departments' | 'teams' | 'agents', data: (string | { value: string; label: string })[]) => (
    <MultiSelect
      label={t(`people.${name}`)}
      placeholder={value[name].length === 0 ? t('people.all') : ''}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('people.all') }}
      nothingFoundMessage={t('people.none')}
      data={data}
      value={value[name]}
      onChange={(chosen) => onChange({ [name]: chosen })}
    />
  )
  const agentNames = new Map(agents.map(({ agent_id, name, email }) => [agent_id, name ?? email ?? agent_id]))
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={600} mb={4}>
          {t('people.channel')}
        </Text>
        <SegmentedControl
          aria-label={t('people.channel')}
          value={value.channel}
          onChange={(channel) => onChange({ channel: channel as People['channel'] })}
          data={(['all', 'voice', 'chat'] as const).map((one) => ({ value: one, label: t(`people.channelIs.${one}`) }))}
        />
      </div>
      {may('users:read') && (
        <>
          {many(
            'departments',
            names(
              teams.map(({ department }) => department),
              value.departments,
            ),
          )}
          {many(
            'teams',
            names(
              teams.map(({ name }) => name),
              value.teams,
            ),
          )}
        </>
      )}
      {may('agents:read') &&
        many(
          'agents',
          names([...agentNames.keys()], value.agents).map((id) => ({ value: id, label: agentNames.get(id) ?? id })),
        )}
    </Stack>
  )
}
