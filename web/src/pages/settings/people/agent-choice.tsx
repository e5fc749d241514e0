// Which agent a person is, found by name.

import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { agentsQuery } from './queries.ts'

const shownMax = 50

export function AgentChoice({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation('settings')
  const agents = useQuery(agentsQuery)
  const found = (agents.data ?? []).map(({ agent_id, name, email }) => ({
    value: agent_id,
    label: [name, email].filter(Boolean).join(' · ') || agent_id,
  }))
  const isKnown = value === null || found.some((one) => one.value === value)
  return (
    <Select
      label={t('people.agent')}
      description={t('people.agentText')}
      required
      searchable
      limit={shownMax}
      data={isKnown ? found : [...found, { value, label: value }]}
      nothingFoundMessage={t('people.noAgent')}
      value={value}
      onChange={onChange}
    />
  )
}
