// Two months of chats and calls for the home page, made by the public API: three teams, five agents, four languages,
// quiet weekends, moods from angry to pleased. The same at each run, but for the day on which it ends.

import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '../../server/test/harness.ts'
import type { Visitor, Web } from '../../server/test/web/browser.ts'

const dayMs = 86_400_000
const atOnce = 8

const agents = [
  { name: 'Agent 1', team: 'Accounts', department: 'Service' },
  { name: 'Agent 2', team: 'Accounts', department: 'Service' },
  { name: 'Agent 3', team: 'Deliveries', department: 'Service' },
  { name: 'Agent 4', team: 'Deliveries', department: 'Service' },
  { name: 'Agent 5', team: 'New customers', department: 'Sales' },
] as const

const idOf = (name: string) => name.toLowerCase().replace(' ', '-')

const openings = {
  'en-ZA': [
    'I am very angry. This is terrible service, and I have been waiting for a week.',
    'Where is my parcel? The tracking page has not changed since Monday.',
    'Good morning, I would like to know how I change my address.',
    'Hello, I love the new app and would like to add a second account.',
  ],
  'zu-ZA': [
    'Sawubona, ngithumele imali izolo kodwa ayikafiki. Ngingenzani?',
    'Sawubona, ngicela usizo nge-akhawunti yami.',
  ],
  'af-ZA': ['Goeie more, my pakkie het nog nie aangekom nie.', 'Ek is baie tevrede met die diens, dankie.'],
  'fr-FR': ['Bonjour, je voudrais changer mon adresse, merci.', 'Je suis très mécontent, le colis est perdu.'],
}
type Language = keyof typeof openings
const languages: Language[] = ['en-ZA', 'en-ZA', 'en-ZA', 'zu-ZA', 'zu-ZA', 'af-ZA', 'fr-FR']

const endings = [
  'This is useless. I am disappointed and I will complain.',
  'All right. I will wait for the message.',
  'Thank you so much, that was excellent help!',
  'Perfect, thanks, you have been wonderful.',
]

/** Numbers from 0 to 1 that look random and are the same each time. */
function numbers(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

function chats(days: number): Json[] {
  const next = numbers(7)
  const pick = <One>(all: readonly One[]): One => all[Math.floor(next() * all.length)] as One
  const today = Math.floor(Date.now() / dayMs) * dayMs
  const made: Json[] = []
  // Of today, what would lie ahead is of the last hours in its place.
  const soFar = (at: number) => (at < Date.now() - 3_600_000 ? at : Date.now() - 3_600_000 * (1 + next() * 4))
  for (let day = 0; day <= days; day++) {
    const at = today - day * dayMs
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay())
    const count = Math.round((isWeekend ? 1.5 : 6) * (1.2 - day / (days * 2.5)) + next() * 2)
    for (let one = 0; one < count; one++) {
      const language = pick(languages)
      const agent = pick(agents)
      const begun = soFar(at + Math.round((6 + (next() + next()) * 5) * 3600) * 1000)
      const pace = 20 + next() * 70
      const time = (step: number) => new Date(begun + Math.round(step * pace) * 1000).toISOString()
      const ending = endings[Math.min(3, Math.floor(next() * 2.2 + (1 - day / days) * 2))] as string
      made.push({
        session_id: `home-${day}-${one}`,
        messages: [
          { sender: 'customer', message: pick(openings[language]), timestamp: time(0), language },
          { sender: 'agent', message: 'Let me look into that for you.', timestamp: time(1), language: 'en-ZA' },
          {
            sender: 'agent',
            message: 'I have found it, and it is on its way now.',
            timestamp: time(3),
            language: 'en-ZA',
          },
          { sender: 'customer', message: ending, timestamp: time(5), language: 'en-ZA' },
        ],
        metadata: {
          agent: { id: idOf(agent.name), name: agent.name },
          ...{ team: agent.team, department: agent.department, direction: next() < 0.8 ? 'inbound' : 'outbound' },
          ...{ language, tags: [pick(['address', 'parcel', 'payment'])] },
        },
      })
    }
  }
  return made
}

