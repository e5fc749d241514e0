// A list where it stands: waiting, failed, nothing there yet, or its rows and the way to the rest.

import { Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { Failed, Waiting } from '../../../components/states.tsx'
import type { usePages } from './pages.ts'
import { Rest } from './table.tsx'

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
      <Rest query={query} />
    </Stack>
  )
}
