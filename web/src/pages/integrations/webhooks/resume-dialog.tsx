// Switches an endpoint on again, and decides what becomes of that which was held meanwhile.

import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import type { Endpoint } from './queries.ts'

export function ResumeDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const { t } = useTranslation('integrations')
  const form = useDraft({ held: 'send', since: '' })
  const { held, since } = form.draft
  const resume = useAct(
    () => {
      const body = held === 'since' ? { held: 'send', since: new Date(since).toISOString() } : { held }
      const params = { path: { id: endpoint.webhook_id } }
      return told(api.POST('/v1/webhooks/{id}/resume', { params, body: body as never }))
    },
    {
      touches: [['webhooks']],
      onDone(answer) {
        notifications.show({ message: t('webhooks.said.resumed', { held: answer.held, discarded: answer.discarded }) })
        onClose()
      },
    },
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('webhooks.resuming.title')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Stack>
        <Text size="sm">{t('webhooks.resuming.text', { amount: endpoint.health.held })}</Text>
        <Radio.Group label={t('webhooks.resuming.label')} {...form.value('held')}>
          <Stack gap="xs" mt="xs">
            <Radio value="send" label={t('webhooks.resuming.send')} />
            <Radio value="since" label={t('webhooks.resuming.since')} />
            <Radio value="discard" label={t('webhooks.resuming.discard')} />
          </Stack>
        </Radio.Group>
        {held === 'since' && (
          <TextInput type="datetime-local" label={t('webhooks.resuming.from')} required {...form.text('since')} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'shell' })}
          </Button>
          <Button loading={resume.isPending} disabled={held === 'since' && !since} onClick={() => resume.mutate()}>
            {t('webhooks.resume')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
