// A widget is made or changed: which figures, how they are shown, of which conversations; with what it will look like.

import { Button, Chip, Drawer, Fieldset, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loaded } from '../../components/states.tsx'
import {
  chartNames,
  firstGroups,
  fittingGroups,
  groupsMaxOf,
  metricsMax,
  secondGroups,
  whyNot,
} from './chart-choice.ts'
import { sizeNameOf, sizesOf } from './layout.ts'
import type { Days } from './periods.ts'
import {
  type Catalogue,
  catalogueQuery,
  type Filters,
  figuresQuery,
  type GroupName,
  type Widget as WidgetOf,
} from './queries.ts'
import { questionsOf } from './questions.ts'
import { filterNames, type View } from './view.ts'
import { Widget } from './widget.tsx'

/** While somebody types, nothing is asked. */
const settleMs = 300

export function WidgetForm(props: {
  widget: WidgetOf
  isNew: boolean
  view: View
  days: Days
  onDone: (widget: WidgetOf) => void
  onClose: () => void
}) {
  const { t } = useTranslation(['home', 'shell'])
  const catalogue = useQuery(catalogueQuery)
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="lg"
      title={t(props.isNew ? 'form.add' : 'form.change')}
      closeButtonProps={{ 'aria-label': t('shell:action.close') }}
    >
      <Loaded query={catalogue}>{(known) => <Fields {...props} catalogue={known} />}</Loaded>
    </Drawer>
  )
}

