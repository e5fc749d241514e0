// The keyboard of the page, and the dialog that tells of it. Where somebody types, or stands on something that has its own
// keys, they keep them. It can be switched off (WCAG 2.2, 2.1.4).

import { Kbd, Modal, Stack, Switch, Table } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useEffect, useEffectEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { type Playback, usePlayback } from './playback.ts'
import { type Conversation, isChat } from './queries.ts'
import { turnAt } from './text-pieces.ts'
import { searchFieldId } from './transcript-search.tsx'

const stepMs = 5000
/** Within the beginning of a turn, "before" means the turn before. */
const settledMs = 1500
const ownKeys =
  'input, textarea, select, button, a, summary, [contenteditable="true"], [role="slider"], [role="tab"], [role="menu"], [role="option"], [role="radio"]'

const shown = [
  ['Space', 'play'],
  ['←', 'back'],
  ['→', 'forward'],
  ['J', 'next'],
  ['K', 'previous'],
  ['/', 'search'],
  ['?', 'help'],
] as const

const useIsOn = () => useLocalStorage({ key: 'indaba.keys', defaultValue: true, getInitialValueInEffect: false })

function goTurn(playback: Playback, { transcript }: Conversation, by: 1 | -1) {
  const turns = transcript?.turns ?? []
  const now = playback.nowMs()
  const current = turnAt(turns, now)
  const isSettled = now - (turns[current]?.start_ms ?? 0) > settledMs
  const turn = turns[by < 0 && isSettled ? current : Math.max(0, current + by)]
  if (turn) playback.jump(turn.start_ms)
}

export function useKeys(conversation: Conversation, onHelp: () => void): void {
  const playback = usePlayback()
  const [isOn] = useIsOn()
  const hear = useEffectEvent((event: KeyboardEvent) => {
    if (!isOn || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return
    const at = event.target as HTMLElement
    if (at.closest(ownKeys) || document.querySelector('[role="dialog"]')) return
    const acts: Record<string, () => void> = {
      '/': () => document.getElementById(searchFieldId)?.focus(),
      '?': onHelp,
      ...(isChat(conversation)
        ? {}
        : {
            ' ': playback.toggle,
            ArrowLeft: () => playback.jump(playback.nowMs() - stepMs),
            ArrowRight: () => playback.jump(playback.nowMs() + stepMs),
            j: () => goTurn(playback, conversation, 1),
            k: () => goTurn(playback, conversation, -1),
          }),
    }
    const act = acts[event.key]
    if (!act) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => hear(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('interaction')
  const [isOn, setOn] = useIsOn()
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('keys.title')}>
      <Stack>
        <Table>
          <Table.Caption className="data-table-caption">{t('keys.title')}</Table.Caption>
          <Table.Thead className="data-table-caption">
            <Table.Tr>
              <Table.Th>{t('keys.key')}</Table.Th>
              <Table.Th>{t('keys.does')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(([key, does]) => (
              <Table.Tr key={key}>
                <Table.Td w={90}>
                  <Kbd>{key === 'Space' ? t('keys.space') : key}</Kbd>
                </Table.Td>
                <Table.Td>{t(`keys.${does}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch label={t('keys.on')} checked={isOn} onChange={({ currentTarget }) => setOn(currentTarget.checked)} />
      </Stack>
    </Modal>
  )
}
