// Asks before something that cannot be taken back, and says what it touches.

import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export type Question = { title: string; text: ReactNode; confirm: string; isHarmless?: boolean; onConfirm: () => void }

export function useAsk() {
  const { t } = useTranslation()
  return ({ title, text, confirm, isHarmless, onConfirm }: Question) =>
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{text}</Text>,
      labels: { confirm, cancel: t('action.cancel') },
      confirmProps: isHarmless ? {} : { color: 'red' },
      closeButtonProps: { 'aria-label': t('action.close') },
      onConfirm,
    })
}
