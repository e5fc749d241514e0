// The first administrator and their organisation. The link works once; what is typed stays for as long as the tab is open.

import { Alert, Button, Paper, Select, Stack, TextInput } from '@mantine/core'
import { useSessionStorage } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { sessionQuery } from '../../api/session.ts'
import { isSamePassword, NewPasswordInputs, noPassword } from '../../components/new-password.tsx'
import { setUp } from './queries.ts'

const zones = Intl.supportedValuesOf('timeZone')
const guessed = Intl.DateTimeFormat().resolvedOptions().timeZone

export function SetupForm({ token }: { token: string }) {
  const { t } = useTranslation('welcome')
  const client = useQueryClient()
  const [fields, setFields] = useSessionStorage({
    key: 'setup-draft',
    defaultValue: { organisation: '', name: '', email: '', time_zone: guessed },
    getInitialValueInEffect: false,
  })
  const [password, setPassword] = useState(noPassword)
  const send = useMutation({
    mutationFn: () => setUp({ ...fields, token, password: password.first }),
    async onSuccess() {
      sessionStorage.removeItem('setup-draft')
      // The link is used up; it should not stay in the address.
      history.replaceState(history.state, '', location.pathname)
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isSamePassword(password)) send.mutate()
  }
  const field = (name: 'organisation' | 'name' | 'email') => ({
    name,
    value: fields[name],
    label: t(`form.${name}`),
    required: true,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setFields({ ...fields, [name]: currentTarget.value }),
  })
  return (
    <Paper withBorder shadow="sm" p="xl" maw={520} w="100%" mx="auto">
      <form onSubmit={submit}>
        <Stack gap="sm">
          {t('form.about')}
          <TextInput {...field('organisation')} maxLength={300} autoComplete="organization" autoFocus />
          <TextInput {...field('name')} maxLength={200} autoComplete="name" />
          <TextInput {...field('email')} type="email" maxLength={254} autoComplete="username" />
          <NewPasswordInputs value={password} onChange={setPassword} label={t('form.password')} />
          <Select
            label={t('form.timeZone')}
            description={t('form.timeZoneText')}
            searchable
            allowDeselect={false}
            data={[...new Set([guessed, ...zones])]}
            value={fields.time_zone}
            onChange={(time_zone) => setFields({ ...fields, time_zone: time_zone ?? guessed })}
            limit={80}
          />
          {send.isError && (
            <Alert color="red" role="alert">
              {asFailure(send.error).message}
            </Alert>
          )}
          <Button type="submit" loading={send.isPending} disabled={!isSamePassword(password)}>
            {t('form.submit')}
          </Button>
        </Stack>
      </form>
    </Paper>
  )
}
