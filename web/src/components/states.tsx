// What a page shows instead of its content: nothing yet, nothing at all, something went wrong, not for you.

import { Alert, Button, Center, Code, Group, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { type Icon, IconAlertTriangle, IconLock, IconMoodEmpty, IconPlugConnectedX } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../api/failure.ts'

export function Waiting({ lines = 6 }: { lines?: number }) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
        <Skeleton key={line} height={line === 0 ? 28 : 16} width={line === lines - 1 ? '60%' : '100%'} />
      ))}
    </Stack>
  )
}

export function Blank({
  title,
  children,
  action,
  icon: Sign = IconMoodEmpty,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
  icon?: Icon
}) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={480}>
        <ThemeIcon size={56} radius="xl" variant="light">
          <Sign size={30} aria-hidden />
        </ThemeIcon>
        <Title order={2} ta="center">
          {title}
        </Title>
        {children && (
          <Text c="dimmed" ta="center" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  )
}

export function NotAllowed({ what }: { what?: string }) {
  const { t } = useTranslation()
  return (
    <Blank title={t('state.forbidden.title')} icon={IconLock}>
      {what ?? t('state.forbidden.text')}
    </Blank>
  )
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const failure = asFailure(error)
  if (failure.kind === 'forbidden') return <NotAllowed what={failure.message} />
  const isOffline = failure.kind === 'offline'
  return (
    <Alert
      color={isOffline ? 'yellow' : 'red'}
      icon={isOffline ? <IconPlugConnectedX /> : <IconAlertTriangle />}
      title={t(isOffline ? 'state.offline.title' : failure.kind === 'not_found' ? 'state.notFound' : 'state.failed')}
    >
      <Stack gap="xs">
        <Text size="sm">{isOffline ? t('state.offline.text') : failure.message}</Text>
        <Group gap="sm">
          {retry && (
            <Button size="xs" variant="light" onClick={retry}>
              {t('action.retry')}
            </Button>
          )}
          {failure.requestId && (
            <Text size="xs" c="dimmed">
              {t('state.requestId')} <Code>{failure.requestId}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  )
}

/** What a query has brought, or where it stands. What is on the screen stays there while it is asked again. */
export function Loaded<T>({
  query,
  waiting,
  children,
}: {
  query: UseQueryResult<T>
  waiting?: ReactNode
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  return <>{waiting ?? <Waiting />}</>
}
