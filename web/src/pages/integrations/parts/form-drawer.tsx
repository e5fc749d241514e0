// A form beside the page. Whoever leaves it with something unsent is asked first, also by the browser's own way back.

import { Alert, Button, Drawer, Group, Stack } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useBlocker } from '@tanstack/react-router'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../../api/failure.ts'

export function FormDrawer({
  title,
  submit,
  isDirty,
  isSending,
  error,
  onSubmit,
  onClose,
  newer,
  extra,
  children,
}: {
  title: string
  submit: string
  isDirty: boolean
  isSending: boolean
  error: unknown
  onSubmit: () => void
  onClose: () => void
  /** Somebody else has changed the same thing: what to do about it. */
  newer?: ReactNode
  extra?: ReactNode
  children: ReactNode
}) {
  const { t } = useTranslation('integrations')
  useBlocker({
    disabled: !isDirty,
    enableBeforeUnload: isDirty,
    shouldBlockFn: () =>
      new Promise<boolean>((decide) =>
        modals.openConfirmModal({
          title: t('leave.title'),
          children: t('leave.text'),
          labels: { confirm: t('leave.confirm'), cancel: t('leave.stay') },
          confirmProps: { color: 'red' },
          closeButtonProps: { 'aria-label': t('action.close', { ns: 'shell' }) },
          onConfirm: () => decide(false),
          onCancel: () => decide(true),
          onClose: () => decide(true),
        }),
      ),
  })
  const send = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    onSubmit()
  }
  return (
    <Drawer
      opened
      onClose={onClose}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <form onSubmit={send}>
        <Stack gap="md">
          {children}
          {newer}
          {error !== null && error !== undefined && !newer && (
            <Alert color="red" role="alert">
              {asFailure(error).message}
            </Alert>
          )}
          <Group justify="space-between">
            {extra ?? <span />}
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('action.cancel', { ns: 'shell' })}
              </Button>
              <Button type="submit" loading={isSending}>
                {submit}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
