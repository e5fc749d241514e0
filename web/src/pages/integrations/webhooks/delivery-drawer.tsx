// One delivery: what was sent, each attempt with what came back and where the time went, and the way to send it again.

import { Button, Drawer, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { useActorNames } from '../../../components/actor-names.ts'
import { Absent, When } from '../../../components/figures.tsx'
import { Loaded } from '../../../components/states.tsx'
import { useAddress } from '../parts/address.ts'
import { JsonText } from '../parts/code.tsx'
import { Facts } from '../parts/facts.tsx'
import { Status } from '../parts/status.tsx'
import { Attempts } from './attempts.tsx'
import { deliveryTones } from './deliveries.tsx'
import { type Delivery, deliveryQuery, type Endpoint, eventQuery } from './queries.ts'

export function DeliveryDrawer({ endpoint, id, onClose }: { endpoint: Endpoint; id: string; onClose: () => void }) {
  const { t } = useTranslation('integrations')
  const delivery = useQuery({ ...deliveryQuery(endpoint.webhook_id, id), refetchInterval: 3000 })
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={delivery.data?.event ?? t('webhooks.delivery')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Loaded query={delivery}>{(found) => <Body endpoint={endpoint} delivery={found} />}</Loaded>
    </Drawer>
  )
}

function Body({ endpoint, delivery }: { endpoint: Endpoint; delivery: Delivery }) {
  const { t } = useTranslation('integrations')
  const { go } = useAddress()
  const may = useMay()
  const nameOf = useActorNames()
  const { delivery_id, status, event_id } = delivery
  const replay = useAct(
    () =>
      told(
        api.POST('/v1/webhooks/{id}/deliveries/{delivery_id}/replay', {
          params: { path: { id: endpoint.webhook_id, delivery_id } },
          body: status === 'delivered' ? { again: true } : {},
        }),
      ),
    { touches: [['webhooks'], ['dead-letters']], done: t('webhooks.said.replayed') },
  )
  const again = () =>
    status === 'delivered'
      ? ask({
          title: t('webhooks.again.title'),
          text: t('webhooks.again.text'),
          confirm: t('webhooks.replay'),
          isHarmless: true,
          onConfirm: () => replay.mutate(),
        })
      : replay.mutate()
  return (
    <Stack>
      <Group>
        <Status tone={deliveryTones[status]}>{t(`webhooks.state.${status}`)}</Status>
        <Button
          size="xs"
          variant="light"
          loading={replay.isPending}
          disabled={status === 'pending' || status === 'held'}
          title={status === 'pending' || status === 'held' ? t('webhooks.waitsAlready') : undefined}
          onClick={again}
        >
          {t('webhooks.replay')}
        </Button>
        {status === 'dead' && (
          <Button size="xs" variant="default" onClick={() => go({ section: 'dead-letters', id: delivery_id })}>
            {t('webhooks.openLetter')}
          </Button>
        )}
      </Group>
      <Facts
        label={t('webhooks.delivery')}
        facts={[
          { name: t('webhooks.eventId'), value: event_id ?? <Absent reason={t('webhooks.eventGone')} /> },
          { name: t('webhooks.seq'), value: delivery.seq },
          { name: t('created'), value: <When at={delivery.created_at} /> },
          ...(delivery.finished_at
            ? [{ name: t('webhooks.finished'), value: <When at={delivery.finished_at} /> }]
            : []),
          ...(delivery.next_attempt_at && status === 'pending'
            ? [{ name: t('webhooks.nextAttempt'), value: <When at={delivery.next_attempt_at} relative /> }]
            : []),
          ...(delivery.replayed_by ? [{ name: t('webhooks.replayedBy'), value: nameOf(delivery.replayed_by) }] : []),
          ...(delivery.discarded_by
            ? [
                {
                  name: t('webhooks.discardedBy'),
                  value: `${nameOf(delivery.discarded_by)}: ${delivery.discard_reason ?? ''}`,
                },
              ]
            : []),
        ]}
      />
      <Title order={2}>{t('webhooks.attempts')}</Title>
      <Attempts attempts={delivery.attempts} />
      {event_id && may('events:read') && <EventBody id={event_id} isEdited={delivery.is_edited} />}
    </Stack>
  )
}

function EventBody({ id, isEdited }: { id: string; isEdited: boolean }) {
  const { t } = useTranslation('integrations')
  const event = useQuery(eventQuery(id))
  return (
    <Stack gap="xs">
      <Title order={2}>{t('webhooks.body')}</Title>
      {isEdited && <Text size="sm">{t('webhooks.edited')}</Text>}
      <Loaded query={event}>{(found) => <JsonText value={found} label={t('webhooks.body')} />}</Loaded>
    </Stack>
  )
}
