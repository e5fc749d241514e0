// A new password.

import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useAct } from '../../components/act.ts'
import { isSamePassword, NewPasswordInputs, noPassword } from '../../components/new-password.tsx'
import { Panel } from '../../components/panel.tsx'
import { changeMe, type Me } from './queries.ts'

export function PasswordForm({ me }: { me: Me }) {
  const { t } = useTranslation('account')
  const [present, setPresent] = useState('')
  const [fresh, setFresh] = useState(noPassword)
  const save = useAct(() => changeMe({ new_password: fresh.first, ...(present ? { password: present } : {}) }), {
    // The answer brings another session with another token.
    touches: [['session'], ['sessions'], ['me']],
    done: t('password.saved'),
    isQuiet: true,
    onDone: () => {
      setPresent('')
      setFresh(noPassword)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Panel title={t('password.title')} about={t('password.about')}>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={420}>
          {me.has_password && (
            <PasswordInput
              label={t('password.present')}
              autoComplete="current-password"
              required
              maxLength={128}
              value={present}
              onChange={(event) => setPresent(event.currentTarget.value)}
            />
          )}
          <NewPasswordInputs value={fresh} onChange={setFresh} />
          {save.isError && (
            <Alert color="red" role="alert">
              {asFailure(save.error).message}
            </Alert>
          )}
          <Group>
            <Button type="submit" disabled={!isSamePassword(fresh)} loading={save.isPending}>
              {t('password.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  )
}
