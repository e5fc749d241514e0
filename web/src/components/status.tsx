// How far a conversation is, and why it failed where it did.

import { Badge, Loader, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const colours = {
  queued: 'gray',
  processing: 'blue',
  completed: 'teal',
  failed: 'red',
  awaiting_upload: 'gray',
} as const
export type Status = keyof typeof colours

export function StatusBadge({ of, reason }: { of: Status; reason?: string | null | undefined }) {
  const { t } = useTranslation()
  const badge = (
    <Badge
      color={colours[of]}
      variant="light"
      size="sm"
      tt="none"
      fw={550}
      leftSection={of === 'processing' ? <Loader size={10} aria-hidden /> : undefined}
    >
      {t(`status.${of}`)}
    </Badge>
  )
  if (!reason) return badge
  return (
    <Tooltip label={reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reached by keyboard */}
      <span tabIndex={0}>{badge}</span>
    </Tooltip>
  )
}
