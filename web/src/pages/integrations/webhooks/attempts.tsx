// Each exchange with a receiver: when, how long and where the time went, what came back or what went wrong.

import { Group, Paper, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats, When } from '../../../components/figures.tsx'
import { asReadable, CodeText, JsonText } from '../parts/code.tsx'
import { Status } from '../parts/status.tsx'
import type { Attempt } from './queries.ts'
import { Timings } from './timings.tsx'

export function Attempts({ attempts }: { attempts: Attempt[] }) {
  const { t } = useTranslation('integrations')
  if (attempts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('webhooks.noAttempts')}
      </Text>
    )
  }
  return (
    <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
      {[...attempts].reverse().map((attempt) => (
        <li key={`${attempt.attempt} ${attempt.started_at}`}>
          <One attempt={attempt} />
        </li>
      ))}
    </Stack>
  )
}

function One({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation('integrations')
  const { bytes } = useFormats()
  const { error, status_code, url, request_bytes, response, response_headers } = attempt
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Text fw={600} size="sm">
              {t('webhooks.attempt.number', { number: attempt.attempt })}
            </Text>
            <Status tone={error ? 'bad' : 'good'}>
              {status_code ? `HTTP ${status_code}` : t(error ? 'webhooks.attempt.noAnswer' : 'webhooks.trial.taken')}
            </Status>
          </Group>
          <Text size="xs" c="dimmed">
            <When at={attempt.started_at} />
          </Text>
        </Group>
        {error && <Text size="sm">{error}</Text>}
        <Timings timings={attempt.timings} totalMs={attempt.duration_ms} />
        {url && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {t('webhooks.attempt.to', { url, size: request_bytes === null ? '' : bytes(request_bytes) })}
          </Text>
        )}
        {response && <CodeText text={asReadable(response)} label={t('webhooks.trial.answer')} maxHeight={200} />}
        {response_headers && Object.keys(response_headers).length > 0 && (
          <details>
            <summary>
              <Text span size="sm">
                {t('webhooks.attempt.headers')}
              </Text>
            </summary>
            <JsonText value={response_headers} label={t('webhooks.attempt.headers')} maxHeight={200} />
          </details>
        )}
      </Stack>
    </Paper>
  )
}
