// Which dimensions each part of the daily tables keeps, and which part answers a question with the fewest rows.

export type Dimension = 'hour' | 'agent_id' | 'channel' | 'direction' | 'team' | 'department' | 'language' | 'tag'

/** In the order of the table's key, each with what stands for none, and how a fact `f` has it. */
export const dimensions: Record<Dimension, { none: string; of: string }> = {
  hour: { none: '-1', of: 'f.hour' },
  agent_id: {
    none: `'00000000-0000-0000-0000-000000000000'::uuid`,
    of: `coalesce(f.agent_id, '00000000-0000-0000-0000-000000000000')`,
  },
  channel: { none: `''`, of: 'f.channel' },
  direction: { none: `''`, of: `coalesce(f.direction, '')` },
  team: { none: `''`, of: `coalesce(f.team, '')` },
  department: { none: `''`, of: `coalesce(f.department, '')` },
  language: { none: `''`, of: `coalesce(f.language, '')` },
  tag: { none: `''`, of: 'g.tag' },
}

export type Grain = { name: string; keeps: readonly Dimension[] }

/** The coarsest first. A question is answered by the first that keeps all it asks for. */
export const grains: readonly Grain[] = [
  { name: 'day', keeps: ['channel', 'direction'] },
  { name: 'hour', keeps: ['hour', 'channel'] },
  { name: 'team', keeps: ['channel', 'direction', 'team', 'department'] },
  { name: 'language', keeps: ['channel', 'language', 'team', 'department'] },
  // Without the direction: a day of an agent is one row or two.
  { name: 'agent', keeps: ['agent_id', 'channel', 'team', 'department'] },
  // A conversation with several tags counts under each of them.
  { name: 'tag', keeps: ['channel', 'team', 'department', 'tag'] },
]

/** Histograms are kept of the whole organisation and by teams. */
export const binGrains: readonly Grain[] = [
  { name: 'day', keeps: ['channel'] },
  { name: 'team', keeps: ['channel', 'team', 'department'] },
]

/** Null: only the facts can tell. */
export function grainFor(asked: Iterable<Dimension>, among: readonly Grain[] = grains): Grain | null {
  const wanted = [...asked]
  // A tag is no property that every conversation has once: only who asks for tags gets them.
  return (
    among.find(
      ({ name, keeps }) => wanted.every((one) => keeps.includes(one)) && (name !== 'tag' || wanted.includes('tag')),
    ) ?? null
  )
}
