// What can be done with a whole conversation: review, download, reassign, once more, delete. What somebody may not do is
// not offered, or says why.

import { Button, Menu } from '@mantine/core'
import {
  IconArrowsExchange,
  IconCircleCheck,
  IconCircleCheckFilled,
  IconDots,
  IconDownload,
  IconKeyboard,
  IconRefresh,
  IconTrash,
  IconUserShare,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { ask } from '../../components/actions.tsx'
import { AssignDialog } from './assign-dialog.tsx'
import { useDelete, useReview } from './changes.ts'
import { type Conversation, isChat, isWorking } from './queries.ts'
import { ReprocessDialog } from './reprocess-dialog.tsx'
import { useSwap } from './use-swap.tsx'

const formats = ['txt', 'srt', 'vtt', 'json', 'vcon'] as const

export function HeadActions({ conversation, onKeys }: { conversation: Conversation; onKeys: () => void }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const may = useMay()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'assign' | 'reprocess' | null>(null)
  const review = useReview(conversation.id)
  const remove = useDelete(conversation.id)
  const swap = useSwap(conversation)
  const mayAct = may('calls:annotate')
  const isReviewed = conversation.annotations.review !== null
  const isBusy = isWorking(conversation)
  const close = () => setOpen(null)
  return (
    <>
      {mayAct && conversation.status === 'completed' && (
        <Button
          variant={isReviewed ? 'light' : 'default'}
          aria-pressed={isReviewed}
          leftSection={
            isReviewed ? <IconCircleCheckFilled size={16} aria-hidden /> : <IconCircleCheck size={16} aria-hidden />
          }
          onClick={() => review.mutate(!isReviewed)}
        >
          {t(isReviewed ? 'act.reviewed' : 'act.review')}
        </Button>
      )}
      <DownloadMenu conversation={conversation} />
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('shell:action.more')}>
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mayAct && (
            <>
              <Menu.Item leftSection={<IconUserShare size={16} aria-hidden />} onClick={() => setOpen('assign')}>
                {t('act.assign')}
              </Menu.Item>
              {conversation.transcript && (
                <Menu.Item
                  leftSection={<IconArrowsExchange size={16} aria-hidden />}
                  disabled={conversation.is_masked}
                  onClick={swap}
                >
                  {t(conversation.is_masked ? 'act.swapMasked' : 'act.swap')}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<IconRefresh size={16} aria-hidden />}
                disabled={isBusy}
                onClick={() => setOpen('reprocess')}
              >
                {t(isBusy ? 'act.reprocessBusy' : 'act.reprocess')}
              </Menu.Item>
            </>
          )}
          <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onKeys}>
            {t('keys.title')}
          </Menu.Item>
          {may('calls:delete') && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() =>
                ask({
                  title: t('act.deleteTitle'),
                  text: t(isChat(conversation) ? 'act.deleteChat' : 'act.deleteCall'),
                  confirm: t('shell:action.delete'),
                  onConfirm: () =>
                    remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/interactions' }) }),
                })
              }
            >
              {t('shell:action.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {open === 'assign' && <AssignDialog conversation={conversation} onClose={close} />}
      {open === 'reprocess' && <ReprocessDialog conversation={conversation} onClose={close} />}
    </>
  )
}

function DownloadMenu({ conversation: { links, recording, transcript } }: { conversation: Conversation }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const mayHear = useMay()('recordings:read')
  if (!recording && !transcript) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          {t('shell:action.download')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {recording &&
          (mayHear && links.recording ? (
            <Menu.Item component="a" href={`${links.recording}?download=1`} download>
              {t('download.recording')}
            </Menu.Item>
          ) : (
            <Menu.Item disabled>{t('download.recordingForbidden')}</Menu.Item>
          ))}
        {transcript &&
          formats.map((format) => (
            <Menu.Item key={format} component="a" href={`${links.transcript}?format=${format}`} download>
              {t(`download.${format}`)}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}
