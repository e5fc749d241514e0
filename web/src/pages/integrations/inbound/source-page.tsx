// One source: how it proves itself, what it has sent, and what became of each message.

import { Alert, Button, Menu, Stack, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts } from '../parts/facts.tsx'
import { Once, type Shown } from '../parts/once.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { RotateDialog } from '../parts/rotate-dialog.tsx'
import { Status } from '../parts/status.tsx'
import { Messages } from './messages.tsx'
import { type Scheme, type Source, sourceQuery } from './queries.ts'
import { SourceForm } from './source-form.tsx'

export function SourcePage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(sourceQuery(id))}
      section="inbound"
      room={t('inbound.title')}
      title={(one) => one?.name ?? t('inbound.one')}
      standing={(source) => (
        <Status tone={source.status === 'active' ? 'good' : 'quiet'}>{t(`inbound.status.${source.status}`)}</Status>
      )}
      actions={(source) => <Actions source={source} />}
    >
      {(source) => <Body source={source} />}
    </OnePage>
  )
}

function Actions({ source }: { source: Source }) {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const [isRotating, rotating] = useDisclosure()
  const [fresh, setFresh] = useState<Shown[] | null>(null)
  const params = { path: { id: source.source_id } }
  const touches = [['inbound']]
  const turn = useAct(
    (status: 'active' | 'paused') => told(api.PATCH('/v1/inbound-sources/{id}', { params, body: { status } })),
    { touches },
  )
  const rotate = useAct(
    (overlap_hours: number) =>
      told(api.POST('/v1/inbound-sources/{id}/rotate-secret', { params, body: { overlap_hours } })),
    {
      touches,
      onDone({ secret = '' }) {
        rotating.close()
        setFresh([{ label: t('inbound.secret'), value: secret }])
      },
    },
  )
  const move = useAct(() => told(api.POST('/v1/inbound-sources/{id}/rotate-address', { params })), {
    touches,
    onDone: ({ url }) => setFresh([{ label: t('inbound.address'), value: url }]),
  })
  const remove = useAct(() => told(api.DELETE('/v1/inbound-sources/{id}', { params })), {
    touches: [['inbound', 'list']],
    done: t('inbound.said.deleted'),
    onDone: () => go({ section: 'inbound' }),
  })
  const isActive = source.status === 'active'
  return (
    <>
      <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate(isActive ? 'paused' : 'active')}>
        {t(isActive ? 'inbound.pause' : 'inbound.resume')}
      </Button>
      <Button variant="default" onClick={() => set({ open: 'edit' })}>
        {t('action.edit', { ns: 'shell' })}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">{t('action.more', { ns: 'shell' })}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={rotating.open}>{t('inbound.rotate')}</Menu.Item>
          <Menu.Item
            onClick={() =>
              ask({
                title: t('inbound.moving.title'),
                text: t('inbound.moving.text'),
                confirm: t('inbound.move'),
                onConfirm: () => move.mutate(),
              })
            }
          >
            {t('inbound.move')}
          </Menu.Item>
          <Menu.Item
            color="red"
            onClick={() =>
              ask({
                title: t('inbound.deleting.title', { name: source.name }),
                text: t('inbound.deleting.text'),
                confirm: t('action.delete', { ns: 'shell' }),
                onConfirm: () => remove.mutate(),
              })
            }
          >
            {t('action.delete', { ns: 'shell' })}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RotateDialog
        isOpen={isRotating}
        title={t('inbound.rotate')}
        text={t('inbound.rotateText')}
        hoursMax={168}
        isSending={rotate.isPending}
        onClose={rotating.close}
        onRotate={rotate.mutate}
      />
      <Once title={t('inbound.rotated')} items={fresh} onClose={() => setFresh(null)} />
      {search.open === 'edit' && (
        <SourceForm source={source} onClose={() => set({ open: undefined })} onDone={() => set({ open: undefined })} />
      )}
    </>
  )
}

function Body({ source }: { source: Source }) {
  const { t } = useTranslation('integrations')
  const { dateTime } = useFormats()
  const former = source.secrets.filter(({ until }) => until)
  return (
    <Stack>
      {source.last_refused_at && (
        <Alert color="yellow" title={t('inbound.column.refused')}>
          {t(`inbound.refusal.${source.last_refusal as 'not_proven'}`, { defaultValue: source.last_refusal ?? '' })}{' '}
          <When at={source.last_refused_at} relative />
        </Alert>
      )}
      <Facts
        label={t('inbound.one')}
        facts={[
          { name: t('inbound.proof'), value: t(`inbound.scheme.${source.scheme as Scheme}`) },
          {
            name: t('inbound.reader'),
            value: t(`inbound.readers.${source.reader === null ? 'none' : 'conversations'}`),
          },
          {
            name: t('inbound.column.received'),
            value: source.last_received_at ? (
              <When at={source.last_received_at} relative />
            ) : (
              <Absent reason={t('inbound.nothingYet')} />
            ),
          },
          { name: t('inbound.address'), value: t('inbound.addressHidden') },
          { name: t('created'), value: <When at={source.created_at} /> },
          ...former.map(({ since, until }) => ({
            name: t('inbound.formerSecret'),
            value: `${dateTime(since)} · ${t('until', { at: dateTime(until ?? since) })}`,
          })),
        ]}
      />
      <Title order={2}>{t('inbound.messages')}</Title>
      <Messages id={source.source_id} />
    </Stack>
  )
}
