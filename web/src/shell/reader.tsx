// How this person reads numbers and times, for every page: by preference, else as the organisation and the browser have it.

import { useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo } from 'react'
import { api, told } from '../api/client.ts'
import { usePreferences } from '../api/preferences.ts'
import { useMay } from '../api/session.ts'
import { ReaderContext } from '../components/figures.tsx'

export function Reader({ children }: { children: ReactNode }) {
  const preferences = usePreferences()
  const { setColorScheme } = useMantineColorScheme()
  const organisation = useQuery({
    queryKey: ['organisation'],
    enabled: useMay()('users:read'),
    queryFn: () => told(api.GET('/v1/organisation')),
  })
  const theme = preferences?.theme
  useEffect(() => {
    if (theme) setColorScheme(theme)
  }, [theme, setColorScheme])
  const ofOrganisation = (organisation.data?.settings as { time_zone?: string } | undefined)?.time_zone
  const locale = preferences?.locale ?? navigator.language
  const timeZone = preferences?.time_zone ?? ofOrganisation ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const reader = useMemo(() => ({ locale, timeZone }), [locale, timeZone])
  return <ReaderContext value={reader}>{children}</ReaderContext>
}
