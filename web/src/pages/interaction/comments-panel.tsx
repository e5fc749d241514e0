// All comments on a conversation, those that are done last, and the place to write another.

import { Alert, Button, CloseButton, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { clock } from '../../components/figures.tsx'
import { Loaded } from '../../components/states.tsx'
import { CommentBox } from './comment-box.tsx'
import { CommentThread } from './comment-thread.tsx'
import { commentsQuery, useComments } from './comments.ts'
import { type Comment, type Conversation, isChat, type Turn } from './queries.ts'

export function CommentsPanel({
  conversation,
  about,
  onAbout,
  onGo,
}: {
  conversation: Conversation
  /** The turn that the next comment is about. */
  about: Turn | null
  onAbout: (turn: Turn | null) => void
  onGo: (ms: number) => void
}) {
  const { t } = useTranslation('interaction')
  const may = useMay()('calls:annotate')
  const { id } = conversation
  const comments = useQuery(commentsQuery(id))
  const { write } = useComments(id)
  const [untold, setUntold] = useState(0)
  const [hasDone, setDone] = useState(false)
  return (
    <Stack gap="sm">
      {may ? (
        <div>
          {about && (
            <Group gap="xs" wrap="nowrap" mb={6} className="comment-about">
              <Text size="sm" truncate flex={1}>
                {isChat(conversation)
                  ? t('comments.aboutMessage')
                  : t('comments.about', { at: clock(about.start_ms / 1000) })}{' '}
                <Text span size="sm" c="dimmed">
                  {about.text}
                </Text>
              </Text>
              <CloseButton aria-label={t('comments.notAbout')} onClick={() => onAbout(null)} />
            </Group>
          )}
          <CommentBox
            key={about?.id ?? 'all'}
            draft={`comment.${id}.${about?.id ?? ''}`}
            label={t('comments.write')}
            confirm={t('comments.send')}
            isBusy={write.isPending}
            failure={write.error}
            autoFocus={about !== null}
            onSend={async (body) => {
              const made = await write.mutateAsync({ body, ...(about ? { turn_id: about.id } : {}) })
              setUntold(made.not_told.length)
              onAbout(null)
            }}
          />
        </div>
      ) : (
        <Text size="sm" c="dimmed">
          {t('comments.readOnly')}
        </Text>
      )}
      {untold > 0 && (
        <Alert color="yellow" withCloseButton onClose={() => setUntold(0)}>
          {t('comments.untold', { count: untold })}
        </Alert>
      )}
      <Loaded query={comments}>
        {(all) => {
          const threads = threadsOf(all)
          const open = threads.filter(({ first }) => first.resolved === null)
          const done = threads.filter(({ first }) => first.resolved !== null)
          return (
            <>
              {threads.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t('comments.none')}
                </Text>
              )}
              <Threads threads={open} onGo={onGo} />
              {done.length > 0 && (
                <Button variant="subtle" size="xs" aria-expanded={hasDone} onClick={() => setDone(!hasDone)}>
                  {t(hasDone ? 'comments.hideDone' : 'comments.showDone', { count: done.length })}
                </Button>
              )}
              {hasDone && <Threads threads={done} onGo={onGo} />}
            </>
          )
        }}
      </Loaded>
    </Stack>
  )
}

type Thread = { first: Comment; answers: Comment[] }

function Threads({ threads, onGo }: { threads: Thread[]; onGo: (ms: number) => void }) {
  if (threads.length === 0) return null
  return (
    <Stack gap="xs" component="ul" className="threads">
      {threads.map(({ first, answers }) => (
        <CommentThread key={first.id} first={first} answers={answers} onGo={onGo} />
      ))}
    </Stack>
  )
}

/** Newest thread first, its answers oldest first. */
const threadsOf = (comments: Comment[]): Thread[] =>
  comments
    .filter(({ parent_id }) => parent_id === null)
    .map((first) => ({ first, answers: comments.filter(({ parent_id }) => parent_id === first.id) }))
    .reverse()
