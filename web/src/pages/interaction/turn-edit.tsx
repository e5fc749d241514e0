// One turn while it is being corrected, in its place. What was typed stays in this tab until it is saved or thrown away;
// where somebody was faster, both versions are shown.

import { Alert, Autocomplete, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { say } from '../../components/actions.tsx'
import { useKeptDraft } from '../../components/kept-draft.ts'
import { type TurnChange, useCorrectTurn } from './changes.ts'
import { conversationQuery, type Side, sides, type Turn } from './queries.ts'

const charsMax = 20_000
/** Of where Indaba comes from; any other tag can be typed. */
const commonLanguages = [
  ...['en-ZA', 'af-ZA', 'zu-ZA', 'xh-ZA', 'st-ZA', 'tn-ZA', 'nso-ZA', 've-ZA', 'ts-ZA', 'nr-ZA', 'ss-ZA'],
  ...['sw-KE', 'rw-RW', 'fr', 'pt'],
]

export const draftKey = (id: string, turnId: string): string => `turn.${id}.${turnId}`

type Words = { text: string; role: Side; language: string }
type Draft = Words & { revision: number; before: Words }

const wordsOf = ({ text, role, language }: Turn): Words => ({ text, role, language: language ?? '' })
const isSame = (a: Words, b: Words) => a.text === b.text && a.role === b.role && a.language === b.language

const changeOf = (now: Words, before: Words): TurnChange => ({
  ...(now.text === before.text ? {} : { text: now.text }),
  ...(now.role === before.role ? {} : { role: now.role }),
  ...(now.language === before.language ? {} : { language: now.language.trim() || null }),
})

export function TurnEdit({
  id,
  turn,
  revision,
  languages,
  onDone,
}: {
  id: string
  turn: Turn
  revision: number
  languages: readonly string[]
  onDone: () => void
}) {
  const { t } = useTranslation(['interaction', 'shell'])
  const client = useQueryClient()
  const correct = useCorrectTurn(id)
  const [draft, setDraft, forget] = useKeptDraft<Draft>(draftKey(id, turn.id), {
    ...wordsOf(turn),
    revision,
    before: wordsOf(turn),
  })
  const [failure, setFailure] = useState<string | null>(null)
  const [newer, setNewer] = useState<{ words: Words; revision: number } | null>(null)

  const done = () => {
    forget()
    onDone()
  }
  async function send(basedOn: number, before: Words, mayRetry = true): Promise<void> {
    setFailure(null)
    const change = changeOf(draft, before)
    if (Object.keys(change).length === 0) return done()
    try {
      await correct.mutateAsync({ turn: turn.id, revision: basedOn, change })
      say(t('turn.saved'))
      done()
    } catch (error) {
      const { code, message } = asFailure(error)
      if (code !== 'changed_meanwhile') return setFailure(message)
      const now = await client.fetchQuery({ ...conversationQuery(id), staleTime: 0 })
      const there = now.transcript?.turns.find((one) => one.id === turn.id)
      if (!there || !now.transcript) return setFailure(t('turn.gone'))
      const theirs = wordsOf(there)
      // Somebody corrected another turn: that is no reason to ask.
      if (mayRetry && isSame(theirs, before)) return send(now.transcript.revision, before, false)
      setNewer({ words: theirs, revision: now.transcript.revision })
    }
  }
  const set = (change: Partial<Words>) => setDraft({ ...draft, ...change })
  return (
    <form
      className="turn-edit"
      aria-label={t('turn.edit')}
      onSubmit={(event) => {
        event.preventDefault()
        void send(draft.revision, draft.before)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone()
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send(draft.revision, draft.before)
      }}
    >
      <Stack gap="xs">
        {failure && <Alert color="red">{failure}</Alert>}
        {newer && (
          <Alert color="yellow" title={t('turn.conflict')} role="alert">
            <Text size="sm" mb="xs">
              {t(`side.${newer.words.role}`)}: {newer.words.text}
            </Text>
            <Group gap="xs">
              <Button size="xs" variant="light" color="yellow" onClick={() => void send(newer.revision, newer.words)}>
                {t('turn.saveMine')}
              </Button>
              <Button size="xs" variant="default" onClick={done}>
                {t('turn.takeTheirs')}
              </Button>
            </Group>
          </Alert>
        )}
        <Textarea
          label={t('turn.words')}
          autosize
          minRows={2}
          maxRows={14}
          maxLength={charsMax}
          data-autofocus
          autoFocus
          value={draft.text}
          onChange={({ currentTarget }) => set({ text: currentTarget.value })}
        />
        <Group gap="xs" align="flex-end">
          <Select
            label={t('turn.side')}
            w={150}
            allowDeselect={false}
            data={sides.map((value) => ({ value, label: t(`side.${value}`) }))}
            value={draft.role}
            onChange={(role) => set({ role: (role ?? draft.role) as Side })}
          />
          <Autocomplete
            label={t('turn.languageLabel')}
            w={130}
            maxLength={35}
            data={[...new Set([...languages, ...commonLanguages])]}
            value={draft.language}
            onChange={(language) => set({ language })}
          />
          <Group gap="xs" ml="auto">
            <Button variant="default" size="sm" onClick={isSame(draft, draft.before) ? done : onDone}>
              {t('turn.later')}
            </Button>
            {!isSame(draft, draft.before) && (
              <Button variant="subtle" color="red" size="sm" onClick={done}>
                {t('turn.discard')}
              </Button>
            )}
            <Button type="submit" size="sm" loading={correct.isPending} disabled={draft.text.trim() === ''}>
              {t('shell:action.save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  )
}
