// What else can be done with a row, behind its dots; deleting it asks first.

import { Button, Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../components/actions.tsx'

export function RowMenu({
  name,
  isBusy,
  deleteText,
  onDelete,
  children,
}: {
  name: string
  isBusy: boolean
  deleteText: string
  onDelete: () => void
  children: ReactNode
}) {
  const { t } = useTranslation(['reports', 'shell'])
  const confirm = t('shell:action.delete')
  const askFirst = () => ask({ title: t('delete.title', { name }), text: deleteText, confirm, onConfirm: onDelete })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" aria-label={t('moreOf', { name })} loading={isBusy}>
          <IconDots size={16} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {children}
        <Menu.Item color="red" onClick={askFirst}>
          {confirm}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
