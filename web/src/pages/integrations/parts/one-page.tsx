// The page of one thing: the way back to its room, how it stands, and what can be done with it.

import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Page } from '../../../components/page.tsx'
import { Loaded } from '../../../components/states.tsx'
import type { SectionName } from '../sections.ts'
import { To } from './to.tsx'

export function OnePage<T>({
  query,
  section,
  room,
  title,
  standing,
  actions,
  children,
}: {
  query: UseQueryResult<T>
  section: SectionName
  /** What the room is called. */
  room: string
  title: (one: T | undefined) => string
  standing?: (one: T) => ReactNode
  actions?: (one: T) => ReactNode
  children: (one: T) => ReactNode
}) {
  const { data } = query
  return (
    <Page
      title={title(data)}
      about={
        <>
          <To to="/integrations/$section" params={{ section }}>
            {room}
          </To>{' '}
          {data && standing?.(data)}
        </>
      }
      actions={data && actions?.(data)}
    >
      <Loaded query={query}>{children}</Loaded>
    </Page>
  )
}
