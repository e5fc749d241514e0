// One turn as it is read: who, when, in which language and mood, the words, and what can be done with it.

import { ActionIcon, Badge, CopyButton, Group, Text, Tooltip, UnstyledButton } from '@mantine/core'
import {
  IconCheck,
  IconLink,
  IconMessage,
  IconMessagePlus,
  IconPencil,
  IconPlayerPlayFilled,
  IconSchool,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { clock, useFormats } from '../../components/figures.tsx'
import { keptDraft } from '../../components/kept-draft.ts'
import { momentLink } from '../../components/moment.ts'
import { SentimentBadge } from '../../components/sentiment.tsx'
import { usePlayback } from './playback.ts'
import { type Conversation, isChat, type Mood, type Turn } from './queries.ts'
import type { Range } from './text-pieces.ts'
import { draftKey } from './turn-edit.tsx'
import { TurnText } from './turn-text.tsx'

/** Of an answer in a chat: since the customer's message before it. Null where it answers nothing. */
export function responseMs(turns: readonly Turn[], index: number): number | null {
  const [before, turn] = [turns[index - 1], turns[index]]
  const isAnswer = before?.role === 'customer' && (turn?.role === 'agent' || turn?.role === 'bot')
  const ms = isAnswer && before && turn ? turn.start_ms - before.end_ms : 0
  // Times to the minute tell nothing of an answer within it.
  return ms > 0 ? ms : null
}

export const TurnRow = memo(function TurnRow({
  conversation,
  turn,
  answeredMs,
  isCurrent,
  isOpened,
  hits,
  comments,
  onComment,
  mayComment,
  onEdit,
  whyNotEdit,
}: {
  conversation: Conversation
  turn: Turn
  answeredMs: number | null
  isCurrent: boolean
  isOpened: boolean
  hits: readonly Range[]
  comments: number
  onComment: (turn: Turn) => void
  mayComment: boolean
  onEdit: ((id: string) => void) | undefined
  whyNotEdit: string | null
}) {
  const { t } = useTranslation(['interaction', 'shell'])
  const { time } = useFormats()
  const playback = usePlayback()
  const navigate = useNavigate()
  const { id, agent, participants } = conversation
  const chat = isChat(conversation)
  const at = chat
    ? time(turn.at ?? new Date(Date.parse(conversation.started_at) + turn.start_ms))
    : clock(turn.start_ms / 1000)
  const name =
    participants.find((one) => one.id === turn.participant_id)?.name ?? (turn.role === 'agent' ? agent.name : null)
  const coach = () =>
    void navigate({
      to: '/agents/$id',
      params: { id: agent.agent_id ?? '' },
      search: { about: id, at: String(Math.round(turn.start_ms)) },
    })
  const hasDraft = onEdit !== undefined && keptDraft(draftKey(id, turn.id)) !== null
  return (
    <article
      className="turn-body"
      data-side={turn.role}
      data-chat={chat || undefined}
      data-current={isCurrent || undefined}
      data-opened={isOpened || undefined}
      aria-current={isCurrent ? 'true' : undefined}
      aria-label={t('turn.label', { side: t(`side.${turn.role}`), at })}
    >
      <Group gap={8} wrap="nowrap" justify="space-between" align="flex-start">
        <Group gap={8} className="turn-head">
          {chat ? (
            <Text size="xs" c="dimmed">
              {at}
            </Text>
          ) : (
            <UnstyledButton
              className="turn-time"
              onClick={() => playback.jump(turn.start_ms, { plays: true })}
              aria-label={t('turn.playFrom', { at })}
            >
              <IconPlayerPlayFilled size={10} aria-hidden /> {at}
            </UnstyledButton>
          )}
          <Text size="sm" fw={650} className="turn-side">
            {t(`side.${turn.role}`)}
          </Text>
          {name && (
            <Text size="sm" c="dimmed" truncate maw="14rem">
              {name}
            </Text>
          )}
          {answeredMs !== null && (
            <Text size="xs" c="dimmed">
              {t('turn.answered', { after: clock(answeredMs / 1000) })}
            </Text>
          )}
          {turn.language && (
            <Badge variant="default" size="xs" tt="none" fw={500} title={t('turn.language', { tag: turn.language })}>
              {turn.language}
            </Badge>
          )}
          {turn.sentiment && <SentimentBadge of={turn.sentiment.label as Mood} />}
          {turn.edited && (
            <Text size="xs" c="dimmed" fs="italic">
              {t('turn.edited')}
            </Text>
          )}
          {hasDraft && (
            <Badge variant="light" color="yellow" size="xs" tt="none">
              {t('turn.draft')}
            </Badge>
          )}
        </Group>
        <Group gap={0} wrap="nowrap" className="turn-acts">
          <CopyButton value={momentLink({ id, atMs: turn.start_ms })}>
            {({ copied, copy }) => (
              <Act
                label={t(copied ? 'shell:action.copied' : 'turn.copyLink')}
                icon={copied ? IconCheck : IconLink}
                onClick={copy}
              />
            )}
          </CopyButton>
          {mayComment && <Act label={t('turn.comment')} icon={IconMessagePlus} onClick={() => onComment(turn)} />}
          {mayComment && agent.agent_id && <Act label={t('turn.coach')} icon={IconSchool} onClick={coach} />}
          {onEdit && <Act label={t('turn.edit')} icon={IconPencil} onClick={() => onEdit(turn.id)} />}
          {!onEdit && whyNotEdit && <Act label={whyNotEdit} icon={IconPencil} isDisabled />}
          {comments > 0 && (
            <ActionIcon
              variant="subtle"
              w="auto"
              px={4}
              onClick={() => onComment(turn)}
              aria-label={t('turn.comments', { count: comments })}
              className="turn-comments"
            >
              <IconMessage size={15} aria-hidden /> <Text size="xs">{comments}</Text>
            </ActionIcon>
          )}
        </Group>
      </Group>
      <TurnText turn={turn} hits={hits} isCurrent={isCurrent} />
    </article>
  )
})

function Act({
  label,
  icon: Sign,
  onClick,
  isDisabled = false,
}: {
  label: string
  icon: typeof IconLink
  onClick?: () => void
  isDisabled?: boolean
}) {
  return (
    <Tooltip label={label} multiline maw={280}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={26}
        aria-label={label}
        onClick={onClick}
        aria-disabled={isDisabled || undefined}
        data-disabled={isDisabled || undefined}
        className="turn-act"
      >
        <Sign size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
