// Creates or changes an endpoint, beside the page. Two people who change the same one: the later is told, and chooses.

import { Accordion, Select, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { Failed, Waiting } from '../../../components/states.tsx'
import { EventChoice } from '../parts/event-choice.tsx'
import { BrokerInputs } from './broker-inputs.tsx'
import { DeliveryInputs } from './delivery-inputs.tsx'
import { bodyOf, draftOf, type Kind, kinds } from './endpoint-draft.ts'
import { FilterInput } from './filter-input.tsx'
import { ProofInputs } from './proof-inputs.tsx'
import { type Endpoint, readEndpoint } from './queries.ts'

type Made = { webhook_id: string; secret?: string; warnings?: string[] }
type Props = { onClose: () => void; onDone: (made: Made) => void }

export function EndpointForm({ id, ...rest }: Props & { id?: string }) {
  if (!id) return <Form {...rest} />
  return <EditForm id={id} {...rest} />
}

/** What is being changed is read anew at the beginning, so that its version is that of the form. */
function EditForm({ id, ...rest }: Props & { id: string }) {
  const [round, setRound] = useState(0)
  const read = useQuery({
    queryKey: ['webhook-edit', id, round],
    queryFn: () => readEndpoint(id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (read.isError) return <Failed error={read.error} retry={() => void read.refetch()} />
  if (!read.data) return <Waiting lines={2} />
  return <Form key={round} endpoint={read.data} reload={() => setRound(round + 1)} {...rest} />
}

function Form({ endpoint, reload, onClose, onDone }: Props & { endpoint?: Endpoint; reload?: () => void }) {
  const { t } = useTranslation('integrations')
  const form = useDraft(draftOf(endpoint))
  const { draft, before, set } = form
  const save = useAct(
    async (isAnyway: boolean): Promise<Made> => {
      if (!endpoint) return told(api.POST('/v1/webhooks', { body: bodyOf(draft) as never }))
      const { webhook_id: id, revision } = endpoint
      const header = isAnyway ? undefined : { 'If-Match': `"${revision}"` }
      return told(
        api.PATCH('/v1/webhooks/{id}', {
          params: { path: { id }, ...(header ? { header } : {}) },
          body: bodyOf(draft, before) as never,
        }),
      )
    },
    { touches: [['webhooks']], isQuiet: true, onDone },
  )
  const isHttp = draft.kind === 'http'
  return (
    <FormDrawer
      title={t(endpoint ? 'webhooks.edit' : 'webhooks.add')}
      submit={t(endpoint ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate(false)}
      onClose={onClose}
      newer={{ text: t('newer'), onReload: () => reload?.(), onOverwrite: () => save.mutate(true) }}
    >
      {!endpoint && (
        <Select
          label={t('webhooks.field.kind')}
          allowDeselect={false}
          data={kinds.map((value) => ({ value, label: t(`webhooks.kind.${value}`) }))}
          value={draft.kind}
          onChange={(kind) => set({ kind: kind as Kind })}
        />
      )}
      <TextInput
        label={t(isHttp ? 'webhooks.field.url' : 'webhooks.field.brokerUrl')}
        description={isHttp ? t('webhooks.hint.url') : t(`webhooks.hint.${draft.kind as Exclude<Kind, 'http'>}`)}
        required
        maxLength={2048}
        inputMode="url"
        autoComplete="off"
        {...form.text('url')}
      />
      <TextInput
        label={t('webhooks.field.name')}
        description={t('webhooks.hint.name')}
        maxLength={200}
        {...form.text('name')}
      />
      <EventChoice value={draft.events} onChange={(events) => set({ events })} />
      <FilterInput events={draft.events} filter={draft.filter} onChange={(filter) => set({ filter })} />
      {!isHttp && <BrokerInputs form={form} isStored={endpoint !== undefined} />}
      {isHttp && !endpoint && (
        <Switch label={t('webhooks.field.verify')} description={t('webhooks.hint.verify')} {...form.tick('verify')} />
      )}
      <Accordion variant="separated" multiple>
        <Accordion.Item value="delivery">
          <Accordion.Control>{t('webhooks.group.delivery')}</Accordion.Control>
          <Accordion.Panel>
            <DeliveryInputs form={form} isNew={!endpoint} />
          </Accordion.Panel>
        </Accordion.Item>
        {isHttp && (
          <Accordion.Item value="proof">
            <Accordion.Control>{t('webhooks.group.proof')}</Accordion.Control>
            <Accordion.Panel>
              <ProofInputs form={form} endpoint={endpoint} />
            </Accordion.Panel>
          </Accordion.Item>
        )}
      </Accordion>
    </FormDrawer>
  )
}
