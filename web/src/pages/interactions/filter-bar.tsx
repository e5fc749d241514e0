// What the list is narrowed by: words, the usual fields, and the filter language for everything else.

import {
  ActionIcon,
  Button,
  CloseButton,
  Collapse,
  Group,
  Pill,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { useFormats } from '../../components/figures.tsx'
import { dayMeant, type Filters, filterNames, type Refused } from './filters.ts'
import { agentsQuery, fieldsQuery, tagsQuery, teamsQuery } from './queries.ts'

export type FilterChange = Partial<Record<keyof Filters | 'q', string | null>>
type Change = (change: FilterChange) => void

const typingMs = 350

export function FilterBar({
  q,
  filters,
  refused,
  onChange,
}: {
  q: string
  filters: Filters
  /** What is wrong with the condition by hand. */
  refused: Refused | null
  onChange: Change
}) {
  const { t } = useTranslation(['interactions', 'shell'])
  const [wantsFields, setOpen] = useState(false)
  // What is refused must be seen to be mended.
  const isOpen = wantsFields || refused !== null
  const set = filterNames.filter((name) => name !== 'channel' && filters[name])
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <SegmentedControl
          aria-label={t('channel.label')}
          value={filters.channel ?? ''}
          onChange={(channel) => onChange({ channel })}
          data={[
            { value: '', label: t('channel.all') },
            { value: 'voice', label: t('channel.calls') },
            { value: 'chat', label: t('channel.chats') },
          ]}
        />
        <SearchBox q={q} onChange={onChange} />
        <Button
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {t('filters', { count: set.length })}
        </Button>
      </Group>
      {set.length > 0 && (
        <Group gap={6}>
          <Group gap={6} role="list" aria-label={t('filtersSet')} miw={0}>
            {set.map((name) => (
              <Pill
                key={name}
                role="listitem"
                size="md"
                maw="100%"
                withRemoveButton
                removeButtonProps={{
                  'aria-label': t('removeFilter', { name: t(`filter.${name}`) }),
                  'aria-hidden': false,
                  tabIndex: 0,
                }}
                onRemove={() => onChange({ [name]: null })}
              >
                {t(`filter.${name}`)}: <Shown name={name} value={filters[name] ?? ''} />
              </Pill>
            ))}
          </Group>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => onChange(Object.fromEntries(set.map((name) => [name, null])))}
          >
            {t('clearFilters')}
          </Button>
        </Group>
      )}
      <Collapse expanded={isOpen}>
        {isOpen && <Fields filters={filters} refused={refused} onChange={onChange} />}
      </Collapse>
    </Stack>
  )
}

function SearchBox({ q, onChange }: { q: string; onChange: Change }) {
  const { t } = useTranslation(['interactions', 'shell'])
  const [typed, setTyped] = useState(q)
  useEffect(() => setTyped(q), [q])
  const send = useDebouncedCallback((value: string) => onChange({ q: value }), typingMs)
  const type = (value: string) => {
    setTyped(value)
    send(value)
  }
  return (
    <TextInput
      flex={1}
      miw={200}
      type="search"
      aria-label={t('search.label')}
      placeholder={t('search.placeholder')}
      value={typed}
      maxLength={2000}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed ? <CloseButton size="sm" aria-label={t('search.clear')} onClick={() => type('')} /> : null}
      onChange={(event) => type(event.currentTarget.value)}
    />
  )
}

type FieldsProps = { filters: Filters; refused: Refused | null; onChange: Change }

