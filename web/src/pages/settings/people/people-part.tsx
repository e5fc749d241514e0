// The people of the organisation: found, invited, changed, deactivated.

import { Badge, Button, Group, Select, Table, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch, IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../../api/session.ts'
import { useAddress } from '../../../components/address.ts'
import { When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Panel } from '../../../components/panel.tsx'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { InvitationLink } from './invitation-link.tsx'
import { PersonActions } from './person-actions.tsx'
import { PersonDrawer } from './person-drawer.tsx'
import { type Invited, type Person, type PersonState, readPeople } from './queries.ts'

const states = ['invited', 'active', 'deactivated'] as const
const tones: Record<PersonState, string> = { invited: 'yellow', active: 'teal', deactivated: 'gray' }
const waitMs = 250

export function PeoplePart() {
  const { t } = useTranslation(['settings', 'shell'])
  const mayManage = useMay()('users:manage')
  const { search, set } = useAddress()
  const [typed, setTyped] = useState(search.q ?? '')
  const [fresh, setFresh] = useState<Invited | null>(null)
  const find = useDebouncedCallback((q: string) => set({ q }), waitMs)
  const state = states.find((one) => one === search.state)
  const { q = '' } = search
  const people = usePages(['users', 'list', q, state ?? 'all'], (cursor) => readPeople(q, state, cursor))
  const columns = ['name', 'role', 'level', 'state', 'secondFactor', 'seen', 'actions'] as const
  const isFiltered = Boolean(q || state)
  return (
    <Panel
      title={t('part.people')}
      about={t('people.about')}
      actions={
        <Button
          size="xs"
          leftSection={<IconUserPlus size={16} aria-hidden />}
          disabled={!mayManage}
          onClick={() => set({ open: 'new' }, { push: true })}
        >
          {t('people.invite')}
        </Button>
      }
    >
      {!mayManage && (
        <Text size="sm" c="dimmed">
          {t('people.readOnly')}
        </Text>
      )}
      {fresh && <InvitationLink invited={fresh} onClose={() => setFresh(null)} />}
      <Group gap="sm" align="flex-end">
        <TextInput
          label={t('shell:action.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          maxLength={200}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            find(event.currentTarget.value.trim())
          }}
        />
        <Select
          label={t('people.state')}
          clearable
          placeholder={t('people.anyState')}
          data={states.map((value) => ({ value, label: t(`personState.${value}`) }))}
          value={state ?? null}
          onChange={(value) => set({ state: value })}
        />
      </Group>
      <Listed query={people} blank={<Blank title={t(isFiltered ? 'people.noneFound' : 'people.none')} />}>
        {(rows) => (
          <TableRegion label={t('part.people')} headings={columns.map((name) => t(`people.${name}`))} minWidth={760}>
            {rows.map((person) => (
              <Row key={person.id} person={person} mayManage={mayManage} onLink={setFresh} />
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.open && mayManage && (
        <PersonDrawer
          key={search.open}
          id={search.open === 'new' ? null : search.open}
          onClose={() => set({ open: null })}
          onInvited={setFresh}
        />
      )}
    </Panel>
  )
}

function Row(props: { person: Person; mayManage: boolean; onLink: (invited: Invited) => void }) {
  const { person, mayManage, onLink } = props
  const { t } = useTranslation('settings')
  const { set } = useAddress()
  const groups = [...person.departments, ...person.teams]
  return (
    <Table.Tr>
      <Table.Td maw={280}>
        <UnstyledButton disabled={!mayManage} onClick={() => set({ open: person.id }, { push: true })} w="100%">
          <Text size="sm" fw={550} truncate>
            {person.name ?? person.email}
          </Text>
          {person.name && (
            <Text size="xs" c="dimmed" truncate>
              {person.email}
            </Text>
          )}
        </UnstyledButton>
      </Table.Td>
      <Table.Td>{t(`role.${person.role as 'owner'}`)}</Table.Td>
      <Table.Td maw={180}>
        <Text size="sm">{t(`level.${person.level as 'own'}`)}</Text>
        {groups.length > 0 && (
          <Text size="xs" c="dimmed" truncate title={groups.join(', ')}>
            {groups.join(', ')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge miw="max-content" variant="light" color={tones[person.state]} tt="none" fw={550} size="sm">
          {t(`personState.${person.state}`)}
        </Badge>
      </Table.Td>
      <Table.Td>{t(person.has_second_factor ? 'people.on' : 'people.off')}</Table.Td>
      <Table.Td>
        {person.last_seen_at ? <When at={person.last_seen_at} relative /> : <Text size="sm">{t('people.never')}</Text>}
      </Table.Td>
      <Table.Td>{mayManage && <PersonActions person={person} onLink={onLink} />}</Table.Td>
    </Table.Tr>
  )
}
