// One thread of comments: the first, its answers, and what can be done with each.

import { ActionIcon, Badge, Button, Group, Menu, Paper, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconCircleCheck, IconDots, IconHeart, IconHeartFilled } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay, useSession } from '../../api/session.ts'
import { ask, say, sayFailure } from '../../components/actions.tsx'
import { clock, When } from '../../components/figures.tsx'
import { CommentBox } from './comment-box.tsx'
import { asTyped, bodyParts, type Person, useComments } from './comments.ts'
import type { Comment } from './queries.ts'

export function CommentThread({
  first,
  answers,
  onGo,
}: {
  first: Comment
  answers: readonly Comment[]
  onGo: (ms: number) => void
}) {
  const { t } = useTranslation(['interaction', 'shell'])
  const may = useMay()('calls:annotate')
  const [isAnswering, setAnswering] = useState(false)
  const { write, act } = useComments(first.conversation_id)
  const { start_ms, resolved } = first
  return (
    <Paper withBorder p="sm" component="li" className="thread" data-resolved={resolved !== null || undefined}>
      <Stack gap="xs">
        <Group gap="xs" justify="space-between">
          {start_ms !== null && first.turn_id !== null ? (
            <UnstyledButton className="turn-time" onClick={() => onGo(start_ms)}>
              {t('comments.atMoment', { at: clock(start_ms / 1000) })}
            </UnstyledButton>
          ) : (
            <Text size="xs" c="dimmed">
              {t('comments.onAll')}
            </Text>
          )}
          {resolved && (
            <Badge color="teal" variant="light" tt="none" leftSection={<IconCircleCheck size={12} aria-hidden />}>
              {t('comments.resolvedBy', { name: resolved.by.name ?? t('who.somebody') })}
            </Badge>
          )}
        </Group>
        <OneComment comment={first} />
        {answers.length > 0 && (
          <Stack gap="xs" pl="md" className="thread-answers">
            {answers.map((one) => (
              <OneComment key={one.id} comment={one} />
            ))}
          </Stack>
        )}
        {isAnswering && (
          <CommentBox
            draft={`answer.${first.id}`}
            label={t('comments.answer')}
            confirm={t('comments.answer')}
            isBusy={write.isPending}
            failure={write.error}
            autoFocus
            onSend={async (body) => {
              await write.mutateAsync({ body, parent_id: first.id })
              setAnswering(false)
            }}
            onCancel={() => setAnswering(false)}
          />
        )}
        {may && !isAnswering && (
          <Group gap="xs">
            <Button size="compact-xs" variant="subtle" onClick={() => setAnswering(true)}>
              {t('comments.answer')}
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              loading={act.isPending}
              onClick={() =>
                act.mutate(
                  { comment: first.id, act: resolved ? 'reopen' : 'resolve' },
                  {
                    onSuccess: () => say(t(resolved ? 'comments.reopened' : 'comments.resolved')),
                    onError: sayFailure,
                  },
                )
              }
            >
              {t(resolved ? 'comments.reopen' : 'comments.resolve')}
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  )
}

function OneComment({ comment }: { comment: Comment }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const { user } = useSession()
  const may = useMay()('calls:annotate')
  const [isEditing, setEditing] = useState(false)
  const { edit, remove, act } = useComments(comment.conversation_id)
  const isMine = comment.author.actor === `user:${user.id}`
  const name = comment.author.name ?? t('who.somebody')
  if (comment.body === null)
    return (
      <Text size="sm" c="dimmed" fs="italic">
        {t('comments.deleted')}
      </Text>
    )
  if (isEditing) {
    const known: Person[] = comment.mentions.flatMap((one) =>
      one.name ? [{ ref: `${one.kind}:${one.id}`, name: one.name }] : [],
    )
    return (
      <CommentBox
        draft={`comment.${comment.id}`}
        label={t('comments.edit')}
        confirm={t('shell:action.save')}
        first={asTyped(comment)}
        known={known}
        isBusy={edit.isPending}
        failure={edit.error}
        autoFocus
        onSend={async (body) => {
          await edit.mutateAsync({ comment: comment.id, body })
          setEditing(false)
        }}
        onCancel={() => setEditing(false)}
      />
    )
  }
  return (
    <div>
      <Group gap="xs" wrap="nowrap" justify="space-between" align="flex-start">
        <Text size="sm">
          <Text span fw={600} size="sm">
            {name}
          </Text>{' '}
          <Text span size="xs" c="dimmed">
            <When at={comment.created_at} relative />
            {comment.edited_at && ` · ${t('turn.edited')}`}
          </Text>
        </Text>
        <Group gap={0} wrap="nowrap">
          {(may || comment.likes > 0) && (
            <ActionIcon
              variant="subtle"
              color={comment.liked ? 'red' : 'gray'}
              w="auto"
              px={4}
              disabled={!may}
              aria-label={t('comments.like', { count: comment.likes })}
              aria-pressed={comment.liked}
              onClick={() =>
                act.mutate({ comment: comment.id, act: comment.liked ? 'unlike' : 'like' }, { onError: sayFailure })
              }
            >
              {comment.liked ? <IconHeartFilled size={15} aria-hidden /> : <IconHeart size={15} aria-hidden />}
              {comment.likes > 0 && (
                <Text span size="xs" ml={3}>
                  {comment.likes}
                </Text>
              )}
            </ActionIcon>
          )}
          {isMine && may && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" aria-label={t('comments.more')}>
                  <IconDots size={16} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setEditing(true)}>{t('shell:action.edit')}</Menu.Item>
                <Menu.Item
                  color="red"
                  onClick={() =>
                    ask({
                      title: t('comments.deleteTitle'),
                      text: t('comments.deleteText'),
                      confirm: t('shell:action.delete'),
                      onConfirm: () => remove.mutate(comment.id, { onError: sayFailure }),
                    })
                  }
                >
                  {t('shell:action.delete')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Group>
      <Text size="sm" className="comment-body" dir="auto">
        {bodyParts(comment).map(({ at, text, isMention }) =>
          isMention ? (
            <span key={at} className="mention">
              {text}
            </span>
          ) : (
            text
          ),
        )}
      </Text>
    </div>
  )
}
