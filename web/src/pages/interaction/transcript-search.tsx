// The line over a transcript in which one searches it.

import { ActionIcon, CloseButton, Group, Loader, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hits } from './use-hits.ts'

const settleMs = 300
export const searchFieldId = 'transcript-search'

export function TranscriptSearch({ q, onQ, hits }: { q: string; onQ: (q: string) => void; hits: Hits }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const send = useDebouncedCallback(onQ, settleMs)
  const write = (value: string) => {
    setText(value)
    send(value)
  }
  return (
    <Group gap={4} wrap="nowrap" className="transcript-search" align="flex-start">
      <TextInput
        id={searchFieldId}
        flex={1}
        size="sm"
        type="search"
        aria-label={t('search.label')}
        placeholder={t('search.label')}
        maxLength={500}
        leftSection={hits.isBusy ? <Loader size={14} aria-hidden /> : <IconSearch size={16} aria-hidden />}
        rightSection={
          text ? <CloseButton size="sm" aria-label={t('shell:action.clear')} onClick={() => write('')} /> : null
        }
        value={text}
        error={text.trim() === '' ? null : hits.failure}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') hits.move(event.shiftKey ? -1 : 1)
          if (event.key === 'Escape') {
            write('')
            event.currentTarget.blur()
          }
        }}
      />
      {q.trim() !== '' && !hits.failure && (
        <Group gap={2} wrap="nowrap" h={36}>
          <Text size="sm" role="status" className="transcript-count">
            {hits.count === 0
              ? t(hits.isBusy ? 'search.busy' : 'search.none')
              : t(hits.isComplete ? 'search.at' : 'search.atLeast', { at: hits.at + 1, count: hits.count })}
          </Text>
          {([-1, 1] as const).map((by) => (
            <ActionIcon
              key={by}
              variant="subtle"
              color="gray"
              disabled={hits.count === 0}
              aria-label={t(by < 0 ? 'search.previous' : 'search.next')}
              onClick={() => hits.move(by)}
            >
              {by < 0 ? <IconChevronUp size={18} aria-hidden /> : <IconChevronDown size={18} aria-hidden />}
            </ActionIcon>
          ))}
        </Group>
      )}
    </Group>
  )
}
