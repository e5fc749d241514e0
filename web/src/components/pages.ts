// Lists that come page by page behind a cursor.

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'

type Page<Row> = { rows: Row[]; next: string | null }
type Again<Row> = number | ((rows: Row[]) => number | false)

/** `read` asks for one page; `key` begins with the noun. `everyMs`: asked again while the page is open. */
export function usePages<Row>(
  key: unknown[],
  read: (cursor: string | undefined) => Promise<Page<Row>>,
  { everyMs = false, isOff = false }: { everyMs?: Again<Row> | false; isOff?: boolean } = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    enabled: !isOff,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => read(pageParam),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      typeof everyMs === 'function' ? everyMs(rowsOf(data?.pages ?? [])) : everyMs,
  })
  return { ...query, rows: query.data && rowsOf(query.data.pages) }
}

const rowsOf = <Row>(pages: Page<Row>[]): Row[] => pages.flatMap(({ rows }) => rows)
