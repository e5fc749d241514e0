// What somebody is writing into a form, and whether it differs from what was there.

import { useState } from 'react'

type Written = { currentTarget: { value: string } }
type Ticked = { currentTarget: { checked: boolean } }

export function useDraft<T extends object>(initial: T) {
  const [before] = useState(initial)
  const [draft, setDraft] = useState(initial)
  const set = (change: Partial<T>) => setDraft((now) => ({ ...now, ...change }))
  return {
    draft,
    before,
    set,
    isDirty: JSON.stringify(draft) !== JSON.stringify(before),
    /** For inputs of text. */
    text: (name: keyof T & string) => ({
      name,
      value: draft[name] as string,
      onChange: ({ currentTarget: { value } }: Written) => set({ [name]: value } as Partial<T>),
    }),
    /** For inputs that hand over the value itself: selects, numbers. */
    value: <K extends keyof T & string>(name: K) => ({
      name,
      value: draft[name],
      onChange: (value: unknown) => set({ [name]: value } as Partial<T>),
    }),
    tick: (name: keyof T & string) => ({
      name,
      checked: draft[name] as boolean,
      onChange: ({ currentTarget: { checked } }: Ticked) => set({ [name]: checked } as Partial<T>),
    }),
  }
}

/** Those fields that differ, as a change sends them. */
export function changesOf<T extends object>(before: T, after: T): Partial<T> {
  const names = Object.keys(after) as (keyof T)[]
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => [name, after[name]]),
  ) as Partial<T>
}
