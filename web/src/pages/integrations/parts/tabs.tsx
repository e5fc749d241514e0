// Tabs whose choice stands in the address.

import { ScrollArea, Tabs } from '@mantine/core'
import type { ReactNode } from 'react'
import { useAddress } from './address.ts'

export type Tab = { value: string; label: string; content: () => ReactNode }

export function AddressTabs({ tabs, label }: { tabs: Tab[]; label: string }) {
  const { search, set } = useAddress()
  const first = tabs[0]?.value ?? ''
  const chosen = tabs.find(({ value }) => value === search.tab) ?? tabs[0]
  return (
    <Tabs
      value={chosen?.value ?? first}
      onChange={(value) => set({ tab: value === first ? undefined : (value ?? undefined) })}
      keepMounted={false}
    >
      <ScrollArea type="never" offsetScrollbars={false}>
        <Tabs.List aria-label={label} style={{ flexWrap: 'nowrap' }}>
          {tabs.map(({ value, label: name }) => (
            <Tabs.Tab key={value} value={value}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </ScrollArea>
      {tabs.map(({ value, content }) => (
        <Tabs.Panel key={value} value={value} pt="md">
          {value === chosen?.value && content()}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
