// Once more: from the recording, or from the words.

import { Alert, Button, Checkbox, Group, Modal, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { say } from '../../components/actions.tsx'
import { useReprocess } from './changes.ts'
import { type Conversation, isChat } from './queries.ts'

export function ReprocessDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const reprocess = useReprocess(conversation.id)
  const mayListen = !isChat(conversation) && conversation.recording !== null
  const [from, setFrom] = useState<'transcribe' | 'analyse'>(conversation.transcript ? 'analyse' : 'transcribe')
  const [replaces, setReplaces] = useState(false)
  const isEdited = conversation.transcript?.source === 'edited'
  return (
    <Modal opened onClose={onClose} title={t('act.reprocess')}>
      <Stack>
        {reprocess.isError && <Alert color="red">{asFailure(reprocess.error).message}</Alert>}
        <Radio.Group label={t('reprocess.from')} value={from} onChange={(value) => setFrom(value as typeof from)}>
          <Stack gap="xs" mt="xs">
            <Radio
              value="analyse"
              label={t('reprocess.analyse')}
              description={t('reprocess.analyseText')}
              disabled={!conversation.transcript}
            />
            {mayListen && (
              <Radio value="transcribe" label={t('reprocess.transcribe')} description={t('reprocess.transcribeText')} />
            )}
          </Stack>
        </Radio.Group>
        {from === 'transcribe' && isEdited && (
          <Checkbox
            label={t('reprocess.replaces')}
            description={t('reprocess.replacesText')}
            checked={replaces}
            onChange={({ currentTarget }) => setReplaces(currentTarget.checked)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('shell:action.cancel')}
          </Button>
          <Button
            loading={reprocess.isPending}
            disabled={from === 'transcribe' && isEdited && !replaces}
            onClick={() =>
              reprocess.mutate(
                { from, ...(replaces ? { replace_edits: true } : {}) },
                {
                  onSuccess() {
                    say(t('reprocess.begun'))
                    onClose()
                  },
                },
              )
            }
          >
            {t('reprocess.begin')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
