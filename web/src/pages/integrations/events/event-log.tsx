// All that the organisation's events tell, the newest first, narrowed down by type and condition; and as they happen.

import { Button, Code, Group, Stack, Switch, Table, Text, TextInput } from '@mantine/core'
import { IconActivity } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { Page } from '../../../components/page.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { EventChoice } from '../parts/event-choice.tsx'
import { NameLink } from '../parts/name-link.tsx'
import { Status, type Tone } from '../parts/status.tsx'
import { type LiveState, useLive } from './live.ts'
import { type Event, type EventsWanted, readEvents } from './queries.ts'

const tones: Record<LiveState, Tone> = { off: 'quiet', connecting: 'warn', live: 'good', ended: 'bad' }

export function EventLog() {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const wanted: EventsWanted = {
    ...(search.types ? { types: search.types } : {}),
    ...(search.filter ? { filter: search.filter } : {}),
    ...(search.conversation ? { conversation_id: search.conversation } : {}),
  }
  const isLive = search.live !== 'off'
  const live = useLive(isLive, wanted)
  const log = usePages(['events', 'log', wanted], (cursor) => readEvents(wanted, cursor))
  const known = new Set(live.events.map(({ seq }) => seq))
  const query = {
    ...log,
    rows: log.rows && [...live.events, ...log.rows.filter(({ seq }) => !known.has(seq))],
  }
  return (
    <Page
      title={t('events.title')}
      about={t('events.about')}
      actions={
        <Group gap="sm">
          <span role="status">
            <Status tone={tones[live.state]}>{t(`events.live.${live.state}`)}</Status>
          </span>
          <Switch
            label={t('events.follow')}
            checked={isLive}
            onChange={({ currentTarget: { checked } }) => set({ live: checked ? undefined : 'off' })}
          />
        </Group>
      }
    >
      <Filters key={JSON.stringify(wanted)} wanted={wanted} />
      {live.reason && <Text size="sm">{live.reason}</Text>}
      <Listed
        query={query as typeof log}
        blank={
          <Blank title={t('events.none.title')} icon={IconActivity}>
            {t(Object.keys(wanted).length > 0 ? 'events.none.filtered' : 'events.none.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('events.title')}
            headings={(['type', 'about', 'seq', 'at'] as const).map((key) => t(`events.column.${key}`))}
          >
            {rows.map((event) => (
              <Table.Tr key={event.seq}>
                <Table.Td>
                  <NameLink section="events" id={event.id}>
                    {event.type}
                  </NameLink>
                </Table.Td>
                <Table.Td maw={420}>
                  <Text size="sm" truncate>
                    {gistOf(event)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Code>{event.seq}</Code>
                </Table.Td>
                <Table.Td>
                  <When at={event.timestamp} />
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
    </Page>
  )
}

/** The first few plain values of what an event says, in its own words. */
function gistOf({ data }: Event): string {
  const plain = Object.entries(data as Record<string, unknown>).filter(
    ([name, value]) => !name.endsWith('_id') && ['string', 'number', 'boolean'].includes(typeof value),
  )
  return plain
    .slice(0, 4)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' · ')
}

function Filters({ wanted }: { wanted: EventsWanted }) {
  const { t } = useTranslation('integrations')
  const { set } = useAddress()
  const [types, setTypes] = useState(wanted.types?.split(',') ?? [])
  const [filter, setFilter] = useState(wanted.filter ?? '')
  const [conversation, setConversation] = useState(wanted.conversation_id ?? '')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        set({
          types: types.join(',') || undefined,
          filter: filter.trim() || undefined,
          conversation: conversation.trim() || undefined,
        })
      }}
    >
      <Stack gap="xs">
        <EventChoice value={types} onChange={setTypes} isOptional />
        <Group align="flex-end" gap="sm">
          <TextInput
            flex="1 1 220px"
            label={t('filter.label')}
            placeholder="sentiment = negative"
            value={filter}
            onChange={({ currentTarget: { value } }) => setFilter(value)}
          />
          <TextInput
            flex="1 1 220px"
            label={t('events.conversation')}
            value={conversation}
            onChange={({ currentTarget: { value } }) => setConversation(value)}
          />
          <Button type="submit">{t('events.apply')}</Button>
          {Object.keys(wanted).length > 0 && (
            <Button
              variant="subtle"
              onClick={() => set({ types: undefined, filter: undefined, conversation: undefined })}
            >
              {t('action.clear', { ns: 'shell' })}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}
