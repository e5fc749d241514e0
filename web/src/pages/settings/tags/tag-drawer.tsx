// The form of one tag.

import { Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../components/act.ts'
import { changesOf, useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { ColourChoice } from '../colour-choice.tsx'
import type { Colour } from '../groups/queries.ts'
import { changeTag, createTag, type Tag } from './queries.ts'

export function TagDrawer({ tag, onClose }: { tag: Tag | null; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'shell'])
  const form = useDraft({ name: tag?.name ?? '', colour: (tag?.colour ?? null) as Colour | null })
  const save = useAct(
    () => {
      const { name, ...rest } = form.draft
      const body = { name: name.trim(), ...(rest.colour ? { colour: rest.colour } : {}) }
      // What this form leaves as it was, somebody else may be changing.
      return tag ? changeTag({ id: tag.id, ...changesOf(form.before as typeof body, body) }) : createTag(body)
    },
    { touches: [['tags'], ['interactions']], done: t('tags.saved'), isQuiet: true, onDone: onClose },
  )
  return (
    <FormDrawer
      title={tag ? t('tags.change', { name: tag.name }) : t('tags.create')}
      submit={t('shell:action.save')}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput label={t('tags.name')} required maxLength={30} data-autofocus {...form.text('name')} />
      <ColourChoice {...form.value('colour')} />
      {tag && tag.conversations > 0 && (
        <Text size="sm" c="dimmed">
          {t('tags.renameText', { count: tag.conversations })}
        </Text>
      )}
    </FormDrawer>
  )
}
