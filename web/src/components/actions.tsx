// What happens around an act: asking first, saying what came of it, showing something once.

import { ActionIcon, Alert, Button, Code, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core'
import { modals } from '@mantine/modals'
import { notifications } from '@mantine/notifications'
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../api/failure.ts'
import { words } from '../strings/strings.ts'

/** Asks before something that cannot simply be taken back. `confirm` names the act: "Delete 3 calls". */
export const ask = (input: {
  title: string
  text: ReactNode
  confirm: string
  onConfirm: () => void
  isHarmless?: boolean
}) =>
  modals.openConfirmModal({
    title: input.title,
    children: typeof input.text === 'string' ? <Text size="sm">{input.text}</Text> : input.text,
    labels: { confirm: input.confirm, cancel: words.t('action.cancel') },
    confirmProps: input.isHarmless ? {} : { color: 'red' },
    closeButtonProps: { 'aria-label': words.t('action.close') },
    onConfirm: input.onConfirm,
  })

/** Asks whether what was written and not sent may be lost. */
export const mayLeave = (text = words.t('leave.text')) =>
  new Promise<boolean>((decide) =>
    modals.openConfirmModal({
      title: words.t('leave.title'),
      children: <Text size="sm">{text}</Text>,
      labels: { confirm: words.t('leave.confirm'), cancel: words.t('leave.stay') },
      confirmProps: { color: 'red' },
      closeButtonProps: { 'aria-label': words.t('action.close') },
      onConfirm: () => decide(true),
      onCancel: () => decide(false),
      onClose: () => decide(false),
    }),
  )

export const say = (message: string) =>
  notifications.show({
    message,
    color: 'teal',
    icon: <IconCheck size={18} aria-hidden />,
    closeButtonProps: { 'aria-label': words.t('action.close') },
  })

/** For `onError` of a mutation whose form does not show the failure itself. */
export function sayFailure(error: unknown) {
  const { message, requestId } = asFailure(error)
  notifications.show({
    title: words.t('state.failed'),
    message: requestId ? `${message} (${words.t('state.requestId')} ${requestId})` : message,
    color: 'red',
    closeButtonProps: { 'aria-label': words.t('action.close') },
    autoClose: 12_000,
  })
}

type CopyIconProps = { value: string; label?: string; variant?: 'subtle' | 'default' }

export function CopyIcon({ value, label, variant = 'subtle' }: CopyIconProps) {
  const { t } = useTranslation()
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={t(copied ? 'action.copied' : 'action.copy')}>
          <ActionIcon variant={variant} onClick={copy} aria-label={label ?? t('action.copy')}>
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** Text that somebody takes along: shown whole, copied by a button. */
export function CopyText({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation()
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Code
        block
        flex={1}
        miw={0}
        className="shown-once"
        style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        tabIndex={0}
        data-once={label}
      >
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="light"
            onClick={copy}
            leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          >
            {t(copied ? 'action.copied' : 'action.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}

/** A secret that is shown this once. */
export function ShownOnce({ title, secret, children }: { title: string; secret: string; children?: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Alert color="teal" icon={<IconKey aria-hidden />} title={title}>
      <Stack gap="xs">
        <CopyText text={secret} />
        <Text size="sm">{t('once.text')}</Text>
        {children}
      </Stack>
    </Alert>
  )
}
