// Lists that come page by page behind a cursor.

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'

type Page<Row> = { rows: Row[]; next: string | null }

/** `read` asks for one page; `key` begins with the noun. `everyMs`: asked again while the page is open. */
export function usePages<Row>(
  key: unknown[],
  read: (cursor: string | undefined) => Promise<Page<Row>>,
  { everyMs, isOff = false }: { everyMs?: number; isOff?: boolean } = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    enabled: !isOff,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => read(pageParam),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    ...(everyMs ? { refetchInterval: everyMs } : {}),
  })
  return { ...query, rows: query.data?.pages.flatMap((page) => page.rows) }
}
