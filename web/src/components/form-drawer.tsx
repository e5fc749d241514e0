// A form beside the page, and what became of sending it. Whoever leaves it with something unsent is asked first.

import { Alert, Button, Drawer, Group, Stack, Text } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../api/failure.ts'
import { useLeaveGuard } from './leave-guard.ts'
import { Failed } from './states.tsx'

type Newer = { text?: string; onReload: () => void; onOverwrite: () => void }

export function FormDrawer({
  title,
  submit,
  isDirty,
  isReady = true,
  save,
  onSubmit,
  onClose,
  newer,
  extra,
  children,
}: {
  title: string
  submit: string
  /** Whether something else is written than was there. */
  isDirty: boolean
  isReady?: boolean
  save: { isPending: boolean; isSuccess: boolean; error: unknown }
  onSubmit: () => void
  onClose: () => void
  /** What can be done when somebody else has changed the same thing meanwhile. */
  newer?: Newer
  /** What else can be done with what is written. */
  extra?: ReactNode
  children: ReactNode
}) {
  const { t } = useTranslation()
  const leave = useLeaveGuard(isDirty && !save.isPending && !save.isSuccess)
  const close = () => void leave(onClose)
  const send = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    onSubmit()
  }
  return (
    <Drawer
      opened
      onClose={close}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={send}>
        <Stack gap="md">
          {children}
          {newer && save.error != null && asFailure(save.error).code === 'changed_meanwhile' ? (
            <NewerNotice {...newer} />
          ) : (
            save.error != null && <Failed error={save.error} />
          )}
          <Group justify="space-between">
            {extra ?? <span />}
            <Group gap="xs">
              <Button variant="default" onClick={close}>
                {t('action.cancel')}
              </Button>
              <Button type="submit" loading={save.isPending} disabled={!isReady}>
                {submit}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}

function NewerNotice({ text, onReload, onOverwrite }: Newer) {
  const { t } = useTranslation()
  return (
    <Alert color="yellow" title={t('newer.title')} role="alert">
      <Stack gap="xs">
        {text && <Text size="sm">{text}</Text>}
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={onReload}>
            {t('newer.reload')}
          </Button>
          <Button size="xs" variant="light" color="red" onClick={onOverwrite}>
            {t('newer.overwrite')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
