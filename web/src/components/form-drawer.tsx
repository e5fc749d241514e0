// A form beside the page. Whoever leaves it with something unsent is asked first, also by the browser's own way back.

import { Button, Drawer, Group, Stack } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useBlocker } from '@tanstack/react-router'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Failed } from './states.tsx'

export function FormDrawer({
  title,
  submit,
  isDirty,
  isSending = false,
  isReady = true,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  submit: string
  isDirty: boolean
  isSending?: boolean
  isReady?: boolean
  error?: unknown
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}) {
  const { t } = useTranslation()
  const mayLeave = () =>
    new Promise<boolean>((decide) =>
      modals.openConfirmModal({
        title: t('leave.title'),
        children: t('leave.text'),
        labels: { confirm: t('leave.confirm'), cancel: t('leave.stay') },
        confirmProps: { color: 'red' },
        closeButtonProps: { 'aria-label': t('action.close') },
        onConfirm: () => decide(true),
        onCancel: () => decide(false),
        onClose: () => decide(false),
      }),
    )
  useBlocker({
    disabled: !isDirty,
    enableBeforeUnload: isDirty,
    // What is shown beside the same page stays.
    shouldBlockFn: async ({ current, next }) => current.pathname !== next.pathname && !(await mayLeave()),
  })
  const close = async () => {
    if (!isDirty || isSending || (await mayLeave())) onClose()
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
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={send}>
        <Stack gap="md">
          {children}
          {error != null && <Failed error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => void close()}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={isSending} disabled={!isReady}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
