// How the parts of the page are laid out: on wide screens the sound and the words beside what is known of them, else one
// after the other behind tabs, with the player at the bottom.

import { Group, Paper, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { useAddress } from '../../components/address.ts'
import { Blank } from '../../components/states.tsx'
import { commentsQuery } from './comments.ts'
import { CommentsPanel } from './comments-panel.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { MetricsPanel } from './metrics-panel.tsx'
import { usePlayback } from './playback.ts'
import { Player } from './player.tsx'
import { type Conversation, isChat, isWorking, type Turn } from './queries.ts'
import { SummaryPanel } from './summary-panel.tsx'
import { Transcript } from './transcript.tsx'

const sideTabs = ['summary', 'metrics', 'comments', 'history'] as const

export function Rooms({ conversation, isNarrow }: { conversation: Conversation; isNarrow: boolean }) {
  const { t } = useTranslation('interaction')
  const { search, set } = useAddress()
  const [about, setAbout] = useState<Turn | null>(null)
  const tabs = isNarrow ? (['transcript', ...sideTabs] as const) : sideTabs
  const tab = tabs.find((one) => one === search.tab) ?? tabs[0] ?? 'summary'
  const open = (to: string) => void set({ tab: to === tabs[0] ? null : to })
  const counts = conversation.annotations.comments
  const playback = usePlayback()
  const go = (ms: number) => {
    playback.jump(ms)
    if (isNarrow) open('transcript')
  }
  const words = (
    <Words
      conversation={conversation}
      onComment={(turn) => {
        setAbout(turn)
        open('comments')
      }}
    />
  )
  const panels = (
    <Tabs value={tab} onChange={(to) => to && open(to)} keepMounted={false} className="rooms-tabs">
      <Tabs.List aria-label={t('tabs.label')}>
        {tabs.map((one) => (
          <Tabs.Tab key={one} value={one} px={8}>
            {t(`tabs.${one === 'transcript' && isChat(conversation) ? 'messages' : one}`)}
            {one === 'comments' && counts.total > 0 && (
              <Text span size="xs" c="dimmed">
                {' '}
                {counts.total}
              </Text>
            )}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {isNarrow && (
        <Tabs.Panel value="transcript" pt="sm">
          {words}
        </Tabs.Panel>
      )}
      <div className={isNarrow ? undefined : 'rooms-panel'} {...(isNarrow ? {} : { tabIndex: 0 })}>
        <Tabs.Panel value="summary" pt="sm">
          <SummaryPanel
            conversation={conversation}
            onGo={go}
            onFind={(q) => void set({ q, ...(isNarrow ? { tab: null } : {}) })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="metrics" pt="sm">
          <MetricsPanel conversation={conversation} />
        </Tabs.Panel>
        <Tabs.Panel value="comments" pt="sm">
          <CommentsPanel conversation={conversation} about={about} onAbout={setAbout} onGo={go} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="sm">
          <HistoryPanel conversation={conversation} />
        </Tabs.Panel>
      </div>
    </Tabs>
  )
  const player = !isChat(conversation) && <Player conversation={conversation} isNarrow={isNarrow} />
  if (isNarrow)
    return (
      <div className="rooms-narrow">
        {panels}
        {player}
      </div>
    )
  return (
    <Group className="rooms" gap="md" align="stretch" wrap="nowrap">
      <div className="rooms-left">
        {player}
        {words}
      </div>
      <Paper withBorder px="sm" className="rooms-right" component="aside" aria-label={t('tabs.label')}>
        {panels}
      </Paper>
    </Group>
  )
}

function Words({ conversation, onComment }: { conversation: Conversation; onComment: (turn: Turn) => void }) {
  const { t } = useTranslation('interaction')
  const { search, set } = useAddress()
  const may = useMay()('calls:annotate')
  const { transcript, id, annotations } = conversation
  const comments = useQuery({ ...commentsQuery(id), enabled: annotations.comments.total > 0 })
  const counts = useMemo(() => {
    const map = new Map<string, number>()
    for (const { turn_id } of comments.data ?? []) if (turn_id) map.set(turn_id, (map.get(turn_id) ?? 0) + 1)
    return map
  }, [comments.data])
  if (!transcript)
    return isWorking(conversation) ? null : (
      <Blank title={t('transcript.none')}>
        {t(isChat(conversation) ? 'transcript.noneChat' : 'transcript.noneCall')}
      </Blank>
    )
  const at = search.at === undefined ? null : Number(search.at)
  // A correction gives way to the next; any other run is waited for.
  const isLocked = conversation.status !== 'completed' || conversation.reprocessing?.from === 'transcribe'
  return (
    <Transcript
      conversation={{ ...conversation, transcript }}
      q={search.q ?? ''}
      onQ={(q) => void set({ q })}
      atMs={at !== null && Number.isFinite(at) && at >= 0 ? at : null}
      commentCounts={counts}
      onComment={onComment}
      mayComment={may}
      editable={!may ? false : conversation.is_masked ? t('turn.masked') : isLocked ? t('turn.locked') : true}
    />
  )
}
