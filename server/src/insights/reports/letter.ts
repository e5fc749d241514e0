// What a mail about a scheduled report says. Pure.

import { rangeOf, wordsOf } from './periods.ts'
import type { Document, ReportDefinition } from './shapes.ts'

type About = { link: { url: string; endsAt: Date } | null; isTooLarge: boolean; timeZone: string }

const oneLine = (text: string) => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()

export function letterOf(document: Document, { link, isTooLarge, timeZone }: About): { subject: string; text: string } {
  const name = oneLine(document.name)
  if (document.state !== 'completed') {
    const reason = document.failure?.message ?? 'The reason is not known.'
    return {
      subject: `Indaba: ${name} could not be made`,
      text: `The report ${name} could not be made.\n\n${reason}\n\nIt is made again at its next time.\n`,
    }
  }
  const { period } = document.definition as ReportDefinition
  const range = rangeOf(period, { timeZone, at: document.due_at ?? document.created_at })
  const lines = [
    `${name}, ${wordsOf(range, timeZone)} (${timeZone}).`,
    document.row_count === 0
      ? 'There was no conversation in this period.'
      : `It tells of ${document.row_count} conversations.`,
    ...document.warnings.map(oneLine),
    isTooLarge ? 'The file is too large for a mail.' : '',
    link ? `Download it until ${link.endsAt.toISOString()}:\n${link.url}` : 'The file is attached.',
  ]
  return { subject: `Indaba: ${name}`, text: `${lines.filter(Boolean).join('\n\n')}\n` }
}