function Fields({
  widget: initial,
  isNew,
  view,
  days,
  onDone,
  onClose,
  catalogue,
}: Parameters<typeof WidgetForm>[0] & { catalogue: Catalogue }) {
  const { t } = useTranslation(['home', 'shell'])
  const [draft, setDraft] = useState(initial)
  const chosen = draft.metrics.flatMap((id) => catalogue.metrics.find((one) => one.id === id) ?? [])
  const groups = draft.group_by ?? []
  const set = (change: Partial<WidgetOf>) =>
    setDraft((now) => {
      const next = { ...now, ...change }
      const metrics = next.metrics.flatMap((id) => catalogue.metrics.find((one) => one.id === id) ?? [])
      if (whyNot(next.chart, metrics)) next.chart = 'bar'
      const group_by = fittingGroups(next.chart, next.group_by ?? [], catalogue)
      const isSized = sizeNameOf(next) !== null
      return { ...next, group_by, size: isSized ? next.size : sizesOf(next.chart).medium }
    })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { title, filters, ...rest } = draft
    const kept = Object.fromEntries(Object.entries(filters ?? {}).filter(([, value]) => value))
    onDone({
      ...rest,
      ...(title?.trim() ? { title: title.trim() } : {}),
      ...(Object.keys(kept).length > 0 ? { filters: kept } : {}),
    })
  }
  const groupLabel = (value: GroupName) => ({ value, label: t(`group.${value}`) })
  return (
    <form onSubmit={submit}>
      <Stack>
        <Preview widget={draft} view={view} days={days} />
        <MetricChoice catalogue={catalogue} value={draft.metrics} onChange={(metrics) => set({ metrics })} />
        <Fieldset legend={t('form.chart')} variant="unstyled">
          <Chip.Group value={draft.chart} onChange={(chart) => set({ chart: chart as WidgetOf['chart'] })}>
            <Group gap={6}>
              {chartNames.map((chart) => (
                <Chip key={chart} value={chart} size="sm" disabled={whyNot(chart, chosen) !== null}>
                  {t(`chart.${chart}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <ul className="widget-why">
            {chartNames.map((chart) => {
              const why = whyNot(chart, chosen)
              return why && chart !== 'pie' ? (
                <Text key={chart} component="li" size="xs" c="dimmed">
                  {t(`why.${why}`, { chart: t(`chart.${chart}`) })}
                </Text>
              ) : null
            })}
          </ul>
        </Fieldset>
        {groupsMaxOf(draft.chart) > 0 && (
          <Group grow align="flex-start">
            <Select
              label={t('form.by')}
              allowDeselect={false}
              value={groups[0] ?? null}
              data={firstGroups(draft.chart, catalogue).map(groupLabel)}
              onChange={(first) => first && set({ group_by: [first as GroupName, ...groups.slice(1)] })}
            />
            {groupsMaxOf(draft.chart) > 1 && draft.metrics.length === 1 && (
              <Select
                label={t('form.andBy')}
                clearable
                placeholder={t('form.nothing')}
                value={groups[1] ?? null}
                data={secondGroups(groups[0], catalogue).map(groupLabel)}
                onChange={(second) =>
                  set({ group_by: [...groups.slice(0, 1), ...(second ? [second as GroupName] : [])] })
                }
              />
            )}
          </Group>
        )}
        <TextInput
          label={t('form.title')}
          description={t('form.titleAbout')}
          maxLength={120}
          value={draft.title ?? ''}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
        <Narrowing filters={draft.filters ?? {}} onChange={(filters) => set({ filters })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('shell:action.cancel')}
          </Button>
          <Button type="submit" disabled={draft.metrics.length === 0}>
            {t(isNew ? 'form.addIt' : 'form.changeIt')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function MetricChoice({
  catalogue,
  value,
  onChange,
}: {
  catalogue: Catalogue
  value: string[]
  onChange: (value: string[]) => void
}) {
  const { t } = useTranslation('home')
  const there = catalogue.metrics.filter(({ available }) => available)
  const sections = [...new Set(there.map(({ section }) => section))]
  const last = catalogue.metrics.find(({ id }) => id === value.at(-1))
  return (
    <MultiSelect
      label={t('form.metrics')}
      description={last?.definition ?? t('form.metricsAbout')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      required
      data-autofocus
      searchable
      hidePickedOptions
      maxValues={metricsMax}
      nothingFoundMessage={t('form.noMetric')}
      error={value.length === 0 ? t('form.oneMetric') : undefined}
      value={value}
      onChange={onChange}
      data={sections.map((section) => ({
        group: t(`section.${section as 'volume'}`, section),
        items: there.filter((one) => one.section === section).map(({ id, name }) => ({ value: id, label: name })),
      }))}
    />
  )
}

/** In place of the board's filters of the same name. */
function Narrowing({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { t } = useTranslation('home')
  return (
    <Fieldset legend={t('form.filters')}>
      <Group grow preventGrowOverflow={false} align="flex-end">
        {filterNames.map((name) =>
          name === 'channel' || name === 'direction' ? (
            <Select
              key={name}
              label={t(`filter.${name}`)}
              clearable
              placeholder={t('form.asBoard')}
              value={filters[name] ?? null}
              data={
                name === 'channel'
                  ? [
                      { value: 'voice', label: t('channel.calls') },
                      { value: 'chat', label: t('channel.chats') },
                    ]
                  : (['inbound', 'outbound', 'internal'] as const).map((value) => ({
                      value,
                      label: t(`direction.${value}`),
                    }))
              }
              onChange={(value) => onChange({ ...filters, [name]: value ?? '' })}
            />
          ) : (
            <TextInput
              key={name}
              label={t(`filter.${name}`)}
              placeholder={t('form.asBoard')}
              maxLength={name === 'filter' ? 2000 : 200}
              value={filters[name] ?? ''}
              onChange={(event) => onChange({ ...filters, [name]: event.currentTarget.value })}
            />
          ),
        )}
      </Group>
    </Fieldset>
  )
}

function Preview({ widget, view, days }: { widget: WidgetOf; view: View; days: Days }) {
  const { t } = useTranslation('home')
  const filters = Object.fromEntries(Object.entries(widget.filters ?? {}).filter(([, value]) => value))
  const [shown] = useDebouncedValue({ ...widget, filters }, settleMs)
  const figures = useQuery(figuresQuery(shown.metrics.length > 0 ? questionsOf([shown], view, days) : []))
  return (
    <section aria-label={t('form.preview')} className="widget-preview" data-card={widget.chart === 'card' || undefined}>
      <Widget widget={shown} figures={figures.data} view={view} days={days} />
    </section>
  )
}
