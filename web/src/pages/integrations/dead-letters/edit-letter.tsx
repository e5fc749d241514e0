// Changes what a dead letter says before it is sent again, by this delivery alone. What is being written is kept over a
// reload of the page.

import { JsonInput, Text } from '@mantine/core'
import { useSessionStorage } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import type { Letter } from './queries.ts'

const readable = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function EditLetter({ letter, onClose, onDone }: { letter: Letter; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation('integrations')
  const before = JSON.stringify(letter.data, null, 2)
  const [text, setText, forget] = useSessionStorage({
    key: `letter ${letter.delivery_id}`,
    defaultValue: before,
    getInitialValueInEffect: false,
  })
  const replay = useAct(
    () =>
      told(
        api.POST('/v1/dead-letters/{delivery_id}/replay', {
          params: { path: { delivery_id: letter.delivery_id } },
          body: { data: readable(text) },
        }),
      ),
    {
      touches: [['dead-letters', 'groups'], ['dead-letters', 'list'], ['webhooks']],
      done: t('webhooks.said.replayed'),
      isQuiet: true,
      onDone() {
        forget()
        onDone()
      },
    },
  )
  return (
    <FormDrawer
      title={t('letters.edit')}
      submit={t('letters.editSend')}
      isDirty={text !== before}
      save={replay}
      onSubmit={() => readable(text) !== undefined && replay.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('letters.editText')}</Text>
      <JsonInput
        label={t('letters.editData')}
        autosize
        minRows={12}
        maxRows={30}
        spellCheck={false}
        validationError={t('letters.notJson')}
        value={text}
        onChange={setText}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
    </FormDrawer>
  )
}
