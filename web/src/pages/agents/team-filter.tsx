// Narrows to one team, where this person may read the names of teams.

import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { teamsQuery } from '../../api/names.ts'
import { useMay } from '../../api/session.ts'

export function useTeams() {
  const may = useMay()
  return useQuery({ ...teamsQuery, enabled: may('users:read') }).data ?? []
}

export function TeamFilter({ value, onChange }: { value: string; onChange: (id: string | null) => void }) {
  const { t } = useTranslation('agents')
  const teams = useTeams()
  if (teams.length === 0) return null
  return (
    <Select
      label={t('team.label')}
      placeholder={t('team.all')}
      w={190}
      clearable
      clearButtonProps={{ 'aria-label': t('team.all') }}
      searchable={teams.length > 8}
      nothingFoundMessage={t('team.none')}
      value={value || null}
      data={teams.map(({ team_id, name }) => ({ value: team_id, label: name }))}
      onChange={onChange}
    />
  )
}
