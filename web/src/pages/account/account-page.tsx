// One's own account: who one is, how one signs in, where one is signed in, and how one likes the pages.

import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Page } from '../../components/page.tsx'
import { Loaded } from '../../components/states.tsx'
import { NameForm } from './name-form.tsx'
import { Applications, Sessions } from './open-doors.tsx'
import { PasswordForm } from './password-form.tsx'
import { Preferences } from './preferences.tsx'
import { meQuery } from './queries.ts'
import { SecondFactor } from './second-factor.tsx'

export function AccountPage() {
  const { t } = useTranslation('account')
  const me = useQuery(meQuery)
  return (
    <Page title={t('title')}>
      <Stack gap="md" maw={820}>
        <Loaded query={me}>
          {(found) => (
            <>
              <NameForm key={found.name ?? ''} me={found} />
              <Preferences />
              <PasswordForm me={found} />
              <SecondFactor me={found} />
            </>
          )}
        </Loaded>
        <Sessions />
        <Applications />
      </Stack>
    </Page>
  )
}
