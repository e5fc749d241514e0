import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { inferRoles, roleConfidenceMin, type Voice } from './role-inference.ts'

type Call = { segments: { role: string; human: string; machine: string }[] }
type Chat = { turns: { role: string; text: string }[] }

const calls = sharedData('data/dialogues/harper_valley_calls.jsonl')
const chats = sharedData('data/dialogues/tweetsumm_role_tagged.jsonl')
const read = <T>(path: string | null): T[] =>
  readFileSync(path as string, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

/** Roles must not depend on which voice is named first. */
function inferBothWays(turns: Voice[]) {
  const [one, other] = [inferRoles(['a', 'c'], turns), inferRoles(['c', 'a'], turns)]
  const isSure = (one.get('a')?.confidence ?? 0) > 0.5
  if (isSure) assert.deepEqual(new Map([...one].sort()), new Map([...other].sort()))
  return { isRight: isSure && one.get('a')?.role === 'agent', confidence: one.get('a')?.confidence ?? 0 }
}

test('real calls: human and machine transcripts', { skip: skipWithout(calls) }, (t) => {
  const results = read<Call>(calls).flatMap(({ segments }) =>
    (['human', 'machine'] as const).map((kind) =>
      inferBothWays(segments.map((s) => ({ participantId: s.role === 'agent' ? 'a' : 'c', text: s[kind] }))),
    ),
  )
  const right = results.filter(({ isRight }) => isRight).length
  t.diagnostic(`roles right in ${right} of ${results.length} transcripts of 5 calls`)
  assert.equal(right, results.length)
  assert.ok(results.every(({ confidence }) => confidence > 0.95))
})

test('real chats: words alone, without who writes first', { skip: skipWithout(chats) }, (t) => {
  const results = read<Chat>(chats).map(({ turns }) => {
    const cleaned = turns.map(({ role, text }) => ({
      participantId: role === 'agent' ? 'a' : 'c',
      // Handles and signatures would give the roles away.
      text: text.replace(/[@^]\w+|https?:\S+/g, ' '),
    }))
    // An opening by neither: customers always write first here, agents speak first on calls.
    return inferBothWays([{ participantId: 'x', text: 'an opening that nobody owns' }, ...cleaned])
  })
  const sure = results.filter(({ confidence }) => confidence >= roleConfidenceMin)
  const right = (list: typeof results) => list.filter(({ isRight }) => isRight).length / list.length
  const show = (share: number) => `${(share * 100).toFixed(1)} %`
  t.diagnostic(
    `right in ${show(right(results))} of ${results.length}; sure of ${sure.length}, right in ${show(right(sure))}`,
  )
  assert.ok(right(results) > 0.88)
  assert.ok(right(sure) > 0.95 && sure.length > 150)
})

test('other languages, and too little to tell', () => {
  const between = (agent: string, customer: string) =>
    inferBothWays([
      { participantId: 'c', text: customer },
      { participantId: 'a', text: agent },
    ])
  assert.ok(between('Sawubona, ngingakusiza ngani namhlanje?', 'Sawubona, nginenkinga ngemali yami.').isRight)
  assert.ok(between('Goeie môre, hoe kan ek u help?', 'Môre, ek wil graag my rekening betaal.').isRight)
  assert.ok(between('Molo, ndingakunceda ngantoni?', 'Ewe, ndinengxaki nefowuni yam.').isRight)
  assert.ok(between('Dumela, nka go thusa ka eng?', 'Dumela, ke na le bothata.').isRight)
  const opening = inferRoles(
    ['c', 'a'],
    [
      { participantId: 'c', text: 'hello' },
      { participantId: 'a', text: 'good day to all there' },
      { participantId: 'c', text: 'good day to all there' },
    ],
  )
  assert.deepEqual(opening.get('a')?.role, 'agent', 'the first whole sentence')
  assert.equal(inferRoles(['a', 'c'], []).get('a')?.confidence, 0.5)
  assert.equal(inferRoles(['a'], [{ participantId: 'a', text: 'how can I help you' }]).get('a')?.role, 'unknown')
  const three = inferRoles(['a', 'b', 'c'], [{ participantId: 'b', text: 'thank you for calling' }])
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => three.get(id)?.role),
    ['unknown', 'agent', 'unknown'],
  )
})
