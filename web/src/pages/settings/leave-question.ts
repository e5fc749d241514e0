// Asks whether what was typed and not sent may be lost.

import { modals } from '@mantine/modals'
import { useTranslation } from 'react-i18next'

export function useLeaveQuestion(): () => Promise<boolean> {
  const { t } = useTranslation(['settings', 'shell'])
  return () =>
    new Promise((decide) =>
      modals.openConfirmModal({
        title: t('leave.title'),
        children: t('leave.text'),
        labels: { confirm: t('leave.confirm'), cancel: t('leave.stay') },
        confirmProps: { color: 'red' },
        closeButtonProps: { 'aria-label': t('shell:action.close') },
        onConfirm: () => decide(true),
        onCancel: () => decide(false),
        onClose: () => decide(false),
      }),
    )
}
