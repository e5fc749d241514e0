// The form of one person: whom to invite, what they may do, on whose data.

import { Alert, MultiSelect, Select, Switch, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { Failed, Waiting } from '../../../components/states.tsx'
import { departmentsQuery } from '../groups/queries.ts'
import { type RoleName, roleNames } from '../roles.ts'
import { AgentChoice } from './agent-choice.tsx'
import { changePerson, type Invitation, type Invited, invite, type Person, personQuery } from './queries.ts'

type Level = NonNullable<Invitation['level']>
type Fields = Required<Omit<Invitation, 'agent_id'>> & { level: Level; agent_id: string | null }
type Parts = { id: string | null; onClose: () => void; onInvited: (invited: Invited) => void }

const levels = ['organisation', 'department', 'team', 'own'] as const
const blank: Fields = {
  email: '',
  name: '',
  role: 'supervisor',
  level: 'organisation',
  departments: [],
  teams: [],
  agent_id: null,
  view_redactions: false,
}

const fieldsOf = (person: Person): Fields => ({
  email: person.email,
  name: person.name ?? '',
  role: person.role as RoleName,
  level: person.level as Level,
  departments: person.departments,
  teams: person.teams,
  agent_id: person.agent_id,
  view_redactions: person.view_redactions,
})

/** An agent sees their own conversations alone, an owner everything. */
const levelsOf = (role: RoleName): readonly Level[] =>
  role === 'agent' ? ['own'] : role === 'owner' ? ['organisation'] : levels

export function PersonDrawer({ id, ...parts }: Parts) {
  return id === null ? <PersonForm {...parts} person={null} /> : <EditPerson {...parts} id={id} />
}

function EditPerson({ id, ...parts }: Omit<Parts, 'id'> & { id: string }) {
  const found = useQuery(personQuery(id))
  if (found.isError) return <Failed error={found.error} />
  if (!found.data || found.isFetching) return <Waiting lines={2} />
  return <PersonForm key={found.dataUpdatedAt} {...parts} person={found.data} onReload={found.refetch} />
}

type FormParts = Omit<Parts, 'id'> & { person: Person | null; onReload?: () => unknown }

function PersonForm({ person, onClose, onInvited, onReload }: FormParts) {
  const { t } = useTranslation(['settings', 'shell'])
  const { organisation } = useSession()
  const form = useDraft(person ? fieldsOf(person) : blank)
  const { draft, set } = form
  const departments = useQuery(departmentsQuery)
  const save = useAct(
    async ({ isForced }: { isForced: boolean }) => {
      const { email, name, ...standing } = draft
      if (person)
        return void (await changePerson({ id: person.id, etag: isForced ? null : person.etag, body: standing }))
      onInvited(await invite({ ...standing, email: email.trim(), ...(name.trim() ? { name: name.trim() } : {}) }))
    },
    { touches: [['users']], isQuiet: true, onDone: onClose, ...(person ? { done: t('people.changed') } : {}) },
  )
  const mayMakeOwner = organisation.role === 'owner'
  const isRevealed = draft.role === 'owner' || draft.role === 'admin'
  return (
    <FormDrawer
      title={person ? t('people.change', { name: person.name ?? person.email }) : t('people.invite')}
      submit={t(person ? 'shell:action.save' : 'people.send')}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate({ isForced: false })}
      onClose={onClose}
      newer={{ onReload: () => void onReload?.(), onOverwrite: () => save.mutate({ isForced: true }) }}
    >
      {person === null && (
        <>
          <TextInput
            label={t('people.email')}
            type="email"
            required
            maxLength={254}
            data-autofocus
            {...form.text('email')}
          />
          <TextInput label={t('people.name')} maxLength={200} {...form.text('name')} />
        </>
      )}
      <Select
        label={t('people.role')}
        description={t(`roleText.${draft.role}`)}
        allowDeselect={false}
        data={roleNames.map((value) => ({
          value,
          label: t(`role.${value}`),
          disabled: value === 'owner' && !mayMakeOwner,
        }))}
        value={draft.role}
        onChange={(value) => {
          const role = (value ?? 'supervisor') as RoleName
          const allowed = levelsOf(role)
          set({ role, level: allowed.includes(draft.level) ? draft.level : (allowed[0] ?? 'organisation') })
        }}
      />
      <Select
        label={t('people.level')}
        description={t('people.levelText')}
        allowDeselect={false}
        data={levelsOf(draft.role).map((value) => ({ value, label: t(`level.${value}`) }))}
        value={draft.level}
        onChange={(value) => set({ level: (value ?? 'organisation') as Level })}
      />
      {draft.level === 'department' && (
        <MultiSelect
          label={t('people.departments')}
          required
          searchable
          data={[...new Set([...(departments.data?.map(({ name }) => name) ?? []), ...draft.departments])]}
          {...form.value('departments')}
        />
      )}
      {draft.level === 'team' && (
        <MultiSelect
          label={t('people.teams')}
          required
          searchable
          data={[
            ...new Set([
              ...(departments.data?.flatMap(({ teams }) => teams.map((one) => one.name)) ?? []),
              ...draft.teams,
            ]),
          ]}
          {...form.value('teams')}
        />
      )}
      {(draft.level === 'department' || draft.level === 'team') && departments.data?.length === 0 && (
        <Alert color="yellow">{t('people.noGroups')}</Alert>
      )}
      {draft.level === 'own' && <AgentChoice value={draft.agent_id} onChange={(agent_id) => set({ agent_id })} />}
      <Switch
        label={t('people.reveal')}
        description={t(isRevealed ? 'people.revealAlways' : 'people.revealText')}
        checked={isRevealed || draft.view_redactions}
        disabled={isRevealed}
        onChange={(event) => set({ view_redactions: event.currentTarget.checked })}
      />
      {person && <Text size="sm">{t('people.atOnce')}</Text>}
    </FormDrawer>
  )
}
