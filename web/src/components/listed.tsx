// A list where it stands: waiting, failed, nothing there yet, or its rows and the way to the rest.

import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { usePages } from './pages.ts'
import { Failed, Waiting } from './states.tsx'

export function Listed<Row>({
  query,
  blank,
  children,
}: {
  query: ReturnType<typeof usePages<Row>>
  blank: ReactNode
  children: (rows: Row[]) => ReactNode
}) {
  if (query.rows === undefined) {
    return query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Waiting />
  }
  if (query.rows.length === 0) return <>{blank}</>
  return (
    <Stack gap="sm">
      {children(query.rows)}
      {query.isFetchNextPageError && <Failed error={query.error} retry={() => void query.fetchNextPage()} />}
      {query.hasNextPage && (
        <Group justify="center">
          <Rest query={query} />
        </Group>
      )}
    </Stack>
  )
}

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }

export function Rest({ query }: { query: Pages }) {
  const { t } = useTranslation()
  if (!query.hasNextPage) return null
  return (
    <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
      {t('action.showMore')}
    </Button>
  )
}
