// One agent: figures beside the team's, how they went, what stands out, and the conversations behind them.

import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconMessages } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay, useSession } from '../../api/session.ts'
import { Page } from '../../components/page.tsx'
import { Panel } from '../../components/panel.tsx'
import { Blank, Failed, Waiting } from '../../components/states.tsx'
import { AgentCourses } from './agent-courses.tsx'
import { AgentFigures } from './agent-figures.tsx'
import { AgentMoods } from './agent-moods.tsx'
import { CoachingPanel } from './coaching/coaching-panel.tsx'
import { LastConversations } from './last-conversations.tsx'
import { type Period, searchOf } from './period.ts'
import { PeriodChoice, usePeriod } from './period-choice.tsx'
import { type AgentPerformance, agentPerformanceQuery } from './queries.ts'
import { StandingLine } from './standing.tsx'
import { calledOf } from './words.ts'
import './agents.css'

export function AgentPage() {
  const { t } = useTranslation(['agents', 'charts', 'shell'])
  const { id } = useParams({ from: '/inside/agents/$id' })
  const period = usePeriod()
  const may = useMay()
  const { organisation } = useSession()
  const found = useQuery(agentPerformanceQuery(id, period))
  const agent = found.data
  const isOwn = organisation.agent_id === id && !may('analytics:read')
  return (
    <Page
      title={agent ? calledOf(agent) : t('agent.title')}
      about={
        agent &&
        [agent.team ?? t('noTeam'), agent.department, agent.active ? null : t('inactive')].filter(Boolean).join(' · ')
      }
      actions={
        <Group align="flex-end" gap="xs">
          {!isOwn && (
            <Button variant="default" component={Link} {...({ to: '/agents', search: searchOf(period) } as object)}>
              {t('agent.all')}
            </Button>
          )}
          <PeriodChoice />
        </Group>
      }
    >
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Waiting lines={12} />}
      {agent && <Content agent={agent} period={period} />}
    </Page>
  )
}

function Content({ agent, period }: { agent: AgentPerformance; period: Period }) {
  const { t } = useTranslation('agents')
  const count = agent.figures.conversations?.value ?? 0
  if (count === 0)
    return (
      <Stack>
        <Blank title={t('agent.blank.title')} icon={IconMessages}>
          {t('agent.blank.text')}
        </Blank>
        <CoachingPanel agent={agent} />
        <LastConversations agent={agent} period={period} />
      </Stack>
    )
  return (
    <Stack gap="md">
      {agent.is_behind && <Alert color="blue">{t('behind')}</Alert>}
      <AgentFigures agent={agent} period={period} />
      <AgentCourses agent={agent} period={period} />
      <div className="agents-grid">
        <Standing agent={agent} />
        <AgentMoods agent={agent} period={period} />
      </div>
      <CoachingPanel agent={agent} />
      <LastConversations agent={agent} period={period} />
    </Stack>
  )
}

function Standing({
  agent: { strengths, weaknesses, compared_with: team, team_figures },
}: {
  agent: AgentPerformance
}) {
  const { t } = useTranslation('agents')
  const isCompared = Object.keys(team_figures).length > 0
  const about = !isCompared ? t('standing.alone') : team ? t('standing.against', { team }) : t('standing.againstAll')
  return (
    <Panel title={t('standing.title')} about={about}>
      {isCompared && strengths.length + weaknesses.length === 0 && <Text size="sm">{t('standing.nothing')}</Text>}
      {strengths.length > 0 && <Side title={t('standing.strengths')} of={strengths} />}
      {weaknesses.length > 0 && <Side title={t('standing.weaknesses')} of={weaknesses} />}
    </Panel>
  )
}

function Side({ title, of }: { title: string; of: AgentPerformance['strengths'] }) {
  return (
    <section aria-label={title}>
      <Text component="h3" size="sm" fw={650} mb={4}>
        {title}
      </Text>
      <Stack gap={6}>
        {of.map((one) => (
          <StandingLine key={one.metric} of={one} isDetailed />
        ))}
      </Stack>
    </section>
  )
}
