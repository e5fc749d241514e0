// Takes one thing away, and asks first.

import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ask } from '../../../components/actions.tsx'
import { RowButton } from './row-button.tsx'

/** `of`: in a row, whose it is. */
export function DeleteButton({
  title,
  text,
  of,
  onDelete,
}: {
  title: string
  text: string
  of?: string
  onDelete: () => void
}) {
  const { t } = useTranslation()
  const label = t('action.delete')
  const askFirst = () => ask({ title, text, confirm: label, onConfirm: onDelete })
  if (of !== undefined) return <RowButton label={label} of={of} variant="subtle" color="red" onClick={askFirst} />
  return (
    <Button variant="light" color="red" onClick={askFirst}>
      {label}
    </Button>
  )
}
