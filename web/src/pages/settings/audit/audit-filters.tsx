// What the audit is filtered by; it stands in the address.

import { Button, Group, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { peopleQuery } from '../../../api/names.ts'
import { useMay } from '../../../api/session.ts'
import { useAddress } from '../../../components/address.ts'
import type { Filters } from './queries.ts'

type Search = Record<string, string | undefined>

const dayMs = 86_400_000
/** Days are those of the browser: whoever looks for something has their own day in mind. */
const startOf = (day: string) => new Date(`${day}T00:00:00`)

export function filtersOf({ from, to, actor, action, target }: Search): Filters {
  const start = from ? startOf(from) : null
  const end = to ? startOf(to) : null
  return {
    ...(start && !Number.isNaN(start.getTime()) ? { from: start.toISOString() } : {}),
    ...(end && !Number.isNaN(end.getTime()) ? { to: new Date(end.getTime() + dayMs).toISOString() } : {}),
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
    ...(target ? { target } : {}),
  }
}

export function AuditFilters() {
  const { t } = useTranslation(['settings', 'shell'])
  const { search, set } = useAddress()
  const mayRead = useMay()('users:read')
  const { data: people = [] } = useQuery({ ...peopleQuery, enabled: mayRead })
  const [action, setAction] = useState(search.action ?? '')
  const [target, setTarget] = useState(search.target ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void set({ action: action.trim(), target: target.trim() })
  }
  const clear = () => {
    setAction('')
    setTarget('')
    void set({ from: null, to: null, actor: null, action: null, target: null })
  }
  const date = (name: 'from' | 'to') => (
    <TextInput
      type="date"
      label={t(`audit.${name}`)}
      value={search[name] ?? ''}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  )
  return (
    <form onSubmit={submit}>
      <Group gap="sm" align="flex-end">
        {date('from')}
        {date('to')}
        <Select
          label={t('audit.actor')}
          searchable
          clearable
          data={people.map(({ id, name, email }) => ({
            value: `user:${id}`,
            label: name ? `${name} · ${email}` : email,
          }))}
          value={search.actor ?? null}
          onChange={(value) => set({ actor: value })}
        />
        <TextInput
          label={t('audit.action')}
          placeholder="user.change"
          maxLength={100}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <TextInput
          label={t('audit.target')}
          maxLength={200}
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
        />
        <Button type="submit" variant="light">
          {t('audit.apply')}
        </Button>
        <Button variant="subtle" onClick={clear}>
          {t('shell:action.clear')}
        </Button>
      </Group>
    </form>
  )
}
