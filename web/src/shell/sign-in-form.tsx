// E-mail and password, then the second factor where there is one, or another provider's account.

import { Alert, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../api/client.ts'
import { asFailure } from '../api/failure.ts'

type Provider = { name: string; label: string; url: string }

export function SignInForm({ onSignedIn, withProviders = false }: { onSignedIn: () => void; withProviders?: boolean }) {
  const { t } = useTranslation()
  const [fields, setFields] = useState({ email: '', password: '', code: '' })
  const [challenge, setChallenge] = useState<string | null>(null)
  const providers = useQuery({
    queryKey: ['sign-in-providers'],
    enabled: withProviders,
    queryFn: async () =>
      ((await told(api.GET('/v1/sign-in/providers'))) as unknown as { providers: Provider[] }).providers,
  })
  const send = useMutation({
    mutationFn: () =>
      challenge
        ? told(api.POST('/v1/session/second-factor', { body: { challenge, code: fields.code } }))
        : told(api.POST('/v1/session', { body: { email: fields.email, password: fields.password } })),
    onSuccess(answer) {
      if (answer.status === 'second_factor_needed') setChallenge(answer.challenge)
      else onSignedIn()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  const field = (name: keyof typeof fields) => ({
    name,
    value: fields[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setFields({ ...fields, [name]: currentTarget.value }),
    required: true,
  })
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {send.isError && <Alert color="red">{asFailure(send.error).message}</Alert>}
        {challenge ? (
          <TextInput
            key="code"
            label={t('signIn.code')}
            autoComplete="one-time-code"
            autoFocus
            maxLength={40}
            {...field('code')}
          />
        ) : (
          <>
            <TextInput
              label={t('signIn.email')}
              type="email"
              autoComplete="username"
              autoFocus
              maxLength={254}
              {...field('email')}
            />
            <PasswordInput label={t('signIn.password')} autoComplete="current-password" {...field('password')} />
          </>
        )}
        <Button type="submit" loading={send.isPending}>
          {t('signIn.submit')}
        </Button>
        {providers.data && providers.data.length > 0 && (
          <>
            <Divider label={t('signIn.or')} />
            {providers.data.map(({ name, label, url }) => (
              <Button key={name} component="a" variant="default" href={`${url}?return_to=/app/`}>
                {t('signIn.with', { name: label })}
              </Button>
            ))}
          </>
        )}
      </Stack>
    </form>
  )
}
