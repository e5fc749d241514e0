// What a hostile archive of the corpus is, and what must come of it.

import type { ArchiveLimits, RefusalCode } from '../../src/platform/zip/archive.ts'
import { type EntrySpec, zipOf } from './zip-writer.ts'

export type HostileArchive = {
  name: string
  bytes: () => Buffer
  /** The code that refuses the whole, or for each file in order: its code, or its content. */
  outcome: RefusalCode | (RefusalCode | Buffer)[]
  limits?: Partial<ArchiveLimits>
  /** All that is wrong stands in its headers: it is refused before any content is read. */
  isVisible?: true
}

export const goodText = Buffer.from('Good morning, this is a recording that nothing is wrong with. '.repeat(40))
export const good: EntrySpec = { name: 'good.wav', content: goodText, method: 8 }
export const alsoGood: EntrySpec = { name: 'calls/also good.wav', content: goodText }

/** One bad file between two good ones, which are taken. */
export const amongGood = (
  name: string,
  bad: EntrySpec,
  code: RefusalCode,
  visible: { isVisible?: true } = {},
): HostileArchive => ({
  name,
  bytes: () => zipOf([good, bad, alsoGood]),
  outcome: [goodText, code, goodText],
  ...visible,
})
