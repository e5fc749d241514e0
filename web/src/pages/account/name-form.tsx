// Name and address.

import { Button, Group, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../components/act.ts'
import { Panel } from '../../components/panel.tsx'
import { changeMe, type Me } from './queries.ts'

export function NameForm({ me }: { me: Me }) {
  const { t } = useTranslation(['account', 'shell'])
  const [name, setName] = useState(me.name ?? '')
  const save = useAct(() => changeMe({ name: name.trim() }), {
    touches: [['me'], ['session'], ['users']],
    done: t('name.saved'),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Panel title={t('name.title')}>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={420}>
          <TextInput
            label={t('name.name')}
            required
            maxLength={200}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput label={t('name.email')} description={t('name.emailText')} value={me.email} readOnly disabled />
          <Group>
            <Button type="submit" disabled={!name.trim() || name === me.name} loading={save.isPending}>
              {t('shell:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  )
}
