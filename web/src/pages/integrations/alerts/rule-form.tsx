// Makes a rule, or changes one: what to watch for, how grave it is, and who is told.

import { MultiSelect, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { changesOf, useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { Failed, Waiting } from '../../../components/states.tsx'
import { EventChoice } from '../parts/event-choice.tsx'
import { FilterInput } from '../webhooks/filter-input.tsx'
import { type Rule, type RuleSent, ruleQuery, severities } from './queries.ts'

type Props = { onClose: () => void; onDone: () => void }
type Metric = NonNullable<Rule['metric']>

const groups = [
  ...(['agent_id', 'team', 'department', 'conversation_id', 'topic', 'sentiment', 'type', 'endpoint_id'] as const),
  ...(['connection_id', 'watcher_id', 'folder_id', 'server_id', 'job_id', 'kind'] as const),
]
const metrics: Metric[] = [
  ...(['delivery_oldest_pending_s', 'delivery_burn_1h', 'delivery_burn_6h', 'breakers_open', 'dead_letters'] as const),
  ...(['conversation_oldest_unprocessed_s', 'ingest_failures_1h', 'remote_folders_failing'] as const),
  ...(['minutes_used_percent', 'chats_used_percent', 'refused_sign_ins_15m'] as const),
]
const roles = ['owner', 'admin', 'supervisor', 'analyst'] as const

export function RuleForm({ id, ...rest }: Props & { id: string | undefined }) {
  return id ? <Known id={id} {...rest} /> : <Form {...rest} />
}

function Known({ id, ...rest }: Props & { id: string }) {
  const rule = useQuery({ ...ruleQuery(id), staleTime: Number.POSITIVE_INFINITY, gcTime: 0 })
  if (rule.isError) return <Failed error={rule.error} retry={() => void rule.refetch()} />
  return rule.data ? <Form rule={rule.data} {...rest} /> : <Waiting lines={2} />
}

const draftOf = (rule: Rule | undefined) => ({
  source: (rule?.source ?? 'event') as 'event' | 'operation',
  name: rule?.name ?? '',
  types: rule?.types ?? ['call.completed'],
  filter: rule?.filter ?? '',
  group_by: rule?.group_by ?? '',
  at_least: rule?.at_least ?? 1,
  within_s: rule?.within_s ?? 600,
  metric: rule?.metric ?? metrics[0],
  comparison: rule?.comparison ?? '>',
  threshold: rule?.threshold ?? 0,
  for_s: rule?.for_s ?? 300,
  severity: rule?.severity ?? 'medium',
  cooldown_s: rule?.cooldown_s ?? 3600,
  mail_to: rule?.mail_to.join(', ') ?? '',
  mail_roles: (rule?.mail_roles ?? []) as string[],
})
type Draft = ReturnType<typeof draftOf>

const ofEvents = ['types', 'filter', 'group_by', 'at_least', 'within_s'] as const
const ofFigures = ['metric', 'comparison', 'threshold', 'for_s'] as const
const ofAll = ['name', 'severity', 'cooldown_s', 'mail_to', 'mail_roles'] as const

function bodyOf(draft: Draft): RuleSent {
  const names = [...ofAll, ...(draft.source === 'event' ? ofEvents : ofFigures)]
  const values = {
    ...draft,
    filter: draft.filter.trim() || null,
    group_by: draft.group_by || null,
    mail_to: draft.mail_to.split(/[\s,;]+/).filter(Boolean),
  }
  return Object.fromEntries(names.map((name) => [name, values[name]])) as RuleSent
}

function Form({ rule, onClose, onDone }: Props & { rule?: Rule }) {
  const { t } = useTranslation('integrations')
  const form = useDraft(draftOf(rule))
  const { draft, before, set } = form
  const save = useAct(
    () =>
      rule
        ? told(
            api.PATCH('/v1/alert-rules/{id}', {
              params: { path: { id: rule.id } },
              body: changesOf(bodyOf(before), bodyOf(draft)) as object,
            }),
          )
        : told(api.POST('/v1/alert-rules', { body: { ...bodyOf(draft), source: draft.source } })),
    { touches: [['alerts']], isQuiet: true, onDone },
  )
  const numeric = (name: 'at_least' | 'within_s' | 'threshold' | 'for_s' | 'cooldown_s') => ({
    label: t(`alerts.field.${name}`),
    value: draft[name],
    onChange: (value: number | string) => set({ [name]: typeof value === 'number' ? value : 0 }),
  })
  return (
    <FormDrawer
      title={t(rule ? 'alerts.editRule' : 'alerts.addRule')}
      submit={t(rule ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {!rule && (
        <SegmentedControl
          aria-label={t('alerts.source')}
          data={(['event', 'operation'] as const).map((value) => ({ value, label: t(`alerts.sources.${value}`) }))}
          {...form.value('source')}
        />
      )}
      <TextInput label={t('name')} required maxLength={200} {...form.text('name')} />
      {draft.source === 'event' ? (
        <>
          <EventChoice value={draft.types} onChange={(types) => set({ types })} />
          <FilterInput events={draft.types} filter={draft.filter} onChange={(filter) => set({ filter })} />
          <Select
            label={t('alerts.field.group_by')}
            description={t('alerts.groupHint')}
            data={[{ value: '', label: t('alerts.noGroup') }, ...groups.map((value) => ({ value, label: value }))]}
            allowDeselect={false}
            {...form.value('group_by')}
          />
          <NumberInput min={1} {...numeric('at_least')} />
          <NumberInput min={1} {...numeric('within_s')} />
        </>
      ) : (
        <>
          <Select
            label={t('alerts.field.metric')}
            allowDeselect={false}
            data={metrics.map((value) => ({ value, label: t(`alerts.metric.${value}`) }))}
            {...form.value('metric')}
          />
          <Select
            label={t('alerts.field.comparison')}
            allowDeselect={false}
            data={['>', '>=', '<', '<=']}
            {...form.value('comparison')}
          />
          <NumberInput {...numeric('threshold')} />
          <NumberInput min={0} {...numeric('for_s')} />
        </>
      )}
      <Select
        label={t('alerts.severity')}
        allowDeselect={false}
        data={severities.map((value) => ({ value, label: t(`alerts.severities.${value}`) }))}
        {...form.value('severity')}
      />
      <TextInput label={t('alerts.field.mail_to')} description={t('alerts.mailHint')} {...form.text('mail_to')} />
      <MultiSelect
        label={t('alerts.field.mail_roles')}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        {...form.value('mail_roles')}
      />
      <NumberInput min={0} {...numeric('cooldown_s')} />
    </FormDrawer>
  )
}
