// A link inside of text to another page.

import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

export const To = ({ to, params, children }: { to: string; params: Record<string, string>; children: ReactNode }) => (
  <Anchor component={Link} {...({ to, params } as object)} size="sm" underline="always">
    {children}
  </Anchor>
)
