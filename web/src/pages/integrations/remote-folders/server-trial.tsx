// How a trial of a server went, step by step, up to the first that fails.

import { Alert, Button, Code, Group, List, Modal, Stack, Switch, Text, ThemeIcon } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { asFailure } from '../../../api/failure.ts'
import { Waiting } from '../../../components/states.tsx'
import type { ServerTrial } from './queries.ts'

export function TrialSteps({ trial }: { trial: ServerTrial }) {
  const { t } = useTranslation('integrations')
  return (
    <Stack gap="sm" role="status">
      <Alert color={trial.ok ? 'teal' : 'red'} title={t(trial.ok ? 'remote.trial.ok' : 'remote.trial.failed')} />
      <List spacing="xs" listStyleType="none" styles={{ itemWrapper: { alignItems: 'flex-start' } }}>
        {trial.steps.map(({ step, ok, detail, fingerprint }) => (
          <List.Item
            key={step}
            icon={
              <ThemeIcon size={22} radius="xl" color={ok ? 'teal' : 'red'}>
                {ok ? (
                  <IconCheck size={14} aria-label={t('remote.trial.passed')} />
                ) : (
                  <IconX size={14} aria-label={t('remote.trial.notPassed')} />
                )}
              </ThemeIcon>
            }
          >
            <Text size="sm" fw={600}>
              {t(`remote.step.${step}`)}
            </Text>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {detail}
            </Text>
            {fingerprint && <Code style={{ overflowWrap: 'anywhere' }}>{fingerprint}</Code>}
          </List.Item>
        ))}
      </List>
    </Stack>
  )
}

/** Tries what is kept as soon as it opens. */
export function StoredServerTrial({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('integrations')
  const [write, setWrite] = useState(false)
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (body: { write?: boolean }) =>
      told(api.POST('/v1/remote-servers/{id}/test', { params: { path: { id } }, body })),
  })
  useEffect(() => mutate({}), [mutate])
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('remote.trial.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Stack>
        {isPending ? <Waiting lines={4} /> : error ? <Alert color="red">{asFailure(error).message}</Alert> : null}
        {data && !isPending && <TrialSteps trial={data} />}
        <Group justify="space-between">
          <Switch
            label={t('remote.trial.write')}
            checked={write}
            onChange={({ currentTarget: { checked } }) => setWrite(checked)}
          />
          <Button variant="default" loading={isPending} onClick={() => mutate({ write })}>
            {t('remote.trial.again')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
