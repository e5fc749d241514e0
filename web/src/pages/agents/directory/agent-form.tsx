// An agent, new or known: how they are called and where they belong.

import { Select, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { say } from '../../../components/actions.tsx'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import type { Agent } from '../queries.ts'
import { useTeams } from '../team-filter.tsx'
import { calledOf } from '../words.ts'

const fields = ['name', 'email', 'external_id'] as const

export function AgentForm({ agent, onClose }: { agent: Agent | null; onClose: () => void }) {
  const { t } = useTranslation(['agents', 'shell'])
  const teams = useTeams()
  const form = useDraft({
    name: agent?.name ?? '',
    email: agent?.email ?? '',
    external_id: agent?.external_id ?? '',
    team: agent?.team ?? '',
  })
  const { draft, before, set, isDirty } = form
  const save = useAct(
    () => {
      const changed = Object.entries(draft).filter(([name, value]) => value !== before[name as keyof typeof before])
      if (agent === null) return told(api.POST('/v1/agents', { body: Object.fromEntries(changed) }))
      const body = Object.fromEntries(changed.map(([name, value]) => [name, value.trim() || null]))
      return told(api.PATCH('/v1/agents/{id}', { params: { path: { id: agent.agent_id } }, body }))
    },
    {
      touches: [['agents'], ['interactions']],
      isQuiet: true,
      onDone({ linked_conversations: count, ...saved }) {
        say(t('form.saved', { name: calledOf(saved) }) + (count > 0 ? ` ${t('form.linked', { count })}` : ''))
        onClose()
      },
    },
  )
  const isNamed = fields.some((name) => draft[name].trim() !== '')
  const teamNames = [...new Set([...teams.map(({ name }) => name), ...(before.team ? [before.team] : [])])]
  return (
    <FormDrawer
      title={t(agent ? 'form.edit' : 'directory.add')}
      submit={t(agent ? 'shell:action.save' : 'shell:action.add')}
      isDirty={isDirty}
      isReady={isNamed && isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('form.about')}</Text>
      {fields.map((name) => (
        <TextInput
          key={name}
          label={t(`column.${name}`)}
          description={name === 'external_id' ? t('form.externalId') : undefined}
          type={name === 'email' ? 'email' : 'text'}
          data-autofocus={name === 'name' || undefined}
          maxLength={200}
          {...form.text(name)}
        />
      ))}
      <Select
        label={t('column.team')}
        description={t('form.team')}
        clearable
        clearButtonProps={{ 'aria-label': t('form.noTeam') }}
        searchable
        nothingFoundMessage={t('team.none')}
        data={teamNames}
        value={draft.team || null}
        onChange={(team) => set({ team: team ?? '' })}
      />
    </FormDrawer>
  )
}
