// What is shown where a page should be: an address that leads nowhere, and a page that has stopped.

import { Button, Group } from '@mantine/core'
import { IconMap2, IconZoomExclamation } from '@tabler/icons-react'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Failure } from '../api/failure.ts'
import { Page } from '../components/page.tsx'
import { Blank, Failed } from '../components/states.tsx'

export function Missing() {
  const { t } = useTranslation()
  return (
    <Page title={t('state.missing.title')}>
      <Blank
        icon={IconMap2}
        title={t('state.missing.lead')}
        action={
          <Button component={Link} to="/home">
            {t('action.home')}
          </Button>
        }
      >
        {t('state.missing.text')}
      </Blank>
    </Page>
  )
}

/** The frame around it stays, so that every other page is one click away. */
export function Crashed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation()
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  if (error instanceof Failure) return <Failed error={error} retry={again} />
  return (
    <Page title={t('state.crashed.title')}>
      <Blank
        icon={IconZoomExclamation}
        title={t('state.crashed.lead')}
        action={
          <Group>
            <Button onClick={() => location.reload()}>{t('action.reload')}</Button>
            <Button variant="default" component={Link} to="/home" onClick={reset}>
              {t('action.home')}
            </Button>
          </Group>
        }
      >
        {t('state.crashed.text')}
      </Blank>
    </Page>
  )
}
