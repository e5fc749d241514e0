// What those who lead an agent write to them, for both to read. A link to `#coaching` leads here.

import { Button, Stack, Text } from '@mantine/core'
import { IconPencilPlus } from '@tabler/icons-react'
import { useLocation } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../../api/session.ts'
import { useAddress } from '../../../components/address.ts'
import { Listed } from '../../../components/listed.tsx'
import { Panel } from '../../../components/panel.tsx'
import { calledOf } from '../words.ts'
import { NoteForm } from './note-form.tsx'
import { NoteItem } from './note-item.tsx'
import { type CoachedAgent, type Note, useIsSelf, useNotes } from './queries.ts'

export function CoachingPanel({ agent }: { agent: CoachedAgent }) {
  const { t } = useTranslation('agents')
  const may = useMay()
  const isSelf = useIsSelf(agent.agent_id)
  const mayWrite = may('calls:annotate') && !isSelf
  const { search, set } = useAddress()
  const about = search.about ? { id: search.about, atMs: search.at ? Number(search.at) : null } : null
  const [edited, setEdited] = useState<Note | 'new' | null>(about && mayWrite ? 'new' : null)
  const notes = useNotes(agent.agent_id)
  const place = useRef<HTMLDivElement>(null)
  const isWanted = useLocation({ select: ({ hash }) => hash === 'coaching' }) && notes.rows !== undefined
  useEffect(() => {
    if (isWanted) place.current?.scrollIntoView()
  }, [isWanted])
  const close = () => {
    setEdited(null)
    if (about) void set({ about: null, at: null })
  }
  const name = calledOf(agent)
  return (
    <div ref={place} id="coaching" className="agents-coaching">
      <Panel
        title={t('coaching.title')}
        about={isSelf ? t('coaching.aboutSelf') : t('coaching.about', { name })}
        actions={
          mayWrite && (
            <Button size="xs" leftSection={<IconPencilPlus size={14} aria-hidden />} onClick={() => setEdited('new')}>
              {t('coaching.write')}
            </Button>
          )
        }
      >
        <Listed
          query={notes}
          blank={
            <Text size="sm" c="dimmed">
              {t(isSelf ? 'coaching.noneSelf' : 'coaching.none')}
            </Text>
          }
        >
          {(rows) => (
            <Stack gap="sm" component="ul" className="agents-notes">
              {rows.map((note) => (
                <NoteItem key={note.id} note={note} name={name} onEdit={() => setEdited(note)} />
              ))}
            </Stack>
          )}
        </Listed>
      </Panel>
      {edited !== null && (
        <NoteForm agent={agent} note={edited === 'new' ? null : edited} about={about} onClose={close} />
      )}
    </div>
  )
}
