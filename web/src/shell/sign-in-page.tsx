// Where a browser without a session arrives.

import { Anchor, Button, Center, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../api/client.ts'
import { sessionQuery } from '../api/session.ts'
import { Failed } from '../components/states.tsx'
import { SignInForm } from './sign-in-form.tsx'

export function SignInPage() {
  const { t } = useTranslation()
  useDocumentTitle(`${t('signIn.title')} · Indaba`)
  const [hasForgotten, setForgotten] = useState(false)
  const { after } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const client = useQueryClient()
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={420}>
        <Stack>
          <Group gap="sm">
            <img src="/app/icon.svg" width={36} height={36} alt="" />
            <Title order={1}>{t(hasForgotten ? 'signIn.forgotTitle' : 'signIn.title')}</Title>
          </Group>
          {hasForgotten ? (
            <ForgotForm />
          ) : (
            <SignInForm
              withProviders
              onSignedIn={async () => {
                await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
                await navigate({ href: after ?? '/' })
              }}
            />
          )}
          <Anchor component="button" type="button" size="sm" onClick={() => setForgotten(!hasForgotten)}>
            {t(hasForgotten ? 'action.back' : 'signIn.forgot')}
          </Anchor>
        </Stack>
      </Paper>
    </Center>
  )
}

function ForgotForm() {
  const { t } = useTranslation()
  const [email, setEmail] = useState('')
  const send = useMutation({ mutationFn: () => told(api.POST('/v1/password/forgot', { body: { email } })) })
  if (send.isSuccess) return <Text role="status">{t('signIn.forgotSent')}</Text>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{t('signIn.forgotText')}</Text>
        {send.isError && <Failed error={send.error} />}
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" loading={send.isPending}>
          {t('signIn.send')}
        </Button>
      </Stack>
    </form>
  )
}
