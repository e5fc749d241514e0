// What the sender of a recording said about its channels.

type DeclaredChannel = { channel: 0 | 1 | null; warning: string | null }

const names = new Map<string, 0 | 1>([
  ['0', 0],
  ['left', 0],
  ['1', 1],
  ['right', 1],
])

const channelOf = (value: unknown): 0 | 1 | null =>
  typeof value === 'string' || typeof value === 'number'
    ? (names.get(String(value).trim().toLowerCase()) ?? null)
    : null

/**
 * Channel of the agent from `agent_channel` or, turned round, `customer_channel`: 0, 1, `left` or `right`.
 * A value that cannot be read, or two that contradict each other, give null and a warning for people.
 */
export function declaredAgentChannel(metadata: Record<string, unknown>): DeclaredChannel {
  const told = (['agent_channel', 'customer_channel'] as const).filter((key) => (metadata[key] ?? '') !== '')
  const unread = told.find((key) => channelOf(metadata[key]) === null)
  if (unread) return { channel: null, warning: `${unread} is not understood: send 0 or left, 1 or right` }
  const [agent, customer] = [channelOf(metadata.agent_channel), channelOf(metadata.customer_channel)]
  if (agent !== null && agent === customer) {
    return { channel: null, warning: 'agent_channel and customer_channel name the same channel: both are ignored' }
  }
  if (agent !== null) return { channel: agent, warning: null }
  return { channel: customer === null ? null : customer === 0 ? 1 : 0, warning: null }
}
