// The second factor: switched on with a code of the app, off with a code of it; recovery codes are shown once.

import { Alert, Badge, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useAct } from '../../components/act.ts'
import { CopyIcon, ShownOnce } from '../../components/actions.tsx'
import { Panel } from '../../components/panel.tsx'
import { beginSecondFactor, confirmSecondFactor, type Enrolment, type Me, removeSecondFactor } from './queries.ts'

const touches = [['me'], ['sessions'], ['users']]

export function SecondFactor({ me }: { me: Me }) {
  const { t } = useTranslation('account')
  const [codes, setCodes] = useState<string[] | null>(null)
  const { is_on, recovery_codes_left } = me.second_factor
  return (
    <Panel
      title={t('second.title')}
      about={t('second.about')}
      actions={
        <Badge variant="light" color={is_on ? 'teal' : 'gray'} tt="none" fw={550}>
          {t(is_on ? 'second.on' : 'second.off')}
        </Badge>
      }
    >
      {codes && (
        <ShownOnce title={t('second.codes')} secret={codes.join('\n')}>
          <Text size="sm">{t('second.codesText')}</Text>
        </ShownOnce>
      )}
      {is_on && <Text size="sm">{t('second.left', { count: recovery_codes_left })}</Text>}
      {is_on ? (
        <SwitchOff onDone={() => setCodes(null)} />
      ) : (
        <SwitchOn hasPassword={me.has_password} onDone={setCodes} />
      )}
    </Panel>
  )
}

function SwitchOn({ hasPassword, onDone }: { hasPassword: boolean; onDone: (codes: string[]) => void }) {
  const { t } = useTranslation('account')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null)
  const begin = useAct(() => beginSecondFactor(password), { isQuiet: true, onDone: setEnrolment })
  const confirm = useAct(() => confirmSecondFactor(code.trim()), { touches, isQuiet: true, onDone })
  const error = enrolment ? confirm.error : begin.error
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (enrolment) confirm.mutate()
    else begin.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={520}>
        {!enrolment && hasPassword && (
          <PasswordInput
            label={t('second.password')}
            autoComplete="current-password"
            required
            maxLength={128}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        {enrolment && (
          <>
            <Text size="sm">{t('second.enter')}</Text>
            <Copied label={t('second.secret')} value={enrolment.secret} />
            <Copied label={t('second.uri')} value={enrolment.uri} />
            <CodeInput label={t('second.code')} value={code} onChange={setCode} />
          </>
        )}
        {error && (
          <Alert color="red" role="alert">
            {asFailure(error).message}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={begin.isPending || confirm.isPending}>
            {t(enrolment ? 'second.confirm' : 'second.begin')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function SwitchOff({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('account')
  const [code, setCode] = useState('')
  const remove = useAct(() => removeSecondFactor(code.trim()), {
    touches,
    done: t('second.removed'),
    isQuiet: true,
    onDone,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    remove.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={420}>
        <CodeInput label={t('second.anyCode')} value={code} onChange={setCode} />
        {remove.isError && (
          <Alert color="red" role="alert">
            {asFailure(remove.error).message}
          </Alert>
        )}
        <Group>
          <Button type="submit" color="red" variant="light" loading={remove.isPending}>
            {t('second.remove')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function CodeInput(props: { label: string; value: string; onChange: (code: string) => void }) {
  return (
    <TextInput
      label={props.label}
      required
      maxLength={40}
      autoComplete="one-time-code"
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  )
}

function Copied({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation('account')
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code data-copied={label} style={{ overflowWrap: 'anywhere' }}>
          {value}
        </Code>
        <CopyIcon value={value} label={t('second.copy', { what: label })} />
      </Group>
    </div>
  )
}
