// Many letters at once: counts first, asks, and then tells how far it is until it is over or called off.

import { Alert, Button, Group, Modal, NumberInput, Stack, Text, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { asFailure } from '../../../api/failure.ts'
import { useAct } from '../../../components/act.ts'
import { useFormats } from '../../../components/figures.tsx'
import { Loaded } from '../../../components/states.tsx'
import { isNarrowed, type Run, type Which } from './queries.ts'
import { RunProgress } from './run-progress.tsx'

export type Bulk = { action: 'replay' | 'discard'; which: Which }

export function BulkDialog({ bulk, onClose }: { bulk: Bulk; onClose: () => void }) {
  const { t } = useTranslation('integrations')
  const [run, setRun] = useState<string | null>(null)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`letters.bulk.${bulk.action}`)}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      {run ? (
        <Stack>
          <RunProgress id={run} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('action.close', { ns: 'shell' })}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Question bulk={bulk} onClose={onClose} onBegun={setRun} />
      )}
    </Modal>
  )
}

function Question({ bulk, onClose, onBegun }: { bulk: Bulk; onClose: () => void; onBegun: (id: string) => void }) {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const { action, which } = bulk
  const [rate, setRate] = useState<number | string>(10)
  const [reason, setReason] = useState('')
  const meant = isNarrowed(which) ? which : { all: true }
  const send = (rest: object) =>
    action === 'replay'
      ? told(api.POST('/v1/dead-letters/replay', { body: { ...meant, ...rest } }))
      : told(api.POST('/v1/dead-letters/discard', { body: { ...meant, ...rest } }))
  const pace = action === 'replay' && typeof rate === 'number' ? { rate_per_s: rate } : {}
  const count = useQuery({
    queryKey: ['dead-letters', 'count', action, which, pace],
    gcTime: 0,
    queryFn: async () => (await send({ ...pace, dry_run: true })) as { count: number; expected_s: number },
  })
  const begin = useAct(() => send(action === 'replay' ? pace : { reason }), {
    touches: [['dead-letters']],
    isQuiet: true,
    onDone: (answer) => onBegun((answer as Run).replay_id),
  })
  return (
    <Stack>
      <Loaded query={count}>
        {({ count: letters, expected_s }) => (
          <Text aria-live="polite">
            {t(`letters.bulk.${action}Count`, { count: letters, amount: number(letters) })}{' '}
            {action === 'replay' && letters > 0 && t('letters.bulk.expected', { count: expected_s })}
          </Text>
        )}
      </Loaded>
      {action === 'replay' ? (
        <NumberInput
          label={t('letters.bulk.rate')}
          min={1}
          max={500}
          allowDecimal={false}
          value={rate}
          onChange={setRate}
        />
      ) : (
        <Textarea
          label={t('letters.reason')}
          description={t('letters.reasonHint')}
          required
          value={reason}
          onChange={({ currentTarget: { value } }) => setReason(value)}
        />
      )}
      {begin.isError && <Alert color="red">{asFailure(begin.error).message}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('action.cancel', { ns: 'shell' })}
        </Button>
        <Button
          {...(action === 'discard' ? { color: 'red' } : {})}
          loading={begin.isPending}
          disabled={!count.data?.count || (action === 'discard' && !reason.trim())}
          onClick={() => begin.mutate()}
        >
          {t(`letters.bulk.${action}Confirm`, { count: count.data?.count ?? 0 })}
        </Button>
      </Group>
    </Stack>
  )
}
