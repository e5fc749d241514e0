// What can be done with an endpoint: try it, let it rest, wake it, change it, take it away.

import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import {
  IconDots,
  IconEdit,
  IconPlayerPause,
  IconPlayerPlay,
  IconSend,
  IconShieldCheck,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { useAddress } from '../parts/address.ts'
import { type Endpoint, nameOf } from './queries.ts'
import { ResumeDialog } from './resume-dialog.tsx'
import { TrialDialog } from './trial-dialog.tsx'

export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('integrations')
  const { set, go } = useAddress()
  const [isResuming, resuming] = useDisclosure()
  const { webhook_id: id, status, kind, health } = endpoint
  const path = { params: { path: { id } } }
  const trial = useMutation({ mutationFn: () => told(api.POST('/v1/webhooks/{id}/test', path)) })
  const pause = useAct(() => told(api.POST('/v1/webhooks/{id}/pause', { ...path, body: {} as never })), {
    touches: [['webhooks']],
    done: t('webhooks.said.paused'),
  })
  const verify = useAct(() => told(api.POST('/v1/webhooks/{id}/verify', path)), {
    touches: [['webhooks']],
    onDone: ({ verification }) =>
      notifications.show({
        color: verification.ok ? 'teal' : 'red',
        title: t(verification.ok ? 'webhooks.said.verified' : 'webhooks.said.unverified'),
        message: verification.reason ?? '',
        autoClose: 10_000,
      }),
  })
  const remove = useAct(() => told(api.DELETE('/v1/webhooks/{id}', path)), {
    touches: [['webhooks', 'list'], ['dead-letters']],
    done: t('webhooks.said.deleted'),
    onDone: () => go({ section: 'webhooks' }),
  })
  const amount = status === 'active' ? health.waiting : health.held
  return (
    <>
      <Button leftSection={<IconSend size={16} aria-hidden />} loading={trial.isPending} onClick={() => trial.mutate()}>
        {t('webhooks.test')}
      </Button>
      {status === 'active' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          loading={pause.isPending}
          onClick={() => pause.mutate()}
        >
          {t('webhooks.pause')}
        </Button>
      )}
      {(status === 'paused' || status === 'disabled') && (
        <Button variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={resuming.open}>
          {t(status === 'paused' ? 'webhooks.resume' : 'webhooks.enable')}
        </Button>
      )}
      <Button variant="default" leftSection={<IconEdit size={16} aria-hidden />} onClick={() => set({ open: 'edit' })}>
        {t('action.edit', { ns: 'shell' })}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Tooltip label={t('action.more', { ns: 'shell' })}>
            <ActionIcon size={36} variant="default" aria-label={t('action.more', { ns: 'shell' })}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {kind === 'http' && (
            <Menu.Item leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={() => verify.mutate()}>
              {t('webhooks.verify')}
            </Menu.Item>
          )}
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() =>
              ask({
                title: t('webhooks.delete.title'),
                text: t('webhooks.delete.text', { name: nameOf(endpoint), amount }),
                confirm: t('action.delete', { ns: 'shell' }),
                onConfirm: () => remove.mutate(),
              })
            }
          >
            {t('action.delete', { ns: 'shell' })}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <TrialDialog trial={trial} />
      {isResuming && <ResumeDialog endpoint={endpoint} onClose={resuming.close} />}
    </>
  )
}
