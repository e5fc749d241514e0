// What a speaker is called in exports for people.

import type { Role } from '../shapes.ts'
import type { ExportParticipant } from './input.ts'
import { oneLine } from './one-line.ts'

const titles: Record<Role, string> = {
  agent: 'Agent',
  customer: 'Customer',
  bot: 'Bot',
  third_party: 'Third party',
  unknown: 'Speaker',
}

const nameLengthMax = 60

/** By participant id: the name, else the role; numbered where several would be called the same. */
export function speakerLabels(participants: ExportParticipant[]): Map<string, string> {
  const wanted = participants.map(
    ({ name, role }) =>
      oneLine(name ?? '')
        .slice(0, nameLengthMax)
        .trim() || titles[role],
  )
  const taken = new Set<string>()
  return new Map(
    participants.map(({ id }, i) => {
      const label = wanted[i] as string
      let unique = wanted.filter((other) => other === label).length > 1 ? `${label} 1` : label
      for (let n = 2; taken.has(unique); n++) unique = `${label} ${n}`
      taken.add(unique)
      return [id, unique]
    }),
  )
}

export const labelOf = (labels: Map<string, string>, participantId: string): string =>
  labels.get(participantId) ?? titles.unknown
