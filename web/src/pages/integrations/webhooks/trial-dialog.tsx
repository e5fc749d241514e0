// What came of a test message, at once.

import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../../api/failure.ts'
import { asReadable, CodeText, JsonText } from '../parts/code.tsx'
import type { Trial } from './queries.ts'
import { Timings } from './timings.tsx'

export function TrialDialog({ trial }: { trial: UseMutationResult<Trial, Error, void> }) {
  const { t } = useTranslation('integrations')
  const { data } = trial
  return (
    <Modal
      opened={trial.isError || data !== undefined}
      onClose={trial.reset}
      title={t('webhooks.trial.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Stack>
        {trial.isError && <Alert color="red">{asFailure(trial.error).message}</Alert>}
        {data && (
          <>
            <Alert
              color={data.ok ? 'teal' : 'red'}
              title={
                data.status_code === null
                  ? t(data.ok ? 'webhooks.trial.taken' : 'webhooks.trial.noAnswer')
                  : t(data.ok ? 'webhooks.trial.ok' : 'webhooks.trial.failed', { status: data.status_code })
              }
            >
              {data.error ?? t('webhooks.trial.okText')}
            </Alert>
            <Timings timings={data.timings as Record<string, number> | null} totalMs={data.duration_ms} />
            <Text size="sm" fw={600}>
              {t('webhooks.trial.answer')}
            </Text>
            {data.response ? (
              <CodeText text={asReadable(data.response)} label={t('webhooks.trial.answer')} maxHeight={240} />
            ) : (
              <Text size="sm" c="dimmed">
                {t('webhooks.trial.empty')}
              </Text>
            )}
            {data.response_headers && Object.keys(data.response_headers).length > 0 && (
              <JsonText value={data.response_headers} label={t('webhooks.attempt.headers')} maxHeight={160} />
            )}
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={trial.reset}>
            {t('action.close', { ns: 'shell' })}
          </Button>
          <Button onClick={() => trial.mutate()} loading={trial.isPending}>
            {t('webhooks.trial.again')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
