// One call or chat: hear it, read it, understand it, correct it, talk about it.

import { Anchor, Badge, Group, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconMessage, IconPhone } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../../api/live.ts'
import { Absent, clock, When } from '../../components/figures.tsx'
import { Page } from '../../components/page.tsx'
import { SentimentBadge } from '../../components/sentiment.tsx'
import { Loaded } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status.tsx'
import { HeadActions } from './head-actions.tsx'
import { KeysDialog, useKeys } from './keys.tsx'
import { Notices } from './notices.tsx'
import { makePlayback, PlaybackContext } from './playback.ts'
import { type Conversation, conversationQuery, isChat } from './queries.ts'
import { Rooms } from './rooms.tsx'
import { Tags } from './tags.tsx'
import '../../components/data-table.css'
import './interaction.css'

/** Below it, one column. */
const wide = '(min-width: 68em)'

export function InteractionPage() {
  const { t } = useTranslation('interaction')
  const { id } = useParams({ from: '/inside/interactions/$id' })
  const conversation = useQuery(conversationQuery(id))
  useFresh(id)
  if (!conversation.data)
    return (
      <Page title={t('title')}>
        <Loaded query={conversation}>{() => null}</Loaded>
      </Page>
    )
  // Another conversation begins anew: its sound, its drafts, its place.
  return <One key={id} conversation={conversation.data} />
}

function One({ conversation }: { conversation: Conversation }) {
  const playback = useMemo(makePlayback, [])
  return (
    <PlaybackContext value={playback}>
      <Shown conversation={conversation} />
    </PlaybackContext>
  )
}

function Shown({ conversation }: { conversation: Conversation }) {
  const isNarrow = !useMediaQuery(wide, undefined, { getInitialValueInEffect: false })
  const [hasKeys, setKeys] = useState(false)
  useKeys(conversation, () => setKeys(true))
  return (
    <Page
      title={nameOf(conversation)}
      about={<About conversation={conversation} />}
      actions={<HeadActions conversation={conversation} onKeys={() => setKeys(true)} />}
    >
      <Notices conversation={conversation} />
      <Rooms conversation={conversation} isNarrow={isNarrow} />
      <KeysDialog isOpen={hasKeys} onClose={() => setKeys(false)} />
    </Page>
  )
}

const nameOf = ({ recording, external_id, id }: Conversation): string =>
  recording?.file_name ?? external_id ?? id.slice(0, 8)

function About({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const { agent, channel, direction, duration_ms, started_at, sentiment, status, failure, annotations } = conversation
  const Sign = channel === 'voice' ? IconPhone : IconMessage
  const who = agent.name ?? agent.email
  return (
    <>
      <Group gap={8} mt={2}>
        <Group gap={4} wrap="nowrap">
          <Sign size={15} aria-hidden /> {t(isChat(conversation) ? 'kind.chat' : 'kind.call')}
          {direction && `, ${t(`direction.${direction}`)}`}
        </Group>
        <Text span size="sm" aria-hidden>
          ·
        </Text>
        <When at={started_at} />
        <Text span size="sm" aria-hidden>
          ·
        </Text>
        {duration_ms === null ? <Absent reason={t('player.reading')} /> : <span>{clock(duration_ms / 1000)}</span>}
        <Text span size="sm" aria-hidden>
          ·
        </Text>
        {who && agent.agent_id ? (
          <Anchor component={Link} to={`/agents/${agent.agent_id}` as '/agents'} size="sm">
            {who}
          </Anchor>
        ) : (
          <span>{who ?? t('who.noAgent')}</span>
        )}
        {agent.team && <span>({agent.team})</span>}
        {status !== 'completed' && <StatusBadge of={status} reason={failure?.reason} />}
        {sentiment && <SentimentBadge of={sentiment} />}
        {annotations.review && (
          <Badge variant="light" color="teal" size="sm" tt="none" fw={550}>
            {annotations.review.name ? t('act.reviewedBy', { name: annotations.review.name }) : t('act.reviewed')}
          </Badge>
        )}
      </Group>
      <Group mt={6}>
        <Tags conversation={conversation} />
      </Group>
    </>
  )
}

/** What happens to it elsewhere is shown by itself. */
function useFresh(id: string) {
  const client = useQueryClient()
  useLive(['call.*', 'chat.*', 'comment.created'], (event) => {
    if (event && !JSON.stringify(event.data).includes(id)) return
    void client.invalidateQueries({ queryKey: ['conversation', id] })
  })
}
