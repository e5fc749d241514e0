// One coaching note: what it says, the moment it is about, whether it was read, and what the agent says to it.

import { ActionIcon, Anchor, Badge, Blockquote, Group, Menu, Paper, Stack, Text } from '@mantine/core'
import { IconBulb, IconDots, IconThumbUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay, useSession } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { clock, useFormats, When } from '../../../components/figures.tsx'
import { NoteConfirm } from './note-confirm.tsx'
import { deleteNote, type Note, notesKey, useIsSelf } from './queries.ts'

export function NoteItem({ note, name, onEdit }: { note: Note; name: string; onEdit: () => void }) {
  const { t } = useTranslation('agents')
  const isSelf = useIsSelf(note.agent_id)
  const { author, kind, text, is_shared, read_at, reply, created_at } = note
  const Sign = kind === 'praise' ? IconThumbUp : IconBulb
  return (
    <Paper withBorder p="sm" component="li">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
          <Group gap="xs">
            <Badge
              variant="light"
              color={kind === 'praise' ? 'teal' : 'blue'}
              tt="none"
              leftSection={<Sign size={12} aria-hidden />}
            >
              {t(`coaching.kindIs.${kind}`)}
            </Badge>
            <Text size="sm">
              <Text span size="sm" fw={600}>
                {author.name ?? t('coaching.somebody')}
              </Text>{' '}
              <Text span size="xs" c="dimmed">
                <When at={created_at} relative />
              </Text>
            </Text>
          </Group>
          <Acts note={note} onEdit={onEdit} />
        </Group>
        <MomentLink moment={note.moment} />
        <Text size="sm" className="agents-note-text" dir="auto">
          {text}
        </Text>
        {reply !== null && (
          <Blockquote p="xs" cite={isSelf ? t('coaching.you') : name}>
            <Text size="sm" className="agents-note-text" dir="auto">
              {reply}
            </Text>
          </Blockquote>
        )}
        {isSelf && read_at === null ? (
          <NoteConfirm note={note} />
        ) : (
          <Text size="xs" c="dimmed">
            {!is_shared ? (
              t('coaching.keptBack', { name })
            ) : read_at === null ? (
              t('coaching.unread')
            ) : (
              <>
                {t('coaching.read')} <When at={read_at} relative />
              </>
            )}
          </Text>
        )}
      </Stack>
    </Paper>
  )
}

function MomentLink({ moment }: { moment: Note['moment'] }) {
  const { t } = useTranslation('agents')
  const { dateTime } = useFormats()
  if (!moment) return null
  const { conversation_id: id, at_ms, channel, started_at } = moment
  const of = { started: dateTime(started_at), at: clock((at_ms ?? 0) / 1000) }
  const what = channel === 'voice' ? 'call' : 'chat'
  return (
    <Anchor
      component={Link}
      size="sm"
      {...({
        to: '/interactions/$id',
        params: { id },
        search: at_ms === null ? {} : { at: String(at_ms) },
      } as object)}
    >
      {t(at_ms === null ? `coaching.on.${what}` : `coaching.at.${what}`, of)}
    </Anchor>
  )
}

/** The words are their author's; whoever manages agents may take them away. */
function Acts({ note, onEdit }: { note: Note; onEdit: () => void }) {
  const { t } = useTranslation(['agents', 'shell'])
  const { user } = useSession()
  const may = useMay()
  const remove = useAct(() => deleteNote(note), { touches: [notesKey(note.agent_id)], done: t('coaching.deleted') })
  const isMine = note.author.actor === `user:${user.id}`
  if (!may('calls:annotate') || !(isMine || may('agents:manage'))) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('coaching.acts')}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isMine && <Menu.Item onClick={onEdit}>{t('shell:action.edit')}</Menu.Item>}
        <Menu.Item
          color="red"
          onClick={() =>
            ask({
              title: t('coaching.deleteTitle'),
              text: t('coaching.deleteText'),
              confirm: t('shell:action.delete'),
              onConfirm: () => remove.mutate(),
            })
          }
        >
          {t('shell:action.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