/** Speech is noise in turns, left and right, with pauses: enough to measure who talks and when. 8 kHz, 16 bit. */
function recording(seconds: number, seed: number): Buffer {
  const [rate, next] = [8000, numbers(seed)]
  const samples = new Int16Array(seconds * rate * 2)
  let side = 0
  for (let at = 0; at < seconds * rate; ) {
    const [talk, pause] = [rate * (2 + next() * 5), rate * (0.4 + next() * 1.6)]
    for (let one = at; one < Math.min(at + talk, seconds * rate); one++)
      samples[one * 2 + side] = (next() - 0.5) * 14_000
    at += Math.floor(talk + pause)
    side = 1 - side
  }
  const head = Buffer.alloc(44)
  const body = Buffer.from(samples.buffer)
  head.write('RIFF')
  head.writeUInt32LE(36 + body.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(2, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * 4, 28)
  head.writeUInt16LE(4, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(body.length, 40)
  return Buffer.concat([head, body])
}

async function sendCalls(web: Web, key: string, count: number) {
  const next = numbers(11)
  for (let one = 0; one < count; one++) {
    const agent = agents[one % agents.length] as (typeof agents)[number]
    const at = Math.floor(Date.now() / dayMs) * dayMs - (1 + one * 2) * dayMs + (8 + next() * 8) * 3_600_000
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(recording(20 + Math.round(next() * 40), one + 1))]), `call-${one}.wav`)
    form.set('call_date', new Date(at).toISOString())
    form.set(
      'metadata',
      JSON.stringify({
        agent: { id: idOf(agent.name), name: agent.name },
        ...{ team: agent.team, department: agent.department, direction: 'inbound', agent_channel: 0 },
      }),
    )
    const sent = await fetch(`${web.url}/v1/calls/upload`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: form,
    })
    if (!sent.ok) throw new Error(await sent.text())
  }
}

/** Sends all of it, and waits until the figures hold it; answers with how many conversations there are. */
export async function fillHome(web: Web, owner: Visitor, { days = 60, calls = 20 } = {}): Promise<number> {
  await owner.send('POST', '/v1/departments', { name: 'Service', teams: ['Accounts', 'Deliveries'] })
  await owner.send('POST', '/v1/departments', { name: 'Sales', teams: ['New customers'] })
  for (const { name, team, department } of agents)
    await owner.send('POST', '/v1/agents', { name, external_id: idOf(name), team, department })
  const { api_key: key } = await owner.send('POST', '/v1/api-keys', {
    name: 'Chats and calls',
    scopes: ['calls:write'],
  })
  const all = chats(days)
  const waiting = [...all]
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let chat = waiting.pop(); chat; chat = waiting.pop()) {
        const sent = await fetch(`${web.url}/v1/chats/upload`, {
          method: 'POST',
          headers: { 'x-api-key': key, 'content-type': 'application/json' },
          body: JSON.stringify(chat),
        })
        if (!sent.ok) throw new Error(await sent.text())
      }
    }),
  )
  await sendCalls(web, key, calls)
  const count = all.length + calls
  await countedUntil(owner, days, count)
  return count
}

/** Until so many are analysed, and nothing is on its way into the figures any more. */
export async function countedUntil(owner: Visitor, days: number, count: number): Promise<void> {
  const from = new Date(Date.now() - (days + 1) * dayMs).toISOString().slice(0, 10)
  const until = Date.now() + 120_000
  for (;;) {
    const told = await owner.send('GET', `/v1/analytics/metrics?metrics=completed,failed&start_date=${from}`)
    const { completed, failed } = told.rows[0]?.metrics ?? {}
    const done = (completed?.value ?? 0) + (failed?.value ?? 0)
    if (done >= count && !told.is_behind) return
    if (Date.now() > until) throw new Error(`${done} of ${count} are counted after two minutes.`)
    await delay(300)
  }
}
