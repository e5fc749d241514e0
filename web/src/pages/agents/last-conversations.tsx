// The newest conversations of one agent, and the way to all of them.

import { Anchor, Button, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { Absent, clock, When } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import { SentimentBadge } from '../../components/sentiment.tsx'
import { Loaded } from '../../components/states.tsx'
import { TableRegion } from '../../components/table-region.tsx'
import type { Interaction } from '../interactions/queries.ts'
import type { Period } from './period.ts'
import { type AgentPerformance, lastConversationsQuery } from './queries.ts'

const isOfSomebody = ({ contact }: Interaction) => Boolean(contact?.number ?? contact?.customer_ref)

export function LastConversations({ agent, period }: { agent: AgentPerformance; period: Period }) {
  const { t } = useTranslation('agents')
  const may = useMay()
  const last = useQuery({ ...lastConversationsQuery(agent.agent_id), enabled: may('calls:read') })
  if (!may('calls:read')) return null
  const to = (search: Record<string, string>) => ({ to: '/interactions', search }) as object
  return (
    <Panel
      title={t('last.title')}
      actions={
        <>
          <Button
            size="xs"
            variant="default"
            component={Link}
            {...to({ agent: agent.agent_id, from: period.from, to: period.to })}
          >
            {t('last.period')}
          </Button>
          <Button size="xs" variant="default" component={Link} {...to({ agent: agent.agent_id })}>
            {t('last.all')}
          </Button>
        </>
      }
    >
      <Loaded query={last}>
        {({ conversations }) =>
          conversations.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('last.none')}
            </Text>
          ) : (
            <TableRegion
              label={t('last.title')}
              headings={[
                { id: 'date', label: t('last.date') },
                { id: 'channel', label: t('last.channel') },
                { id: 'duration', label: t('last.duration'), align: 'end' },
                { id: 'mood', label: t('agent.mood') },
                ...(conversations.some(isOfSomebody) ? [{ id: 'contact', label: t('last.name') }] : []),
              ]}
            >
              {conversations.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <Anchor
                      component={Link}
                      size="sm"
                      {...({ to: '/interactions/$id', params: { id: one.id } } as object)}
                    >
                      <When at={one.started_at} />
                    </Anchor>
                  </Table.Td>
                  <Table.Td>{t(`last.channelIs.${one.channel}`)}</Table.Td>
                  <Table.Td ta="end">{one.duration_ms == null ? <Absent /> : clock(one.duration_ms / 1000)}</Table.Td>
                  <Table.Td>
                    <SentimentBadge of={one.sentiment} />
                  </Table.Td>
                  {conversations.some(isOfSomebody) && (
                    <Table.Td>{one.contact?.number ?? one.contact?.customer_ref ?? <Absent />}</Table.Td>
                  )}
                </Table.Tr>
              ))}
            </TableRegion>
          )
        }
      </Loaded>
    </Panel>
  )
}
