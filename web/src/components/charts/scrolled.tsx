// A part of a chart that scrolls in its own place: named, and reached by keyboard.

import type { ReactNode } from 'react'

export function Scrolled({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="chart-scroll" aria-label={name} tabIndex={0}>
      {children}
    </section>
  )
}
