// A form beside the page. Whoever leaves it with something unsent is asked first, also by the browser's own way back.

import { Alert, Button, Drawer, Group, Stack } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useLeaveQuestion } from './leave-question.ts'

export function FormDrawer({
  title,
  submit,
  isDirty,
  isSending,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  submit: string
  isDirty: boolean
  isSending: boolean
  error: unknown
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}) {
  const { t } = useTranslation()
  const mayLeave = useLeaveQuestion()
  useBlocker({
    disabled: !isDirty,
    enableBeforeUnload: isDirty,
    shouldBlockFn: async () => !(await mayLeave()),
  })
  const close = async () => {
    if (!isDirty || (await mayLeave())) onClose()
  }
  const send = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    onSubmit()
  }
  return (
    <Drawer
      opened
      onClose={() => void close()}
      title={title}
      position="right"
      size="md"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={send}>
        <Stack gap="md">
          {children}
          {error != null && (
            <Alert color="red" role="alert">
              {asFailure(error).message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => void close()}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={isSending}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
