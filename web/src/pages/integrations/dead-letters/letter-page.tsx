// One dead letter: what it would say, what came of each attempt, and what can be done about it.

import { Alert, Button, Group, Modal, Stack, Textarea, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { useAddress } from '../parts/address.ts'
import { asReadable, CodeText, JsonText } from '../parts/code.tsx'
import { Facts } from '../parts/facts.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { To } from '../parts/to.tsx'
import { Attempts } from '../webhooks/attempts.tsx'
import { EditLetter } from './edit-letter.tsx'
import { useEndpointNames } from './groups.tsx'
import { type Letter, letterQuery } from './queries.ts'

export function LetterPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(letterQuery(id))}
      section="dead-letters"
      room={t('letters.title')}
      title={(one) => one?.event ?? t('letters.one')}
      actions={(letter) => <Actions letter={letter} />}
    >
      {(letter) => <Body letter={letter} />}
    </OnePage>
  )
}

function Actions({ letter }: { letter: Letter }) {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const [isDiscarding, discarding] = useDisclosure()
  const [reason, setReason] = useState('')
  const { delivery_id, not_replayable, is_masked } = letter
  const params = { path: { delivery_id } }
  const touches = [['dead-letters', 'groups'], ['dead-letters', 'list'], ['webhooks']]
  const leave = () => go({ section: 'webhooks', id: letter.endpoint_id, search: { delivery: delivery_id } })
  const replay = useAct(() => told(api.POST('/v1/dead-letters/{delivery_id}/replay', { params, body: {} })), {
    touches,
    done: t('webhooks.said.replayed'),
    onDone: leave,
  })
  const discard = useAct(() => told(api.POST('/v1/dead-letters/{delivery_id}/discard', { params, body: { reason } })), {
    touches,
    done: t('letters.discarded'),
    onDone: () => go({ section: 'dead-letters' }),
  })
  const reasonNot = not_replayable ? t(`letters.not.${not_replayable}`) : undefined
  return (
    <>
      <Button
        disabled={Boolean(reasonNot)}
        title={reasonNot}
        loading={replay.isPending}
        onClick={() => replay.mutate()}
      >
        {t('webhooks.replay')}
      </Button>
      <Button
        variant="default"
        disabled={Boolean(reasonNot) || is_masked}
        title={is_masked ? t('letters.not.masked') : reasonNot}
        onClick={() => set({ open: 'edit' })}
      >
        {t('letters.edit')}
      </Button>
      <Button variant="light" color="red" onClick={discarding.open}>
        {t('letters.discard')}
      </Button>
      <Modal
        opened={isDiscarding}
        onClose={discarding.close}
        title={t('letters.bulk.discard')}
        closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
      >
        <Stack>
          <Textarea
            label={t('letters.reason')}
            description={t('letters.reasonHint')}
            required
            value={reason}
            onChange={({ currentTarget: { value } }) => setReason(value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={discarding.close}>
              {t('action.cancel', { ns: 'shell' })}
            </Button>
            <Button color="red" disabled={!reason.trim()} loading={discard.isPending} onClick={() => discard.mutate()}>
              {t('letters.discard')}
            </Button>
          </Group>
        </Stack>
      </Modal>
      {search.open === 'edit' && letter.data && (
        <EditLetter letter={letter} onClose={() => set({ open: undefined })} onDone={leave} />
      )}
    </>
  )
}

function Body({ letter }: { letter: Letter }) {
  const { t } = useTranslation('integrations')
  const { bytes } = useFormats()
  const nameOfEndpoint = useEndpointNames()
  const { not_replayable, request } = letter
  return (
    <Stack>
      {not_replayable && <Alert color="yellow">{t(`letters.not.${not_replayable}`)}</Alert>}
      {letter.is_masked && <Alert color="blue">{t('letters.masked')}</Alert>}
      <Facts
        label={t('letters.one')}
        facts={[
          { name: t('letters.column.cause'), value: letter.error ?? letter.fingerprint },
          {
            name: t('letters.column.endpoint'),
            value: (
              <To to="/integrations/$section/$id" params={{ section: 'webhooks', id: letter.endpoint_id }}>
                {nameOfEndpoint(letter.endpoint_id)}
              </To>
            ),
          },
          { name: t('letters.column.died'), value: <When at={letter.died_at} /> },
          { name: t('letters.column.attempts'), value: letter.attempt_count },
          { name: t('webhooks.eventId'), value: letter.event_id ?? <Absent reason={t('webhooks.eventGone')} /> },
          { name: t('letters.eventAt'), value: <When at={letter.event_at} /> },
        ]}
      />
      {request?.body && (
        <Stack gap="xs">
          <Title order={2}>{t('letters.request')}</Title>
          <CodeText
            label={t('letters.requestHead')}
            maxHeight={200}
            text={[
              `${request.method ?? ''} ${request.url}`.trim(),
              ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
            ].join('\n')}
          />
          <CodeText
            label={t('letters.requestBody', { size: bytes(request.body_bytes) })}
            text={asReadable(request.body)}
          />
        </Stack>
      )}
      {!request?.body && letter.data && <JsonText value={letter.data} label={t('webhooks.body')} />}
      <Title order={2}>{t('webhooks.attempts')}</Title>
      <Attempts attempts={letter.attempts} />
    </Stack>
  )
}
