// The form of one person: whom to invite, what they may do, on whose data.

import { Alert, MultiSelect, Select, Switch, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { Failed, Waiting } from '../../../components/states.tsx'
import { FormDrawer } from '../form-drawer.tsx'
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

export function PersonDrawer(parts: Parts) {
  const person = useQuery({ ...personQuery(parts.id ?? ''), enabled: parts.id !== null })
  if (parts.id === null) return <PersonForm {...parts} person={null} />
  if (person.data) return <PersonForm {...parts} person={person.data} />
  return person.isError ? <Failed error={person.error} /> : <Waiting lines={2} />
}

function PersonForm({ person, onClose, onInvited }: Parts & { person: Person | null }) {
  const { t } = useTranslation(['settings', 'shell'])
  const { organisation } = useSession()
  const before: Fields = person ? fieldsOf(person) : blank
  const [fields, setFields] = useState(before)
  const set = (change: Partial<Fields>) => setFields({ ...fields, ...change })
  const departments = useQuery(departmentsQuery)
  const isDirty = JSON.stringify(fields) !== JSON.stringify(before)
  const save = useAct(
    async () => {
      const { email, name, ...standing } = fields
      if (person) return void (await changePerson({ id: person.id, body: standing }))
      onInvited(await invite({ ...standing, email: email.trim(), ...(name.trim() ? { name: name.trim() } : {}) }))
    },
    { touches: [['users']], isQuiet: true, onDone: onClose, ...(person ? { done: t('people.changed') } : {}) },
  )
  const mayMakeOwner = organisation.role === 'owner'
  const isRevealed = fields.role === 'owner' || fields.role === 'admin'
  return (
    <FormDrawer
      title={person ? t('people.change', { name: person.name ?? person.email }) : t('people.invite')}
      submit={t(person ? 'shell:action.save' : 'people.send')}
      isDirty={isDirty && !save.isPending && !save.isSuccess}
      isSending={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {person === null && (
        <>
          <TextInput
            label={t('people.email')}
            type="email"
            required
            maxLength={254}
            data-autofocus
            value={fields.email}
            onChange={(event) => set({ email: event.currentTarget.value })}
          />
          <TextInput
            label={t('people.name')}
            maxLength={200}
            value={fields.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
        </>
      )}
      <Select
        label={t('people.role')}
        description={t(`roleText.${fields.role}`)}
        allowDeselect={false}
        data={roleNames.map((value) => ({
          value,
          label: t(`role.${value}`),
          disabled: value === 'owner' && !mayMakeOwner,
        }))}
        value={fields.role}
        onChange={(value) => {
          const role = (value ?? 'supervisor') as RoleName
          const allowed = levelsOf(role)
          set({ role, level: allowed.includes(fields.level) ? fields.level : (allowed[0] ?? 'organisation') })
        }}
      />
      <Select
        label={t('people.level')}
        description={t('people.levelText')}
        allowDeselect={false}
        data={levelsOf(fields.role).map((value) => ({ value, label: t(`level.${value}`) }))}
        value={fields.level}
        onChange={(value) => set({ level: (value ?? 'organisation') as Level })}
      />
      {fields.level === 'department' && (
        <MultiSelect
          label={t('people.departments')}
          required
          searchable
          data={[...new Set([...(departments.data?.map(({ name }) => name) ?? []), ...fields.departments])]}
          value={fields.departments}
          onChange={(value) => set({ departments: value })}
        />
      )}
      {fields.level === 'team' && (
        <MultiSelect
          label={t('people.teams')}
          required
          searchable
          data={[
            ...new Set([
              ...(departments.data?.flatMap(({ teams }) => teams.map((one) => one.name)) ?? []),
              ...fields.teams,
            ]),
          ]}
          value={fields.teams}
          onChange={(value) => set({ teams: value })}
        />
      )}
      {(fields.level === 'department' || fields.level === 'team') && departments.data?.length === 0 && (
        <Alert color="yellow">{t('people.noGroups')}</Alert>
      )}
      {fields.level === 'own' && <AgentChoice value={fields.agent_id} onChange={(agent_id) => set({ agent_id })} />}
      <Switch
        label={t('people.reveal')}
        description={t(isRevealed ? 'people.revealAlways' : 'people.revealText')}
        checked={isRevealed || fields.view_redactions}
        disabled={isRevealed}
        onChange={(event) => set({ view_redactions: event.currentTarget.checked })}
      />
      {person && <Text size="sm">{t('people.atOnce')}</Text>}
    </FormDrawer>
  )
}
