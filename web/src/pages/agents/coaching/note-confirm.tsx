// The agent says that they have read a note, with a word of their own if they like.

import { Button, Group, Textarea } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../components/act.ts'
import { useKeptDraft } from '../../../components/kept-draft.ts'
import { confirmNote, type Note, notesKey } from './queries.ts'

const replyCharsMax = 1000

export function NoteConfirm({ note }: { note: Note }) {
  const { t } = useTranslation('agents')
  const [reply, setReply, forget] = useKeptDraft(`coaching-reply.${note.id}`, '')
  const confirm = useAct(() => confirmNote(note, reply.trim()), {
    touches: [notesKey(note.agent_id)],
    done: t('coaching.confirmed'),
    onDone: forget,
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <Group gap="xs" align="flex-end">
        <Textarea
          label={t('coaching.reply')}
          flex="1 1 14rem"
          autosize
          minRows={1}
          maxRows={6}
          maxLength={replyCharsMax}
          value={reply}
          onChange={({ currentTarget }) => setReply(currentTarget.value)}
        />
        <Button
          type="submit"
          variant="light"
          loading={confirm.isPending}
          leftSection={<IconCheck size={16} aria-hidden />}
        >
          {t('coaching.confirm')}
        </Button>
      </Group>
    </form>
  )
}
