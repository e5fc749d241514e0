// A coaching note while it is written. What was typed stays in this tab until it is sent; where the author was faster in
// another window, they are told.

import { Radio, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../components/act.ts'
import { changesOf } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { useKeptDraft } from '../../../components/kept-draft.ts'
import { type Moment, momentIn, momentLink } from '../../../components/moment.ts'
import { calledOf } from '../words.ts'
import { type CoachedAgent, changeNote, createNote, type Note, notesKey, useRenewNotes } from './queries.ts'

const textCharsMax = 5000
const noteKinds = ['praise', 'advice'] as const

type Draft = { kind: Note['kind']; text: string; moment: string; isShared: boolean; revision: number | null }

const momentOf = ({ moment }: Note): Moment | null => moment && { id: moment.conversation_id, atMs: moment.at_ms }
const linkOf = (moment: Moment | null): string => (moment ? momentLink(moment) : '')

export function NoteForm({
  agent,
  note,
  about,
  onClose,
}: {
  agent: CoachedAgent
  /** Null: a new one. */
  note: Note | null
  /** What a new one is about. */
  about: Moment | null
  onClose: () => void
}) {
  const { t } = useTranslation(['agents', 'shell'])
  const renew = useRenewNotes(agent.agent_id)
  const before = linkOf(note ? momentOf(note) : about)
  const [draft, setDraft, forget] = useKeptDraft<Draft>(`coaching.${agent.agent_id}.${note?.id ?? before}`, {
    kind: note?.kind ?? 'praise',
    text: note?.text ?? '',
    moment: before,
    isShared: note?.is_shared ?? true,
    revision: note?.revision ?? null,
  })
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const name = calledOf(agent)
  const moment = momentIn(draft.moment)
  const isLost = draft.moment.trim() !== '' && moment === null
  const place = { conversation_id: moment?.id ?? null, at_ms: moment?.atMs ?? null }
  const save = useAct(
    ({ isForced }: { isForced: boolean }) => {
      const { kind, isShared: is_shared } = draft
      const text = draft.text.trim()
      if (note === null) return createNote(agent.agent_id, { kind, text, is_shared, ...place })
      // What is masked or hidden for its author stays as it is, unless they say something else.
      const said = changesOf({ kind: note.kind, text: note.text, is_shared: note.is_shared }, { kind, text, is_shared })
      const change = { ...said, ...(draft.moment === before ? {} : place) }
      return changeNote(note, change, isForced ? null : draft.revision)
    },
    {
      touches: [notesKey(agent.agent_id)],
      isQuiet: true,
      done: t('coaching.saved'),
      onDone() {
        forget()
        onClose()
      },
    },
  )
  const reload = async () => {
    await renew()
    forget()
    onClose()
  }
  return (
    <FormDrawer
      title={t(note ? 'coaching.edit' : 'coaching.writeTo', { name })}
      submit={t(note ? 'shell:action.save' : 'coaching.send')}
      isDirty={false}
      isReady={draft.text.trim() !== '' && !isLost}
      save={save}
      onSubmit={() => save.mutate({ isForced: false })}
      onClose={onClose}
      newer={{ onReload: () => void reload(), onOverwrite: () => save.mutate({ isForced: true }) }}
    >
      <Radio.Group
        label={t('coaching.kind')}
        value={draft.kind}
        onChange={(kind) => set({ kind: kind as Draft['kind'] })}
      >
        <Stack gap="xs" mt={4}>
          {noteKinds.map((kind) => (
            <Radio key={kind} value={kind} label={t(`coaching.kindIs.${kind}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Textarea
        label={t('coaching.text')}
        required
        autosize
        minRows={4}
        maxRows={14}
        maxLength={textCharsMax}
        data-autofocus
        value={draft.text}
        onChange={({ currentTarget }) => set({ text: currentTarget.value })}
      />
      <TextInput
        label={t('coaching.moment')}
        description={t('coaching.momentAbout')}
        error={isLost ? t('coaching.momentLost') : undefined}
        maxLength={500}
        value={draft.moment}
        onChange={({ currentTarget }) => set({ moment: currentTarget.value })}
      />
      <Switch
        label={t('coaching.share', { name })}
        description={t('coaching.shareAbout')}
        checked={draft.isShared}
        onChange={({ currentTarget }) => set({ isShared: currentTarget.checked })}
      />
    </FormDrawer>
  )
}
