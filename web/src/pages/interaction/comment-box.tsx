// Where a comment is written. After an @ it offers the people of the organisation; what was typed stays in this tab until
// it is sent.

import { Alert, Button, Combobox, Group, Stack, Text, Textarea, useCombobox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useMay } from '../../api/session.ts'
import { useKeptDraft } from '../../components/kept-draft.ts'
import { asSent, type Person } from './comments.ts'
import { peopleQuery } from './queries.ts'

const charsMax = 5000
/** The word after the last @ before the cursor. */
const asking = /(?:^|[\s(])@([\p{L}\p{N}._-]{0,40})$/u

export function CommentBox({
  draft: key,
  label,
  confirm,
  first = '',
  known = [],
  isBusy,
  failure,
  autoFocus = false,
  onSend,
  onCancel,
}: {
  /** Under which what is typed is kept. */
  draft: string
  label: string
  confirm: string
  first?: string
  /** Who is mentioned in `first`. */
  known?: readonly Person[]
  isBusy: boolean
  failure: unknown
  autoFocus?: boolean
  onSend: (body: string) => Promise<unknown>
  onCancel?: () => void
}) {
  const { t } = useTranslation(['interaction', 'shell'])
  const mayLook = useMay()('users:read')
  const [{ text, people }, setDraft, forget] = useKeptDraft<{ text: string; people: readonly Person[] }>(key, {
    text: first,
    people: known,
  })
  const [wanted, setWanted] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() })
  const found = useQuery({ ...peopleQuery(wanted ?? ''), enabled: mayLook && wanted !== null })
  const options = wanted === null ? [] : (found.data ?? [])

  const look = (value: string, cursor: number) => {
    const word = asking.exec(value.slice(0, cursor))?.[1] ?? null
    setWanted(word)
    if (word === null) list.closeDropdown()
    else {
      list.openDropdown()
      list.updateSelectedOptionIndex()
    }
  }
  const pick = (ref: string) => {
    const person = options.find(({ id }) => id === ref)
    const cursor = field.current?.selectionStart ?? text.length
    if (!person) return
    const name = person.name ?? person.email
    const start = text.slice(0, cursor).lastIndexOf('@')
    const before = `${text.slice(0, start)}@${name} `
    setDraft({ text: before + text.slice(cursor), people: [...people, { ref: `user:${person.id}`, name }] })
    setWanted(null)
    list.closeDropdown()
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length))
  }
  const isEmpty = text.trim() === ''
  // What failed stays, with the reason below.
  const send = () => void onSend(asSent(text.trim(), people)).then(forget, () => undefined)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) send()
      }}
    >
      <Stack gap="xs">
        <Combobox store={list} onOptionSubmit={pick} withinPortal>
          <Combobox.Target withExpandedAttribute>
            <Textarea
              ref={field}
              aria-label={label}
              placeholder={t('comments.placeholder')}
              autosize
              minRows={2}
              maxRows={10}
              maxLength={charsMax}
              autoFocus={autoFocus}
              value={text}
              onChange={({ currentTarget }) => {
                setDraft({ text: currentTarget.value, people })
                look(currentTarget.value, currentTarget.selectionStart)
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !isEmpty) send()
                if (event.key === 'Escape' && list.dropdownOpened) event.stopPropagation()
              }}
              onBlur={() => list.closeDropdown()}
            />
          </Combobox.Target>
          <Combobox.Dropdown hidden={wanted === null || (options.length === 0 && !found.isPending)}>
            <Combobox.Options aria-label={t('comments.people')}>
              {options.map(({ id, name, email }) => (
                <Combobox.Option key={id} value={id}>
                  <Text size="sm">{name ?? email}</Text>
                  {name && (
                    <Text size="xs" c="dimmed">
                      {email}
                    </Text>
                  )}
                </Combobox.Option>
              ))}
              {found.isPending && mayLook && <Combobox.Empty>{t('shell:state.loading')}</Combobox.Empty>}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
        {failure ? <Alert color="red">{asFailure(failure).message}</Alert> : null}
        {(!isEmpty || onCancel) && (
          <Group gap="xs" justify="flex-end">
            {onCancel && (
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  forget()
                  onCancel()
                }}
              >
                {t('shell:action.cancel')}
              </Button>
            )}
            <Button size="xs" type="submit" loading={isBusy} disabled={isEmpty}>
              {confirm}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}