function Fields({ filters, refused, onChange }: FieldsProps) {
  const { t } = useTranslation(['interactions', 'shell'])
  const may = useMay()
  const agents = useQuery({ ...agentsQuery, enabled: may('agents:read') })
  const teams = useQuery({ ...teamsQuery, enabled: may('users:read') })
  const tags = useQuery(tagsQuery)
  const fields = useQuery(fieldsQuery)
  const choice = (name: keyof Filters, data: { value: string; label: string }[]) => (
    <Select
      key={name}
      label={t(`filter.${name}`)}
      data={data}
      value={filters[name] ?? null}
      onChange={(value) => onChange({ [name]: value })}
      clearable
      searchable={data.length > 6}
      nothingFoundMessage={t('nothingFound')}
      w={190}
    />
  )
  const words = <Name extends string>(names: readonly Name[], label: (name: Name) => string) =>
    names.map((value) => ({ value, label: label(value) }))
  return (
    <Stack gap="sm" p="sm" className="filter-fields">
      <Group gap="sm" align="flex-end">
        {(['from', 'to'] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            w={160}
            label={t(`filter.${name}`)}
            value={dayMeant(name, filters[name] ?? '', fields.data?.time_zone ?? null) ?? ''}
            onChange={(event) => onChange({ [name]: event.currentTarget.value })}
          />
        ))}
        {choice(
          'agent',
          (agents.data ?? []).map((one) => ({
            value: one.agent_id,
            label: one.name ?? one.email ?? one.agent_id.slice(0, 8),
          })),
        )}
        {choice(
          'team',
          (teams.data?.teams ?? []).map(({ name }) => ({ value: name, label: name })),
        )}
        {choice(
          'direction',
          words(['inbound', 'outbound', 'internal'] as const, (one) => t(`direction.${one}`)),
        )}
        {choice(
          'sentiment',
          words(['negative', 'neutral', 'positive'] as const, (one) => t(`shell:sentiment.${one}`)),
        )}
        {choice(
          'status',
          words(['queued', 'processing', 'completed', 'failed'] as const, (one) => t(`shell:status.${one}`)),
        )}
        {choice(
          'reviewed',
          words(['yes', 'no'] as const, (one) => t(`reviewedIs.${one}`)),
        )}
        {choice(
          'tag',
          (tags.data?.tags ?? []).map(({ name }) => ({ value: name, label: name })),
        )}
      </Group>
      <Expression filters={filters} refused={refused} onChange={onChange} />
    </Stack>
  )
}

/** For what the fields above cannot say. Sent when it is whole, not at each key. */
function Expression({ filters, refused, onChange }: FieldsProps) {
  const { t } = useTranslation(['interactions', 'shell'])
  const fields = useQuery(fieldsQuery)
  const [text, setText] = useState(filters.filter ?? '')
  useEffect(() => setText(filters.filter ?? ''), [filters.filter])
  return (
    <Stack gap={4}>
      <Group align="flex-start" gap="xs">
        <Textarea
          flex={1}
          label={t('filter.filter')}
          description={t('expression.example')}
          error={refused && text === filters.filter ? t('expression.refused', refused) : undefined}
          value={text}
          maxLength={2000}
          autosize
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            onChange({ filter: text })
          }}
        />
        <ActionIcon
          size={36}
          mt={45}
          variant="default"
          aria-label={t('expression.apply')}
          onClick={() => onChange({ filter: text })}
        >
          <IconSearch size={16} aria-hidden />
        </ActionIcon>
      </Group>
      {fields.data && (
        <details>
          <Text component="summary" size="xs">
            {t('expression.fields', { count: fields.data.fields.length })}
          </Text>
          <dl className="field-list">
            {fields.data.fields.map(({ name, description, operators }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code> <small>{operators.join(' ')}</small>
                </dt>
                <dd>{description}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Stack>
  )
}

function Shown({ name, value }: { name: keyof Filters; value: string }) {
  const may = useMay()
  const agents = useQuery({ ...agentsQuery, enabled: name === 'agent' && may('agents:read') })
  const fields = useQuery(fieldsQuery)
  const { dateTime } = useFormats()
  // A figure's link names moments in place of days.
  if ((name === 'from' || name === 'to') && value.includes('T') && !Number.isNaN(Date.parse(value)))
    return <>{dayMeant(name, value, fields.data?.time_zone ?? null) ?? dateTime(value)}</>
  if (name !== 'agent') return <>{value}</>
  const found = agents.data?.find(({ agent_id }) => agent_id === value)
  return <>{found?.name ?? found?.email ?? value.slice(0, 8)}</>
}
