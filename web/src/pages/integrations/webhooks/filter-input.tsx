// The condition on events, and what it would have let through of late.

import { Alert, Anchor, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { asFailure } from '../../../api/failure.ts'
import { JsonText } from '../parts/code.tsx'

export function FilterInput({
  events,
  filter,
  onChange,
}: {
  events: string[]
  filter: string
  onChange: (filter: string) => void
}) {
  const { t } = useTranslation('integrations')
  const trial = useMutation({
    mutationFn: () => told(api.POST('/v1/webhooks/test-filter', { body: { events, filter } })),
  })
  return (
    <Stack gap="xs">
      <Textarea
        label={t('filter.label')}
        description={t('filter.hint')}
        placeholder="sentiment = negative AND duration > 60"
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={filter}
        onChange={({ currentTarget: { value } }) => {
          trial.reset()
          onChange(value)
        }}
      />
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          disabled={!filter.trim() || events.length === 0}
          loading={trial.isPending}
          onClick={() => trial.mutate()}
        >
          {t('filter.try')}
        </Button>
        <Anchor href="/docs" target="_blank" rel="noopener noreferrer" size="xs">
          {t('filter.language')}
        </Anchor>
      </Group>
      <div aria-live="polite">
        {trial.isError && <Alert color="red">{asFailure(trial.error).message}</Alert>}
        {trial.data && (
          <Stack gap="xs">
            <Text size="sm">{t('filter.matched', { matched: trial.data.matched, count: trial.data.looked_at })}</Text>
            {trial.data.samples.length > 0 && (
              <JsonText value={trial.data.samples} label={t('filter.samples')} maxHeight={200} />
            )}
          </Stack>
        )}
      </div>
    </Stack>
  )
}
