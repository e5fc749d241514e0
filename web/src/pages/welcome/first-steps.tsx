// The two first steps of somebody who is signed in: see a call that is worked on, and make a key.

import { Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../api/session.ts'
import { KeyStep } from './key-step.tsx'
import { SampleStep } from './sample-step.tsx'

export function FirstSteps({ session: { user, organisation } }: { session: Session }) {
  const { t } = useTranslation('welcome')
  const may = (scope: string) => organisation.scopes.includes(scope)
  return (
    <Stack gap="md">
      <Text ta="center">{t('steps.about', { name: user.name ?? user.email, organisation: organisation.name })}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <SampleStep isAllowed={may('calls:write') && may('calls:read')} />
        <KeyStep isAllowed={may('keys:manage') && organisation.level === 'organisation'} />
      </SimpleGrid>
      <Group justify="center" gap="lg">
        <Button component={Link} to="/home" variant="light">
          {t('steps.home')}
        </Button>
        <Anchor component={Link} to="/upload" size="sm">
          {t('steps.upload')}
        </Anchor>
      </Group>
    </Stack>
  )
}
