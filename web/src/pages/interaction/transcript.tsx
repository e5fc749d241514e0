// What was said, turn by turn: follows the sound, goes to a moment, shows what is searched for. Only what is seen is drawn,
// so that three hours are no more work than three minutes.

import { Box, Button, Stack, Text } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlayback, usePlayed } from './playback.ts'
import { type Conversation, isChat, type Turn } from './queries.ts'
import { turnAt } from './text-pieces.ts'
import { TranscriptSearch } from './transcript-search.tsx'
import { TurnEdit } from './turn-edit.tsx'
import { responseMs, TurnRow } from './turn-row.tsx'
import { useHits } from './use-hits.ts'

const rowEstimatePx = 76
const scrollKeys = new Set(['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown'])

export function Transcript({
  conversation,
  q,
  onQ,
  atMs,
  commentCounts,
  onComment,
  mayComment,
  editable,
}: {
  conversation: Conversation & { transcript: { turns: Turn[] } }
  q: string
  onQ: (q: string) => void
  /** A moment that the address opens. */
  atMs: number | null
  commentCounts: ReadonlyMap<string, number>
  /** Opens the comments on a turn. */
  onComment: (turn: Turn) => void
  mayComment: boolean
  /** Why nothing can be corrected; true: it can; false: not by this person. */
  editable: boolean | string
}) {
  const { t } = useTranslation('interaction')
  const playback = usePlayback()
  const { turns } = conversation.transcript
  const list = useRef<HTMLDivElement>(null)
  const [isFollowing, setFollowing] = useState(true)
  const [edited, setEdited] = useState<string | null>(null)
  const [landed, setLanded] = useState(-1)
  const current = usePlayed((one) => (isChat(conversation) ? -1 : turnAt(turns, one.nowMs())))
  const isPlaying = usePlayed((one) => one.isPlaying())
  const hits = useHits(conversation, q)
  const rows = useVirtualizer({
    count: turns.length,
    getScrollElement: () => list.current,
    estimateSize: () => rowEstimatePx,
    getItemKey: (index) => turns[index]?.id ?? index,
    overscan: 6,
  })
  const show = useCallback((index: number) => index >= 0 && rows.scrollToIndex(index, { align: 'center' }), [rows])

  useEffect(() => {
    if (isFollowing && isPlaying) show(current)
  }, [current, isFollowing, isPlaying, show])
  const jumped = useEffectEvent((ms: number) => {
    const index = turnAt(turns, ms)
    setFollowing(true)
    setLanded(index)
    show(index)
  })
  useEffect(() => playback.onJump((ms) => jumped(ms)), [playback])
  const begin = useEffectEvent(() => {
    // Behind a tab of its own this comes back in the middle of listening: the address opens a moment once.
    if (atMs !== null && playback.opens(atMs)) playback.jump(atMs)
    else if (playback.nowMs() > 0) show(turnAt(turns, playback.nowMs()))
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another moment in the address is opened too
  useEffect(begin, [atMs])
  const hitTurn = hits.current?.turnIndex
  useEffect(() => {
    if (hitTurn === undefined) return
    setFollowing(false)
    show(hitTurn)
  }, [hitTurn, show])

  const leave = () => setFollowing(false)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || !scrollKeys.has(event.key)) return
    leave()
    // The browser would go to where the end was guessed to be before the turns there were measured.
    if (event.key !== 'End') return
    event.preventDefault()
    rows.scrollToIndex(turns.length - 1, { align: 'end' })
  }
  const edit = useMemo(() => (editable === true ? setEdited : undefined), [editable])
  return (
    <Box className="transcript">
      <TranscriptSearch q={q} onQ={onQ} hits={hits} />
      <section
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        aria-label={t(isChat(conversation) ? 'transcript.messages' : 'transcript.title')}
        className="transcript-list"
        onWheel={leave}
        onTouchMove={leave}
        onKeyDown={onKeyDown}
      >
        {turns.length === 0 ? (
          <WhyEmpty conversation={conversation} />
        ) : (
          <ol className="turns" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, key, start }) => {
              const turn = turns[index]
              if (!turn) return null
              return (
                <li
                  key={key}
                  ref={rows.measureElement}
                  data-index={index}
                  aria-setsize={turns.length}
                  aria-posinset={index + 1}
                  className="turn"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {edited === turn.id ? (
                    <TurnEdit
                      id={conversation.id}
                      turn={turn}
                      revision={conversation.transcript.revision}
                      languages={conversation.analysis?.languages.map(({ tag }) => tag) ?? []}
                      onDone={() => setEdited(null)}
                    />
                  ) : (
                    <TurnRow
                      conversation={conversation}
                      turn={turn}
                      answeredMs={isChat(conversation) ? responseMs(turns, index) : null}
                      isCurrent={index === current}
                      isOpened={index === landed}
                      hits={hits.of(turn.id)}
                      comments={commentCounts.get(turn.id) ?? 0}
                      onComment={onComment}
                      mayComment={mayComment}
                      onEdit={edit}
                      whyNotEdit={typeof editable === 'string' ? editable : null}
                    />
                  )}
                </li>
              )
            })}
          </ol>
        )}
      </section>
      {!isFollowing && current >= 0 && (
        <Button
          size="xs"
          radius="xl"
          className="transcript-now"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={() => {
            setFollowing(true)
            show(current)
          }}
        >
          {t('transcript.now')}
        </Button>
      )}
    </Box>
  )
}

/** Without a speech engine nothing is transcribed, and that is no silence. */
function WhyEmpty({ conversation: { stages, warnings } }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const isSkipped = stages.some(({ name, status }) => name === 'transcribe' && status === 'skipped')
  return (
    <Stack gap="xs" p="md">
      <Text>{t(isSkipped ? 'transcript.skipped' : 'transcript.silent')}</Text>
      {isSkipped &&
        warnings.map((warning) => (
          <Text key={warning} size="sm" c="dimmed">
            {warning}
          </Text>
        ))}
    </Stack>
  )
}
