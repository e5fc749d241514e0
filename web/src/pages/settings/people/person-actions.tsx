// What can be done with one person.

import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconMail, IconPencil, IconUserCheck, IconUserOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { useAddress } from '../../../components/address.ts'
import { deactivate, type Invited, inviteAgain, type Person, reactivate } from './queries.ts'

const touches = [['users']]

export function PersonActions({ person, onLink }: { person: Person; onLink: (invited: Invited) => void }) {
  const { t } = useTranslation('settings')
  const { user } = useSession()
  const { set } = useAddress()
  const name = person.name ?? person.email
  const again = useAct(inviteAgain, { touches, onDone: onLink })
  const end = useAct(deactivate, { touches, done: t('people.deactivated', { name }) })
  const back = useAct(reactivate, { touches, done: t('people.reactivated', { name }) })
  const isSelf = person.id === user.id
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" aria-label={t('people.actionsFor', { name })}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => set({ open: person.id }, { push: true })}
        >
          {t('people.changeRole')}
        </Menu.Item>
        {person.state === 'invited' && (
          <Menu.Item leftSection={<IconMail size={16} aria-hidden />} onClick={() => again.mutate(person.id)}>
            {t('people.again')}
          </Menu.Item>
        )}
        {person.state === 'deactivated' ? (
          <Menu.Item leftSection={<IconUserCheck size={16} aria-hidden />} onClick={() => back.mutate(person.id)}>
            {t('people.reactivate')}
          </Menu.Item>
        ) : (
          <Menu.Item
            color="red"
            disabled={isSelf}
            leftSection={<IconUserOff size={16} aria-hidden />}
            onClick={() =>
              ask({
                title: t('people.deactivateTitle', { name }),
                text: t('people.deactivateText'),
                confirm: t('people.deactivate'),
                onConfirm: () => end.mutate(person.id),
              })
            }
          >
            {t(isSelf ? 'people.notYourself' : 'people.deactivate')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
