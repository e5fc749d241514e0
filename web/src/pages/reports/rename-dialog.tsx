// Another name for a report or an export.

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../components/act.ts'
import { Failed } from '../../components/states.tsx'
import { type Document, type Kind, renameDocument } from './queries.ts'

export function RenameDialog({ kind, document, onClose }: { kind: Kind; document: Document; onClose: () => void }) {
  const { t } = useTranslation(['reports', 'shell'])
  const [name, setName] = useState(document.name)
  const rename = useAct(() => renameDocument(kind, document.id, name.trim()), {
    touches: [[`${kind}s`]],
    done: t('rename.done'),
    isQuiet: true,
    onDone: onClose,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('rename.open')}
      closeButtonProps={{ 'aria-label': t('shell:action.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('field.name')}
            required
            maxLength={200}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {rename.isError && <Failed error={rename.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('shell:action.cancel')}
            </Button>
            <Button type="submit" disabled={name.trim() === ''} loading={rename.isPending}>
              {t('shell:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
