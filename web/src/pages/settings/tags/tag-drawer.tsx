// The form of one tag.

import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../components/act.ts'
import { ColourChoice } from '../colour-choice.tsx'
import { FormDrawer } from '../form-drawer.tsx'
import type { Colour } from '../groups/queries.ts'
import { changeTag, createTag, type Tag } from './queries.ts'

export function TagDrawer({ tag, onClose }: { tag: Tag | null; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'shell'])
  const [name, setName] = useState(tag?.name ?? '')
  const [colour, setColour] = useState<string | null>(tag?.colour ?? null)
  const isDirty = name !== (tag?.name ?? '') || colour !== (tag?.colour ?? null)
  const save = useAct(
    () => {
      const body = { name: name.trim(), ...(colour ? { colour: colour as Colour } : {}) }
      return tag ? changeTag({ id: tag.id, ...body }) : createTag(body)
    },
    { touches: [['tags'], ['interactions']], done: t('tags.saved'), isQuiet: true, onDone: onClose },
  )
  return (
    <FormDrawer
      title={tag ? t('tags.change', { name: tag.name }) : t('tags.create')}
      submit={t('shell:action.save')}
      isDirty={isDirty && !save.isPending && !save.isSuccess}
      isSending={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('tags.name')}
        required
        maxLength={30}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <ColourChoice value={colour} onChange={setColour} />
      {tag && tag.conversations > 0 && (
        <Text size="sm" c="dimmed">
          {t('tags.renameText', { count: tag.conversations })}
        </Text>
      )}
    </FormDrawer>
  )
}
