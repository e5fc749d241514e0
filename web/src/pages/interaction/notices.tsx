// What stands over a conversation until it is as it should be: being worked on, failed, masked.

import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { IconAlertTriangle, IconEyeOff, IconLoader } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useMay } from '../../api/session.ts'
import { say, sayFailure } from '../../components/actions.tsx'
import { useReprocess, useReveal } from './changes.ts'
import { type Conversation, isChat, isWorking } from './queries.ts'
import { Stages } from './stages.tsx'

const reasonCharsMin = 10
const reasonCharsMax = 500

export function Notices({ conversation }: { conversation: Conversation }) {
  const { status, is_masked } = conversation
  return (
    <>
      {isWorking(conversation) && <Working conversation={conversation} />}
      {status === 'failed' && !isWorking(conversation) && <WhyFailed conversation={conversation} />}
      {is_masked && <Masked conversation={conversation} />}
    </>
  )
}

function Working({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const { status, reprocessing, stages, transcript } = conversation
  const running = stages.find((one) => one.status === 'running')
  const name = running && t(`stages.name.${running.name}` as 'stages.name.decode', { defaultValue: running.name })
  const title = reprocessing ? 'working.again' : status === 'queued' ? 'working.queued' : 'working.first'
  return (
    <Alert color="blue" icon={<IconLoader aria-hidden />} title={t(title)} role="status">
      <Text size="sm">{name ? t('working.stage', { stage: name }) : t('working.waits')}</Text>
      {!reprocessing && !transcript && <Stages stages={stages} />}
      {reprocessing && <Text size="sm">{t('working.before')}</Text>}
    </Alert>
  )
}

function WhyFailed({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const may = useMay()('calls:annotate')
  const again = useReprocess(conversation.id)
  const from = !isChat(conversation) && !conversation.transcript ? 'transcribe' : 'analyse'
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t('failed.title')}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{conversation.failure?.reason ?? t('failed.unknown')}</Text>
        {may && (
          <Button
            size="xs"
            variant="light"
            color="red"
            loading={again.isPending}
            onClick={() => again.mutate({ from }, { onSuccess: () => say(t('reprocess.begun')), onError: sayFailure })}
          >
            {t('shell:action.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

function Masked({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const may = useMay()('redactions:reveal')
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const reveal = useReveal(conversation.id)
  return (
    <Alert color="gray" icon={<IconEyeOff aria-hidden />} title={t('masked.title')} p="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm">{t(may ? 'masked.text' : 'masked.forbidden')}</Text>
        {may && (
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {t('masked.reveal')}
          </Button>
        )}
      </Group>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={t('masked.reveal')}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            reveal.mutate(reason, { onSuccess: () => setOpen(false) })
          }}
        >
          <Stack>
            <Textarea
              label={t('masked.reason')}
              description={t('masked.reasonText')}
              required
              minLength={reasonCharsMin}
              maxLength={reasonCharsMax}
              data-autofocus
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
              error={reveal.isError ? asFailure(reveal.error).message : null}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpen(false)}>
                {t('shell:action.cancel')}
              </Button>
              <Button type="submit" loading={reveal.isPending} disabled={reason.trim().length < reasonCharsMin}>
                {t('masked.reveal')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Alert>
  )
}
