// Agent and customer exchanged in one click, with a way back.

import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { sayFailure } from '../../components/actions.tsx'
import { useRestore, useSwapRoles } from './changes.ts'
import type { Conversation } from './queries.ts'

const undoMs = 12_000

export function useSwap({ id, transcript }: Conversation): () => void {
  const { t } = useTranslation('interaction')
  const swap = useSwapRoles(id)
  const restore = useRestore(id)
  return () => {
    if (!transcript || swap.isPending) return
    const { revision } = transcript
    swap.mutate(revision, {
      onError: sayFailure,
      onSuccess() {
        const notice = notifications.show({
          autoClose: undoMs,
          color: 'teal',
          message: (
            <Group gap="xs" justify="space-between">
              <Text size="sm">{t('act.swapped')}</Text>
              <Button
                size="compact-sm"
                variant="light"
                onClick={() => {
                  notifications.hide(notice)
                  restore.mutate(revision, { onError: sayFailure })
                }}
              >
                {t('act.undo')}
              </Button>
            </Group>
          ),
        })
      },
    })
  }
}
