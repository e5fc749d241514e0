// Who is signed in and where; another organisation, another scheme of colours, and the way out.

import { Avatar, Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from '@mantine/core'
import { IconBuilding, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, told } from '../api/client.ts'
import { useSetPreferences } from '../api/preferences.ts'
import { useSession, useSignOut } from '../api/session.ts'

const schemes = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const

export function UserMenu() {
  const { t } = useTranslation()
  const { user, organisation, organisations } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const setPreferences = useSetPreferences()
  const signOut = useSignOut()
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (organisation_id: string) => told(api.POST('/v1/session/organisation', { body: { organisation_id } })),
    onSuccess() {
      client.clear()
      location.assign('/app/')
    },
  })
  const others = organisations.filter(({ id }) => id !== organisation.id)
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <UnstyledButton>
          <VisuallyHidden>{t('user.menu')}</VisuallyHidden>
          <Avatar color="lagoon" radius="xl" aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.name ?? user.email}</Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCircle size={16} aria-hidden />}>
          {t('user.account')}
        </Menu.Item>
        {others.map(({ id, name }) => (
          <Menu.Item key={id} leftSection={<IconBuilding size={16} aria-hidden />} onClick={() => change.mutate(id)}>
            {t('user.switch', { name })}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('user.theme')}</Menu.Label>
        {schemes.map(({ value, icon: Sign }) => (
          <Menu.RadioItem
            key={value}
            value={value}
            checked={colorScheme === value}
            rightSection={<Sign size={16} aria-hidden />}
            onChange={() => {
              setColorScheme(value)
              setPreferences.mutate({ theme: value })
            }}
          >
            {t(`user.${value}`)}
          </Menu.RadioItem>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
