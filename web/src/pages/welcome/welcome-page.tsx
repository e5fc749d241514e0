// Where a new installation begins: its first administrator, then the first call. Without a link it shows the first steps to
// whoever is signed in.

import { Alert, Anchor, Button, Center, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '../../api/session.ts'
import { Loaded } from '../../components/states.tsx'
import { FirstSteps } from './first-steps.tsx'
import { setupQuery } from './queries.ts'
import { SetupForm } from './setup-form.tsx'

/** The part of the address that browsers send to nobody. */
const tokenOf = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get('token') || null

export function WelcomePage() {
  const { t } = useTranslation('welcome')
  useDocumentTitle(`${t('title')} · Indaba`)
  const [token] = useState(() => tokenOf(location.hash))
  const session = useQuery(sessionQuery)
  const setup = useQuery(setupQuery)
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack w="100%" maw={720} gap="lg">
        <Group gap="sm" justify="center">
          <img src="/app/icon.svg" width={36} height={36} alt="" />
          <Title order={1} id="page-title" tabIndex={-1}>
            {t('title')}
          </Title>
        </Group>
        <Loaded query={session}>
          {(signedIn) =>
            signedIn ? (
              <FirstSteps session={signedIn} />
            ) : (
              <Loaded query={setup}>
                {({ needed }) =>
                  !needed ? (
                    <Said text={t('notNeeded')}>
                      <Button component={Link} to="/sign-in">
                        {t('signIn')}
                      </Button>
                    </Said>
                  ) : token ? (
                    <SetupForm token={token} />
                  ) : (
                    <Said text={t('noToken')}>
                      <Anchor href="/docs" size="sm">
                        {t('reference')}
                      </Anchor>
                    </Said>
                  )
                }
              </Loaded>
            )
          }
        </Loaded>
      </Stack>
    </Center>
  )
}

function Said({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Paper withBorder p="xl">
      <Stack align="flex-start">
        <Alert icon={<IconInfoCircle aria-hidden />} w="100%">
          <Text size="sm">{text}</Text>
        </Alert>
        {children}
      </Stack>
    </Paper>
  )
}
